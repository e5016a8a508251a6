"""Whether the programs that formats of `kosmoscope data convert` are for read what it writes.

    python tests/read_back.py [--program target/release/kosmoscope] [--only NAME]

Four pictures, with spaces, emoji, right-to-left letters and quotes in their names and captions, are written in each format
and read back: boxes within half a pixel, words and characters exactly. Each check needs the program it is named after and is
left out, said, where that is missing:

    pip install pycocotools supervision datasets panlabel label-studio-sdk labelme pillow
"""

import argparse
import collections
import html.parser
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import warnings

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).resolve().parent.parent
# name, size, caption, and phrases with boxes in fractions.
RECORDS = [
    ("a dog.jpg", (640, 480), "A brown dog chases two red balls; a dog naps.", [
        ("A brown dog", [(0.1, 0.2, 0.45, 0.9)]),
        ("two red balls", [(0.5, 0.7, 0.6, 0.8), (0.7, 0.7, 0.8, 0.8)]),
        ("a dog", [(0.6, 0.1, 0.95, 0.4)])]),
    ("👩‍🚀 “Río”.png", (200, 300), "👩‍🚀 Café “Río”: une tasse – a cup's \"lid\".", [
        ("une tasse", [(0.0, 0.0, 1.0, 1.0)]),
        ("a cup's \"lid\"", [(0.25, 0.5, 0.75, 0.75)])]),
    ("שלום.png", (500, 500), "כלב חום רודף אחרי כדור", [("כלב חום", [(0.2, 0.2, 0.4, 0.6)]), ("כדור", [(0.7, 0.1, 0.9, 0.3)])]),
    ("it's #1 & more.jpg", (320, 200), "x: [y, z] #1 & more, it's it", [("it's it", [(0.125, 0.25, 0.5, 0.75)])]),
]


class Missing(Exception):
    pass


def needed(name):
    try:
        return __import__(name, fromlist=["x"])
    except ImportError as error:
        raise Missing(str(error)) from error


def boxes(record):
    """(words, [start, end], left, top, right, bottom in pixels) of each box."""
    _, (width, height), caption, phrases = record
    for words, places in phrases:
        start = caption.index(words)
        for x1, y1, x2, y2 in places:
            yield words, [start, start + len(words)], [x1 * width, y1 * height, x2 * width, y2 * height]


def record_named(name):
    return next(record for record in RECORDS if pathlib.PurePath(name).name == record[0])


def assert_boxes(found, record, key=lambda found: found, tolerance=0.5):
    """Words, where they are told, and boxes of one picture."""
    found, expected = sorted(map(key, found)), sorted((words, place) for words, _, place in boxes(record))
    assert [words for words, _ in found] == [words for words, _ in expected], (found, expected)
    for (_, place), (_, wanted) in zip(found, expected):
        assert all(abs(a - b) <= tolerance for a, b in zip(place, wanted)), (found, expected)


def supervision_boxes(dataset, tolerance=0.5):
    read = 0
    for path, detections in dataset.annotations.items():
        found = [(dataset.classes[c], [float(v) for v in b]) for c, b in zip(detections.class_id, detections.xyxy)]
        assert_boxes(found, record_named(path), tolerance=tolerance)
        read += 1
    assert read == len(RECORDS), read


def check_coco_pycocotools(out):
    coco = needed("pycocotools.coco").COCO(str(out))
    assert len(coco.getImgIds()) == len(RECORDS)
    for image in coco.loadImgs(coco.getImgIds()):
        record, found = record_named(image["file_name"]), []
        assert image["caption"] == record[2]
        for annotation in coco.loadAnns(coco.getAnnIds(imgIds=image["id"])):
            x, y, w, h = annotation["bbox"]
            (start, end), = annotation["tokens_positive"]
            name, = coco.loadCats(annotation["category_id"])
            assert record[2][start:end] == name["name"]
            found.append((name["name"], [x, y, x + w, y + h]))
        assert_boxes(found, record, tolerance=0.01)
    assert coco.loadRes([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]).getAnnIds() == [1]


