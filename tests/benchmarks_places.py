"""Small benchmarks about places: RefCOCO in all its forms, and Flickr30k Entities."""

import json
import pickle
import random
import re
import xml.etree.ElementTree as ET

import numpy

from benchmarks_common import OUT, boxes_of, in_pixels, iou, picture_of, scenes, size, table, varied, write, write_answers

KINDS = {"people": ["man", "woman", "girl", "boy"], "vehicles": ["bus", "car", "bicycle", "train", "taxi", "boat", "tractor"]}


def judged(rows):
    """Expressions, each (phrase, size of the picture, x, y, width and height of its thing, answer)."""
    sums = {"ACC@0.5": [], "ACC@0.5 mean box": [], "ACC@0.5 upper bound": [], "IoU": []}
    for phrase, (width, height), bbox, answer in rows:
        truth = numpy.array([bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]])
        places = boxes_of(answer, phrase, width, height) or [numpy.zeros(4)]
        sums["ACC@0.5"].append(iou(places[0], truth) >= 0.5)
        sums["ACC@0.5 mean box"].append(iou(numpy.mean(places, axis=0), truth) >= 0.5)
        sums["ACC@0.5 upper bound"].append(max(iou(place, truth) for place in places) >= 0.5)
        sums["IoU"].append(iou(places[0], truth))
    return {key: float(numpy.mean(each)) for key, each in sums.items()}


def refcoco(name="refcoco", split="val"):
    """MDETR's form."""
    images, annotations, rows = [], [], []
    for picture, tasks in scenes().items():
        width, height = size(picture)
        for thing in tasks[0]["objects"] * 2:
            number, box = len(images), thing["box"]
            alone = [other["noun"] for other in tasks[0]["objects"]].count(thing["noun"]) == 1
            phrase = f" a {thing['noun']}" if alone else f"the {thing['noun']} on the {random.choice(['left', 'right'])}"
            images.append(
                dict(file_name=picture, width=width, height=height, id=number, original_id=1, caption=phrase, dataset_name=name)
            )
            bbox = in_pixels(box, width, height)
            annotations.append(dict(id=number, image_id=number, bbox=bbox, area=bbox[2] * bbox[3], iscrowd=0, category_id=1))
            rows.append((phrase, (width, height), bbox, varied(phrase, [box])))
    write(f"{name}/finetune_{name}_{split}.json", dict(images=images, annotations=annotations, categories=[]))
    write_answers(f"{name}/answers.txt", [answer for *_, answer in rows])
    return judged(rows)


def things(n_pictures):
    """Things with two expressions each: (number, picture, number of the picture, size, box, bbox, expressions)."""
    for at, (picture, tasks) in enumerate(list(scenes().items())[:n_pictures]):
        for thing in tasks[0]["objects"]:
            width, height = size(picture)
            expressions = [f"the {thing['noun']}", f"a {thing['noun']} in the picture"]
            number = 1000 * at + len(tasks[0]["objects"]) + int(1000 * thing["box"][0])
            yield number, picture, at, (width, height), thing["box"], in_pixels(thing["box"], width, height), expressions


def refer():
    """The refer program's form: a pickle as Python 2 writes one, of all splits, and the boxes in a file of their own."""
    refs, images, annotations, rows = [], {}, [], []
    for number, picture, at, (width, height), box, bbox, expressions in things(4):
        split = "train" if at == 1 else "val"
        told = [dict(tokens=text.split(), raw=text.title(), sent_id=i, sent=text) for i, text in enumerate(expressions)]
        refs.append(
            dict(sent_ids=[0, 1], file_name=f"{picture[:-4]}_{number}.png", ann_id=number, ref_id=len(refs), image_id=at,
                 split=split, sentences=told, category_id=1)
        )  # fmt: skip
        images[at] = dict(id=at, file_name=picture, width=width, height=height)
        annotations.append(dict(id=number, image_id=at, bbox=bbox, iscrowd=0, category_id=1))
        if split == "val":
            rows += [(text, (width, height), bbox, varied(text, [box])) for text in expressions]
    as_python_2 = re.sub(rb"^V(.*)$", rb"S'\1'", pickle.dumps(refs, 0), flags=re.MULTILINE)
    assert pickle.loads(as_python_2) == refs
    write("refer/instances.json", dict(images=list(images.values()), annotations=annotations[::-1]))
    (OUT / "refer/refs(unc).p").write_bytes(as_python_2)
    write_answers("refer/answers.txt", [answer for *_, answer in rows])
    return judged(rows)


