"""Whether strings that break programs come through each format of `kosmoscope data convert` as they are.

    python tests/read_back_strings.py [--program target/release/kosmoscope]

Each string of tests/program/campaign/strings.rs is the first phrase of a caption, and is read back from each format by a reader
of Python's or of PyYAML. What a format can't tell from its own signs has to be refused. Needs pyyaml, pillow.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree

import yaml

from read_back import HERE, Page

SIGNS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"'}


def strings():
    source = (HERE / "tests/program/campaign/strings.rs").read_text()
    listed = re.search(r"const STRINGS.*?= \[\n(.*?)\n\];", source, re.S)[1]
    literals = re.findall(r'^    "(.*)",$', listed, re.M)
    sign = re.compile(r"\\u\{(\w+)\}|\\(.)")
    return [sign.sub(lambda m: chr(int(m[1], 16)) if m[1] else SIGNS[m[2]], literal) for literal in literals]


def caption(string):
    return f"{string}, said twice: {string}"


def text_of(path):
    """Line ends as they are."""
    return path.read_bytes().decode()


def rows(path):
    return [json.loads(line) for line in text_of(path).split("\n")[:-1]]


def by_caption(pairs):
    """What was read as (caption, phrase)."""
    return {text: phrase for text, phrase in pairs}


def coco(out):
    file = json.loads(text_of(out))
    names = {category["id"]: category["name"] for category in file["categories"]}
    captions = {image["id"]: image["caption"] for image in file["images"]}
    return [(captions[it["image_id"]], names[it["category_id"]]) for it in file["annotations"]]


def labelme(out):
    files = [json.loads(text_of(path)) for path in out.glob("*.json")]
    return [(file["caption"], file["shapes"][0]["label"]) for file in files]


def imagefolder(out):
    return [(row["text"], row["objects"]["categories"][0]) for row in rows(out / "metadata.jsonl")]


def label_studio(out):
    tasks = json.loads(text_of(out))
    return [(task["data"]["caption"], task["predictions"][0]["result"][0]["value"]["text"]) for task in tasks]


def qwen(out):
    asked = [(row["conversations"][0]["value"].split(" in JSON format.\n", 1)[1], row) for row in rows(out)]
    return [(text, json.loads(row["conversations"][1]["value"])[0]["label"]) for text, row in asked]


def ms_swift(out):
    filled = [(row["messages"][1]["content"], row["objects"]["ref"][0]) for row in rows(out)]
    return [(text.replace("<ref-object><bbox>", phrase, 1), phrase) for text, phrase in filled]


def llava(out):
    answers = [row["conversations"][1]["value"] for row in json.loads(text_of(out))]
    return [(a.replace(" [0.00, 0.00, 0.50, 0.50]", "", 1), a.split(" [0.00, 0.00, 0.50, 0.50]")[0]) for a in answers]


def florence(out):
    place = "<loc_0><loc_0><loc_500><loc_500>"
    return [(row["prefix"].removeprefix("<CAPTION_TO_PHRASE_GROUNDING>"), row["suffix"].removesuffix(place)) for row in rows(out)]


def paired(phrases, clean=lambda phrase: phrase):
    """Formats without captions tell phrases only."""
    known = {clean(string): string for string in strings()}
    return [(caption(known[phrase]), known[phrase]) for phrase in phrases]


def yolo(out):
    names = yaml.safe_load((out / "data.yaml").read_text(encoding="utf-8"))["names"]
    return paired([names[int(path.read_text().split()[0])] for path in (out / "labels/train").glob("*.txt")])


def in_xml(phrase):
    return re.sub("[\0-\x1f\ufffe\uffff]", "\ufffd", re.sub("[\t\n\r]", " ", phrase))


def voc(out):
    """Spaces of all kinds are one, signs that XML can't hold are replaced: so strings can become alike."""
    files = [xml.etree.ElementTree.parse(path) for path in (out / "Annotations").glob("*.xml")]
    found = sorted(file.findtext("object/name") for file in files)
    assert found == sorted(map(in_xml, strings())), found
    return [(caption(string), string) for string in strings()]


def html(out):
    known = {caption(string): string for string in strings()}
    return [(text, known.get(text)) for text in Page(text_of(out)).captions if not text.startswith("The picture is not")]


def svg(out):
    """Spaces of all kinds are one, and signs that XML can't hold are replaced."""
    def shown(text):
        spaced = "".join(" " if c in "\t\n\x0b\x0c\r\x85\u2028\u2029" or unicodedata.category(c) == "Zs" else c for c in text)
        return re.sub("[\0-\x1f\ufffe\uffff]", "\ufffd", spaced)

    texts = []
    for path in out.glob("*.svg"):
        lines = xml.etree.ElementTree.parse(path).getroot().findall("{http://www.w3.org/2000/svg}text")
        texts.append("".join("".join(line.itertext()) for line in lines[1:]))
    assert sorted(texts) == sorted(shown(caption(string)) for string in strings()), texts
    return [(caption(string), string) for string in strings()]


READERS = {
    "svg": (svg, "", set()),
    "kosmos-2": (lambda out: [(row["text"], row["entities"][0][0]) for row in rows(out)], "jsonl", set()),
    "coco": (coco, "json", set()), "labelme": (labelme, "", set()), "imagefolder": (imagefolder, "", set()),
    "label-studio": (label_studio, "json", set()), "yolo": (yolo, "", set()), "voc": (voc, "", set()),
    "html": (html, "html", set()), "qwen3-vl": (qwen, "jsonl", {"<image>"}), "llava": (llava, "json", {"<image>"}),
    "ms-swift": (ms_swift, "jsonl", {"<image>"}), "florence-2": (florence, "jsonl", {"<"}),
    "grit": (lambda out: [(row["caption"], row["caption"][:row["ref_exps"][0][1]]) for row in rows(out)], "jsonl", set()),
    "kosmoscope": (lambda out: [(row["text"], row["phrases"][0]["text"]) for row in rows(out)], "jsonl", set()),
    "odvg": (lambda out: [(row["grounding"]["caption"], row["grounding"]["regions"][0]["phrase"]) for row in rows(out)], "jsonl", set()),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(HERE / "target/release/kosmoscope"))
    args = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        records = [{"url": f"https://example.org/{n}.jpg", "caption": caption(it), "width": 100, "height": 100,
                    "ref_exps": [[0, len(it), 0, 0, 0.5, 0.5]]} for n, it in enumerate(strings())]
        source = folder / "grit.jsonl"
        source.write_text("\n".join(map(json.dumps, records)))
        for name, (reader, ending, refused) in READERS.items():
            out = folder / name / (f"out.{ending}" if ending else "out")
            subprocess.run([args.program, "data", "convert", source, out, "--format", name, "--allow-loss"], capture_output=True)
            expected = {caption(it): it for it in strings() if not any(sign in it for sign in refused)}
            try:
                found = by_caption(reader(out))
                wrong = [it for it in expected if found.get(it) != expected[it]] + [it for it in found if it not in expected]
            except Exception as error:  # Each is told, whatever the reader throws.
                wrong = [f"{type(error).__name__}: {error}"]
            failed += bool(wrong)
            print(f"{'FAILED ' if wrong else 'ok     '} {name}: {len(expected)} of {len(records)} strings {wrong[:3] or ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
