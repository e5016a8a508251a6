"""Whether ultralytics and datumaro read what is written for trainers; as tests/read_back.py, which has the pictures.

    pip install pillow ultralytics datumaro
"""

import os
import pathlib
import shutil
from xml.etree import ElementTree

from read_back import RECORDS, assert_boxes, main, needed, record_named


def check_yolo_ultralytics(out):
    os.environ.setdefault("YOLO_CONFIG_DIR", str(out.parent))  # it would write into the home folder
    data = needed("ultralytics.data.utils").check_det_dataset(str(out / "data.yaml"), autodownload=False)
    loaded = needed("ultralytics.data.dataset").YOLODataset(img_path=data["train"], data=data, task="detect", augment=False)
    assert len(loaded.labels) == len(RECORDS), len(loaded.labels)
    for label in loaded.labels:
        (height, width), found = label["shape"], []
        for number, (x, y, w, h) in zip(label["cls"][:, 0], label["bboxes"].tolist()):
            place = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
            found.append((data["names"][int(number)], place))
        assert_boxes(found, record_named(label["im_file"]))


def datumaro_boxes(out, layout, tolerance=0.5):
    """Boxes as datumaro has them, in whatever layout."""
    dataset = needed("datumaro").Dataset.import_from(str(out), layout)
    classes = dataset.categories()[needed("datumaro").AnnotationType.label]
    names = {pathlib.PurePath(record[0]).stem: record for record in RECORDS}
    assert len(dataset) == len(RECORDS), len(dataset)
    for item in dataset:
        found = [(classes[box.label].name, list(map(float, box.points))) for box in item.annotations if hasattr(box, "points")]
        assert_boxes(found, names[pathlib.PurePath(item.id).name], tolerance=tolerance)


def check_yolo_datumaro(out):
    datumaro_boxes(out, "yolo")


def check_voc_datumaro(out):
    names = {place.text for path in (out / "Annotations").glob("*.xml") for place in ElementTree.parse(path).iter("name")}
    # Without its own list it takes the twenty classes of the original for all there are.
    (out / "labelmap.txt").write_text("".join(f"{name}:::\n" for name in sorted(names)))
    datumaro_boxes(out, "voc", tolerance=1.0)  # it takes pixels that count from 1 as if they did from 0


def check_coco_datumaro(out):
    needed("datumaro")
    (out.parent / "annotations").mkdir(exist_ok=True)  # the only place where it looks
    shutil.copy(out, out.parent / "annotations/instances_train.json")
    datumaro_boxes(out.parent, "coco")


CHECKS = {
    "coco": [check_coco_datumaro], "yolo": [check_yolo_ultralytics, check_yolo_datumaro], "voc": [check_voc_datumaro],
}

if __name__ == "__main__":
    main(CHECKS)