def jxu124():
    """A mirror whose rows are things, with corners in pixels and without pictures."""
    tables, rows = {"validation": [], "test": []}, []
    for number, picture, at, (width, height), box, bbox, expressions in things(4):
        split, file = ("testA", "test") if at == 1 else ("val", "validation")
        info = dict(id=at, file_name=picture, width=width, height=height)
        tables[file].append(
            dict(ann_id=number, ref_id=number, image_id=at, split=split, category_id=1, file_name=f"{picture[:-4]}_{number}.png",
                 sentences=[dict(raw=text, sent=text, sent_id=i, tokens=text.split()) for i, text in enumerate(expressions)],
                 raw_image_info=json.dumps(info), image_path=f"coco/train2014/{picture}",
                 bbox=[bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]])
        )  # fmt: skip
        if split == "val":
            rows += [(text, (width, height), bbox, varied(text, [box])) for text in expressions]
    for file, of_file in tables.items():
        table(f"jxu124/data/{file}-00000-of-00001-0123456789abcdef.parquet", of_file)
    write_answers("jxu124/answers.txt", [answer for *_, answer in rows])
    return judged(rows)


def lmms_lab():
    """A mirror with pictures in it; a row is a thing, with sides in pixels."""
    listed, rows = [], []
    for number, picture, at, (width, height), box, bbox, expressions in things(3):
        listed.append(
            dict(question_id=str(number), image=picture_of(picture), question="Describe it.", answer=expressions, segmentation=[0.5],
                 bbox=bbox, iscrowd=0, file_name=f"{picture[:-4]}_{number}.png")
        )  # fmt: skip
        rows += [(text, (width, height), bbox, varied(text, [box])) for text in expressions]
    table("lmms-lab/data/test-00000-of-00002.parquet", listed[:2])
    table("lmms-lab/data/test-00001-of-00002.parquet", listed[2:])
    write_answers("lmms-lab/answers.txt", [answer for *_, answer in rows])
    return judged(rows)


def kind(noun):
    return next((kind for kind, nouns in KINDS.items() if noun in nouns), "other")


def flickr():
    images, answers, hits = [], [], {}
    for number, (picture, tasks) in enumerate(scenes().items()):
        width, height = size(picture)
        root, sentence, caption, phrases = ET.Element("annotation"), [], "", []
        by_noun = {}
        for thing in tasks[0]["objects"]:
            by_noun.setdefault(thing["noun"], []).append(thing["box"])
        for entity, (noun, boxes) in enumerate(by_noun.items(), number * 10):
            pixels = [[round(side * scale) for side, scale in zip(box, [width, height] * 2)] for box in boxes]
            for box in pixels:
                item = ET.SubElement(root, "object")
                ET.SubElement(item, "name").text = str(entity)
                place = ET.SubElement(item, "bndbox")
                for name, side in zip(["xmin", "ymin", "xmax", "ymax"], box):
                    ET.SubElement(place, name).text = str(side)
            phrase = f"Émile 's {noun}" if entity % 4 == 1 else f"some {noun}"
            caption += " and " if caption else ""
            phrases.append((phrase, [len(caption), len(caption) + len(phrase)], boxes, pixels, kind(noun)))
            caption += phrase
            sentence += ["and"] * bool(sentence) + [f"[/EN#{entity}/{kind(noun)} {phrase}]"]
        write(f"flickr/Annotations/{number}.xml", ET.tostring(root, "unicode"))
        write(f"flickr/Sentences/{number}.txt", "[/EN#99/scene a field]\n" + (" ".join(sentence) + " .\n") * 3)
        for sentence_id in (1, 2, 3):
            images.append(
                dict(file_name=picture, width=str(width), height=str(height), id=len(images), caption=caption, sentence_id=sentence_id,
                     original_img_id=number, dataset_name="flickr", tokens_positive_eval=[[span] for _, span, *_ in phrases])
            )  # fmt: skip
        for phrase, (start, _), boxes, pixels, of_kind in phrases * 3:
            answers.append(varied(phrase, boxes, caption[:start]))
            places = boxes_of(answers[-1], phrase, width, height)
            truth = numpy.array(pixels, dtype=float)
            around = numpy.concatenate([truth[:, :2].min(axis=0), truth[:, 2:].max(axis=0)])
            for rank, depth in (("R@1", 1), ("R@5", 5), ("R@10", 10), ("R@all", None)):
                for suffix, right in (("", truth), (" merged", [around])):
                    hit = any(iou(place, box) >= 0.5 for place in places[:depth] for box in right)
                    for name in ("", " " + of_kind):
                        hits.setdefault(rank + name + suffix, []).append(hit)
    write("flickr/final_flickr_separateGT_val.json", dict(images=images, annotations=[]))
    write_answers("flickr/answers.txt", answers)
    return {key: float(numpy.mean(each)) for key, each in hits.items()}