def check_coco_supervision(out):
    sv = needed("supervision")
    supervision_boxes(sv.DetectionDataset.from_coco(str(out.parent), str(out)))


def check_coco_panlabel(out):
    program = pathlib.Path(sys.executable).parent / "panlabel"
    if not program.exists():
        raise Missing("panlabel")
    told = subprocess.run([program, "validate", "--format", "coco", out], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def check_yolo_supervision(out):
    sv = needed("supervision")
    pictures, labels = out / "images/train", out / "labels/train"
    supervision_boxes(sv.DetectionDataset.from_yolo(str(pictures), str(labels), str(out / "data.yaml")))


def check_voc_supervision(out):
    sv = needed("supervision")
    supervision_boxes(sv.DetectionDataset.from_pascal_voc(str(out / "JPEGImages"), str(out / "Annotations")))


def check_labelme_supervision(out):
    sv = needed("supervision")
    supervision_boxes(sv.DetectionDataset.from_labelme(str(out), str(out)))


def labelme_loader():
    """labelme's own loader, without the window library that it is imported beside."""
    spec = importlib.util.find_spec("labelme")
    if spec is None:
        raise Missing("labelme")
    root = pathlib.Path(spec.origin).parent
    qt = types.ModuleType("PyQt5")
    qt.QtGui = types.ModuleType("PyQt5.QtGui")
    package, utils = types.ModuleType("labelme"), types.ModuleType("labelme.utils")
    package.__path__, package.__version__, package.utils = [str(root)], "6.3.1", utils
    utils.__path__ = [str(root / "utils")]
    stubs = {"PyQt5": qt, "PyQt5.QtGui": qt.QtGui, "labelme": package, "labelme.utils": utils}
    sys.modules.update(stubs | {"onnxruntime": types.ModuleType("onnxruntime")})
    for name in ["image", "shape"]:
        try:
            module = importlib.import_module(f"labelme.utils.{name}")
            vars(utils).update({key: value for key, value in vars(module).items() if not key.startswith("__")})
        except ImportError:
            pass
    try:
        return importlib.import_module("labelme._label_file").LabelFile
    except ImportError as error:
        raise Missing(str(error)) from error


def check_labelme_labelme(out):
    loader = labelme_loader()
    paths = list(out.glob("*.json"))
    assert len(paths) == len(RECORDS), paths
    for path in paths:
        file = loader(str(path))
        record = record_named(file.imagePath)
        assert file.otherData["caption"] == record[2]
        found = [(shape["label"], [v for point in shape["points"] for v in point]) for shape in file.shapes]
        assert_boxes(found, record, tolerance=0.01)
        spans = [shape["other_data"]["span"] for shape in file.shapes]
        assert sorted(spans) == sorted(span for _, span, _ in boxes(record))


def check_imagefolder_datasets(out):
    load = needed("datasets").load_dataset
    with tempfile.TemporaryDirectory() as cache:
        rows = load("imagefolder", data_dir=str(out), split="train", cache_dir=cache)
        assert len(rows) == len(RECORDS)
        for row in rows:
            record = next(record for record in RECORDS if record[2] == row["text"])
            assert row["image"].size == record[1]
            objects = row["objects"]
            found = [(words, [x, y, x + w, y + h]) for words, (x, y, w, h) in zip(objects["categories"], objects["bbox"])]
            assert_boxes(found, record, tolerance=0.01)
            assert sorted(objects["span"]) == sorted(span for _, span, _ in boxes(record))


def check_label_studio_sdk(out):
    interface = needed("label_studio_sdk.label_interface").LabelInterface
    interface = interface((out.parent / f"{out.stem}-config.xml").read_text())
    tasks = json.loads(out.read_text())
    assert len(tasks) == len(RECORDS)
    for task in tasks:
        record = next(record for record in RECORDS if record[2] == task["data"]["caption"])
        assert interface.validate_prediction(task["predictions"][0], return_errors=True) == []
        results = {result["id"]: result["value"] for result in task["predictions"][0]["result"] if "id" in result}
        found = []
        for relation in (result for result in task["predictions"][0]["result"] if result["type"] == "relation"):
            words, place = results[relation["from_id"]], results[relation["to_id"]]
            assert record[2][words["start"]:words["end"]] == words["text"]
            share = [place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"]]
            found.append((words["text"], [v * record[1][at % 2] / 100 for at, v in enumerate(share)]))
        assert_boxes(found, record, tolerance=0.01)


def lines(path):
    rows = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
    assert len(rows) == len(RECORDS), len(rows)
    return rows


def check_odvg(out):
    """As Open-GroundingDino's and MMDetection's readers take it (read in their source)."""
    for row in lines(out):
        record, found = record_named(row["filename"]), []
        for region in row["grounding"]["regions"]:
            assert len(region["bbox"]) == 4 and all(isinstance(v, (int, float)) for v in region["bbox"])
            (start, end), = region["tokens_positive"]
            assert row["grounding"]["caption"][start:end] == region["phrase"]
            found.append((region["phrase"], region["bbox"]))
        assert_boxes(found, record, tolerance=0.01)


def check_ms_swift(out):
    """As its template fills it in (read in its source)."""
    for row in lines(out):
        record, objects = record_named(row["images"][0]), row["objects"]
        answer = row["messages"][1]["content"]
        assert answer.count("<ref-object>") == len(objects["ref"]) and answer.count("<bbox>") == len(objects["bbox"])
        names, places, found, current = iter(objects["ref"]), iter(objects["bbox"]), [], None
        for tag in re.findall("<ref-object>|<bbox>", answer):
            if tag == "<bbox>":
                found.append((current, next(places)))
            else:
                current = next(names)
        assert_boxes(found, record, tolerance=0.01)
        filled = iter(objects["ref"])
        assert re.sub("<ref-object>", lambda _: next(filled), answer).replace("<bbox>", "") == record[2]


def vlm(kind, answer, record, tolerance, **more):
    sv = needed("supervision")
    found = sv.Detections.from_vlm(getattr(sv.VLM, kind), answer, resolution_wh=record[1], **more)
    names = [str(name) for name in found.data["class_name"]]
    assert_boxes(list(zip(names, found.xyxy.tolist())), record, tolerance=tolerance)


def check_qwen3_vl_supervision(out):
    for row in lines(out):
        record = record_named(row["image"])
        vlm("QWEN_3_VL", "```json\n" + row["conversations"][1]["value"] + "\n```", record, max(record[1]) / 1000)


def resized(width, height):
    """The sizes that Qwen2.5-VL's processor gives for these pictures."""
    return {(640, 480): (644, 476), (200, 300): (196, 308), (500, 500): (504, 504), (320, 200): (308, 196)}[width, height]


def check_qwen2_5_vl_supervision(out):
    for row in lines(out):
        record = record_named(row["image"])
        answer = "```json\n" + row["conversations"][1]["value"] + "\n```"
        vlm("QWEN_2_5_VL", answer, record, 1.6, input_wh=resized(*record[1]))


def check_paligemma_supervision(out):
    plain = 0
    for row in lines(out):
        record = record_named(row["image"])
        # This reader knows no other letters in names than these.
        if all(re.fullmatch(r"[\w\s-]+", words) for words, _ in record[3]):
            vlm("PALIGEMMA", row["suffix"], record, max(record[1]) / 1000)
            plain += 1
    assert plain == 2, plain


def check_florence_2(out):
    """As its post-processor splits it (read in transformers' source)."""
    for row in lines(out):
        record, found = record_named(row["image"]), []
        assert row["prefix"] == "<CAPTION_TO_PHRASE_GROUNDING>" + record[2]
        for words, places in re.findall(r"([^<]+)((?:<loc_\d+>)+)", row["suffix"]):
            steps = [int(step) for step in re.findall(r"\d+", places)]
            for at in range(0, len(steps), 4):
                found.append((words, [(v + 0.5) / 1000 * record[1][n % 2] for n, v in enumerate(steps[at:at + 4])]))
        assert_boxes(found, record, tolerance=max(record[1]) / 1000)


def check_llava(out):
    rows = json.loads(out.read_text())
    assert len(rows) == len(RECORDS), len(rows)
    for row in rows:
        record = record_named(row["image"])
        answer = row["conversations"][1]["value"]
        assert re.sub(r" \[\d\.\d\d, \d\.\d\d, \d\.\d\d, \d\.\d\d\]", "", answer) == record[2]
        assert answer.count("], [") == 0 and len(re.findall(r"\[\d\.", answer)) == len(list(boxes(record)))


def check_grit(out):
    """As ms-swift, Open-GroundingDino and the model's own loader take it (read in their source)."""
    for row in lines(out):
        record = record_named(row["image"])
        found = [(row["caption"][int(e[0]):int(e[1])], [v * record[1][n % 2] for n, v in enumerate(e[2:6])]) for e in row["ref_exps"]]
        assert_boxes(found, record, tolerance=0.01)


def check_captions(out):
    for name, _, caption, _ in RECORDS:
        assert (out / name).with_suffix(".txt").read_text() == caption


class Page(html.parser.HTMLParser):
    """The texts of captions, and what tags there are."""

    def __init__(self, text):
        super().__init__()
        self.captions, self.tags, self.depth = [], collections.Counter(), 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        if tag == "p":
            self.depth += 1
            self.captions.append("")

    def handle_endtag(self, tag):
        self.depth -= tag == "p"

    def handle_data(self, data):
        if self.depth:
            self.captions[-1] += data


def check_html(out):
    page = Page(out.read_text())
    assert page.captions == [record[2] for record in RECORDS], page.captions
    assert page.tags["img"] == len(RECORDS) and page.tags["rect"] == sum(len(list(boxes(record))) for record in RECORDS)
    assert page.tags["script"] == 0


CHECKS = {
    "coco": [check_coco_pycocotools, check_coco_supervision, check_coco_panlabel],
    "yolo": [check_yolo_supervision], "voc": [check_voc_supervision],
    "labelme": [check_labelme_supervision, check_labelme_labelme], "imagefolder": [check_imagefolder_datasets],
    "label-studio": [check_label_studio_sdk], "odvg": [check_odvg], "ms-swift": [check_ms_swift],
    "qwen3-vl": [check_qwen3_vl_supervision], "qwen2.5-vl": [check_qwen2_5_vl_supervision],
    "paligemma": [check_paligemma_supervision], "florence-2": [check_florence_2], "llava": [check_llava],
    "grit": [check_grit], "html": [check_html], "captions": [check_captions],
}
SHAPES = {"coco": "json", "html": "html", "label-studio": "json", "llava": "json", "yolo": "", "voc": "", "labelme": "", "imagefolder": "",
          "captions": "", "svg": "", "annotated": "", "captioned": "", "crops": ""}


def write_source(folder):
    image = needed("PIL.Image")
    rows = []
    for name, size, caption, phrases in RECORDS:
        image.new("RGB", size, (90, 120, 160)).save(folder / name)
        spans = [[caption.index(w), caption.index(w) + len(w), *place] for w, places in phrases for place in places]
        rows.append(json.dumps({"image": name, "caption": caption, "width": size[0], "height": size[1], "ref_exps": spans}))
    path = folder / "grit.jsonl"
    path.write_text("\n".join(rows))
    return path


def main(all_checks=CHECKS):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(HERE / "target/release/kosmoscope"))
    parser.add_argument("--only", choices=all_checks)
    args = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = write_source(folder)
        for name, checks in all_checks.items():
            if args.only not in (None, name):
                continue
            ending = SHAPES.get(name, "jsonl")
            out = folder / name / (f"out.{ending}" if ending else "out")
            subprocess.run([args.program, "data", "convert", source, out, "--format", name, "--allow-loss", "--images",
                            "copy"], check=True, capture_output=True)
            for check in checks:
                try:
                    check(out)
                    print(f"ok       {check.__name__.removeprefix('check_')}")
                except Missing as missing:
                    print(f"left out {check.__name__.removeprefix('check_')}: {missing}")
                except Exception as error:  # Each is told, whatever the other program throws.
                    failed += 1
                    print(f"FAILED   {check.__name__.removeprefix('check_')}: {type(error).__name__}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
