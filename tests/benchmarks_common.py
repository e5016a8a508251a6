"""What the small benchmarks of tests/benchmarks.py share: scenes, files, and boxes by the published rules, with numpy."""

import json
import pathlib
import random
import re
import struct

import numpy
import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).resolve().parent / "data"
OUT = HERE / "benchmarks"


def size(name):
    head = (HERE / "scenes/pictures" / name).read_bytes()[16:24]
    return struct.unpack(">II", head)


def scenes():
    by_picture = {}
    for line in (HERE / "scenes/truth.jsonl").read_text().splitlines():
        task = json.loads(line)
        by_picture.setdefault(task["picture"].split("/")[-1], []).append(task)
    return by_picture


def write(path, content):
    path = OUT / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def write_answers(path, answers):
    lines = ["2023-07-01 | INFO | noise"]
    for number, answer in enumerate(answers):
        text = "<image>" + " <unk>" * 3 + "</image>" + answer
        lines += [f"S-{number}\tsource", f"H-{number}\t-0.{number:02}\t{text}", f"P-{number}\t-0.1 -0.2"]
    write(path, "\n".join(lines) + "\n")


def table(path, rows):
    (OUT / path).parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), OUT / path)


def picture_of(name):
    return dict(bytes=(HERE / "scenes/pictures" / name).read_bytes(), path=name)


def tokens(box, shift=0):
    """The location tokens of x1, y1, x2, y2 in 0..1, moved by some cells."""
    x1, y1, x2, y2 = (min(31, max(0, int(32 * side) + shift)) for side in box)
    return f"<patch_index_{y1 * 32 + x1:04}><patch_index_{y2 * 32 + x2:04}>"


def said(phrase, places, head=""):
    boxes = "</delimiter_of_multi_objects/>".join(places)
    linked = f"<object>{boxes}</object>" if places else ""
    return f"<grounding>{head}<phrase>{phrase}</phrase>{linked} and<phrase> more</phrase><object>{tokens([0, 0, 1, 1])}</object>"


def varied(phrase, boxes, head=""):
    """Answers of all kinds."""
    kind = random.randrange(7)
    right = [tokens(box) for box in boxes]
    if kind == 0:
        return said(phrase, [tokens(boxes[0], 9)] + right, head)
    if kind == 1:
        return said(phrase, [], head)
    if kind == 2:
        return said(phrase + "s", right, head)
    if kind == 3:
        return said(phrase, [tokens(boxes[0], 2), tokens(boxes[0], -2)], head)
    return said(phrase, right, head)


PAIR = r"<patch_index_(\d+)><patch_index_(\d+)>"
SPAN = re.compile(
    r"(?:<phrase>([^<]+)</phrase>)?<object>((?:" + PAIR + r"</delimiter_of_multi_objects/>)*" + PAIR + r")</object>"
)


def boxes_of(answer, phrase, width, height):
    found = []
    for match in SPAN.finditer(answer.split("</image>")[-1]):
        if match.group(1) is None or match.group(1).strip() != phrase.strip():
            continue
        for upper_left, lower_right in re.findall(PAIR, match.group(2)):
            y1, x1 = divmod(int(upper_left), 32)
            y2, x2 = divmod(int(lower_right), 32)
            near, far = (0, 1) if x1 == x2 or y1 == y2 else (0.5, 0.5)
            box = numpy.array([x1 + near, y1 + near, x2 + far, y2 + far]) / 32
            found.append(box * [width, height, width, height])
    return found


def iou(a, b):
    corner, far = numpy.maximum(a[:2], b[:2]), numpy.minimum(a[2:], b[2:])
    both = numpy.prod(numpy.clip(far - corner, 0, None))
    either = numpy.prod(a[2:] - a[:2]) + numpy.prod(b[2:] - b[:2]) - both
    return both / either if either else 0.0


def in_pixels(box, width, height):
    return [box[0] * width, box[1] * height, (box[2] - box[0]) * width, (box[3] - box[1]) * height]
