"""Whether what `kosmoscope data convert` makes to be looked at, and Kosmos-2's own form, are read by others.

    python tests/read_back_looks.py [--program target/release/kosmoscope] [--only NAME]

The records and the way are those of read_back.py, and so are the packages.
"""

import ast
import json
import xml.etree.ElementTree

from read_back import RECORDS, assert_boxes, boxes, main, needed

N_BOXES = sum(len(list(boxes(record))) for record in RECORDS)
SVG = "{http://www.w3.org/2000/svg}"


def check_svg(out):
    """Well-formed, self-contained, with all words and boxes."""
    drawings = [xml.etree.ElementTree.parse(path).getroot() for path in sorted(out.glob("*.svg"))]
    assert len(drawings) == len(RECORDS), drawings
    captions = sorted("".join("".join(line.itertext()) for line in root.findall(f"{SVG}text")) for root in drawings)
    assert captions == sorted(record[2] for record in RECORDS), captions
    rects = [rect for root in drawings for rect in root.iter(f"{SVG}rect") if "b " in rect.get("class", "")]
    assert len(rects) == N_BOXES, len(rects)
    for root in drawings:
        image, = root.iter(f"{SVG}image")
        assert image.get("href").startswith("data:image/")
        assert not list(root.iter(f"{SVG}script"))


def sizes(out):
    image = needed("PIL.Image")
    return sorted(image.open(path).size for path in out.glob("*.png"))


def check_annotated_pillow(out):
    assert sizes(out) == sorted(size for _, size, _, _ in RECORDS), sizes(out)


def check_captioned_pillow(out):
    wanted = sorted(size for _, size, _, _ in RECORDS)
    assert all(found[0] == size[0] and found[1] > size[1] for found, size in zip(sizes(out), wanted)), sizes(out)


def check_crops_datasets(out):
    rows = needed("datasets").load_dataset("imagefolder", data_dir=str(out), split="train", cache_dir=str(out.parent / "cache"))
    assert len(rows) == N_BOXES, len(rows)
    found = sorted((row["text"], row["image"].size) for row in rows)
    for record in RECORDS:
        for words, _, (x1, y1, x2, y2) in boxes(record):
            near = [size for text, size in found if text == words]
            assert any(abs(w - (x2 - x1)) < 2 and abs(h - (y2 - y1)) < 2 for w, h in near), (words, near)


def check_kosmos_2_supervision(out):
    sv = needed("supervision")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    for record, line in zip(RECORDS, lines, strict=True):
        entities = [(words, tuple(place), [tuple(box) for box in found]) for words, place, found in line["entities"]]
        # As the processor gives it, and prints it.
        assert ast.literal_eval(repr((line["text"], entities))) == (line["text"], entities)
        assert line["text"] == record[2] and all(record[2][start:end] == words for words, (start, end), _ in entities)
        read = sv.Detections.from_vlm(sv.VLM.KOSMOS_2, (line["text"], entities), resolution_wh=record[1])
        found = [(str(words), [float(v) for v in box]) for words, box in zip(read.data["class_name"], read.xyxy)]
        assert_boxes(found, record, tolerance=1)


CHECKS = {
    "svg": [check_svg], "annotated": [check_annotated_pillow], "captioned": [check_captioned_pillow],
    "crops": [check_crops_datasets], "kosmos-2": [check_kosmos_2_supervision],
}


if __name__ == "__main__":
    main(CHECKS)
