"""Small benchmarks in the layouts of the published ones, and what they come to by other programs.

    pip install numpy pyarrow pycocoevalcap     # and Java
    python tests/benchmarks.py

Made of the scenes in tests/data/scenes: for each benchmark its files, answers as the original generator prints them (right,
near, far, several, none, of other names), and expected.json with every number, reckoned here: boxes with numpy after the
published rules, captions by pycocoevalcap, with the METEOR of its jar. Nothing of the program is used.
"""

import json
import pathlib
import pickle
import random
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET

import numpy
import pyarrow
import pyarrow.parquet
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor import meteor as meteor_module
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

HERE = pathlib.Path(__file__).resolve().parent / "data"
OUT = HERE / "benchmarks"
KINDS = {"people": ["man", "woman", "girl", "boy"], "vehicles": ["bus", "car", "bicycle", "train", "taxi", "boat", "tractor"]}
random.seed(19)


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


def in_pixels(box, width, height):
    return [box[0] * width, box[1] * height, (box[2] - box[0]) * width, (box[3] - box[1]) * height]


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


def table(path, rows):
    (OUT / path).parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), OUT / path)


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


def picture_of(name):
    return dict(bytes=(HERE / "scenes/pictures" / name).read_bytes(), path=name)


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


def pope():
    lines, answers, pairs = [], [], []
    for picture, tasks in scenes().items():
        for task in (task for task in tasks if task["task"] == "yesno"):
            label = task["accept"][0].lower()
            question = task["prompt"].removeprefix("Question: ").removesuffix(" Answer:")
            lines.append(json.dumps(dict(question_id=len(lines) + 1, image=picture, text=question, label=label)))
            written = [" Yes.", " No.", " There is not a thing, no.", " A dog. No cat.", f" {label}"]
            answer = written[len(answers) % len(written)]
            answers.append(f"Question: {question} Answer:{answer}")
            words = answer.strip().split(".")[0].replace(",", "").split(" ")
            pairs.append((label, "no" if {"No", "not", "no"} & set(words) else "yes"))
    count = lambda *pair: sum(other == pair for other in pairs)
    hit, alarm, missed = count("yes", "yes"), count("no", "yes"), count("yes", "no")
    precision, recall = hit / max(1, hit + alarm), hit / max(1, hit + missed)
    write("pope/coco_pope_random.json", "\n".join(lines) + "\n")
    write_answers("pope/answers.txt", answers)
    return {
        "pope_accuracy": float(numpy.mean([a == b for a, b in pairs])),
        "pope_precision": precision,
        "pope_recall": recall,
        "pope_f1_score": 2 * precision * recall / (precision + recall) if hit else 0.0,
        "pope_yes_ratio": float(numpy.mean([b == "yes" for _, b in pairs])),
    }


def vqa():
    """Answers whose forms differ in signs, articles and numbers only as far as a glance tells which are the same."""
    forms = {"3": ["three", "3", "Three"], "yes": ["yes", "Yes"], "red hat": ["a red hat", "red hat", "the red hat!"], "bus": ["bus"]}
    kinds = {"3": "number", "yes": "yes/no", "red hat": "other", "bus": "other"}
    questions, annotations, answers, right = [], [], [], {}
    for number in range(12):
        meant = random.choice(list(forms))
        people = [random.choice(list(forms)) if random.random() < 0.5 else meant for _ in range(9)] + ["nothing"]
        given = [random.choice(forms.get(one, [one])) for one in people]
        questions.append(dict(image_id=number, question="What is it?", question_id=100 + number))
        listed = [dict(answer=text, answer_confidence="yes", answer_id=i + 1) for i, text in enumerate(given)]
        annotations.append(
            dict(question_id=100 + number, image_id=number, answers=listed, answer_type=kinds[meant], question_type="what",
                 multiple_choice_answer=meant)
        )
        answers.append(f"Question: What is it? Answer: {random.choice(forms[meant])}.")
        shares = [min(1, sum(one == meant for j, one in enumerate(people) if j != i) / 3) for i in range(10)]
        for key in ("exact_match", f"exact_match {kinds[meant]}"):
            right.setdefault(key, []).append(sum(shares) / 10)
    write("vqav2/v2_OpenEnded_mscoco_val2014_questions.json", dict(questions=questions))
    write("vqav2/v2_mscoco_val2014_annotations.json", dict(annotations=annotations))
    write_answers("vqav2/answers.txt", answers)
    return {key: float(numpy.mean(each)) for key, each in right.items()}


def told_captions(start, n):
    """Numbers of pictures with what is told of each and what people wrote."""
    lines = [json.loads(line) for line in (HERE / "metrics/captions.jsonl").read_text().splitlines()][:-1]
    lines = lines[start : start + n]
    told = {number: line["hypothesis"] + "." for number, line in enumerate(lines)}
    return told, {number: [text.capitalize() + "." for text in line["references"]] for number, line in enumerate(lines)}


def captions(folder="captions", file="captions_val2014.json", start=0):
    """COCO's form, which NoCaps has too."""
    told, references = told_captions(start, 20)
    images = [dict(id=number, file_name=f"{number}.png") for number in told]
    annotations = [dict(image_id=number, caption=text) for number in told for text in references[number]]
    annotations = [dict(id=number, **one) for number, one in enumerate(annotations)]
    write(f"{folder}/{file}", dict(images=images, annotations=annotations))
    write_answers(f"{folder}/answers.txt", [f"An image of {text}" for text in told.values()])
    return of_texts(told, references)


def karpathy():
    """Karpathy's form, of all splits in one file, as the pictures of each come."""
    told, references = told_captions(20, 18)
    splits = {number: ["test", "train", "val"][number % 3] for number in told}
    images = [
        dict(filename=f"{number}.jpg", split=splits[number], imgid=number, sentids=[],
             sentences=[dict(raw=text, tokens=text.split(), imgid=number, sentid=0) for text in references[number]])
        for number in told
    ]  # fmt: skip
    write("flickr30k/dataset_flickr30k.json", dict(dataset="flickr30k", images=images))
    own = [number for number in told if splits[number] == "test"]
    write_answers("flickr30k/answers.txt", [f"An image of {told[number]}" for number in own])
    return of_texts({number: told[number] for number in own}, {number: references[number] for number in own})


def karpathy_mirror():
    """The same in a mirror with pictures."""
    told, references = told_captions(40, 9)
    names = list(scenes())
    splits = {number: ["train", "test", "val"][number % 3] for number in told}
    rows = [
        dict(image=picture_of(names[number % len(names)]), caption=references[number], sentids=["1"], split=splits[number], img_id=str(number),
             filename=f"{number}.jpg")
        for number in told
    ]  # fmt: skip
    table("flickr30k-mirror/data/test-00000-of-00001.parquet", rows)
    own = [number for number in told if splits[number] == "test"]
    write_answers("flickr30k-mirror/answers.txt", [f"An image of {told[number]}" for number in own])
    return of_texts({number: told[number] for number in own}, {number: references[number] for number in own})


def seed():
    """Letters by themselves, with numbers and with words, of questions about pictures and about a film."""
    kinds = {"Scene Understanding": 1, "Instance Location": 4, "Action Prediction": 11}
    questions, answers, right = [], [], {}
    named = [(picture, thing["noun"]) for picture, tasks in scenes().items() for thing in tasks[0]["objects"]]
    for number, (picture, thing) in enumerate(named):
        kind = list(kinds)[number % 2]
        gold = random.choice("ABCD")
        choices = {letter: thing.capitalize() if letter == gold else f"Nothing {letter}" for letter in "ABCD"}
        asked = dict(
            answer=gold, data_id=picture, data_type="image", question="What is\nhere?", question_id=str(1000 + len(questions)),
            question_type_id=kinds[kind], **{f"choice_{letter.lower()}": text for letter, text in choices.items()},
        )  # fmt: skip
        film = dict(asked, data_type="video", data_id="1.mp4", question_type_id=11, question_id="9", segment=[1, 2])
        questions += [asked, film] if len(questions) == 4 else [asked]
        letter = gold if random.random() < 0.6 else random.choice("ABCD")
        answers.append(random.choice(["{}", "{} (-2.5 -1.25 -3 -4)", "{}. a thing"]).format(letter))
        for key in ("seed_image", f"seed_image {kind}"):
            right.setdefault(key, []).append(letter == gold)
    write("seed-bench/SEED-Bench.json", dict(questions=questions, question_type=kinds))
    write_answers("seed-bench/answers.txt", answers)
    return {key: float(numpy.mean(each)) for key, each in right.items()}


def regions():
    """The same boxes as in refcoco, each called twice."""
    images, annotations, told, references = [], [], {}, {}
    for picture, tasks in scenes().items():
        width, height = size(picture)
        for thing in tasks[0]["objects"]:
            x1, y1, x2, y2 = thing["box"]
            bbox = [x1 * width, y1 * height, (x2 - x1) * width, (y2 - y1) * height]
            key = len(references)
            references[key] = [f"The {thing['noun']}, near the middle.", f"a {thing['noun']} on the left"]
            told[key] = f" the {thing['noun']} on the {random.choice(['left', 'right'])}"
            for caption in references[key]:
                number = len(images)
                images.append(dict(file_name=picture, width=width, height=height, id=number, caption=caption))
                annotations.append(dict(id=number, image_id=number, bbox=bbox))
    write("refcocog-reg/finetune_refcocog_val.json", dict(images=images, annotations=annotations))
    place = f"<object>{tokens([0, 0, 0.5, 0.5])}</object>"
    write_answers("refcocog-reg/answers.txt", [f"<grounding><phrase> It</phrase>{place} is{text}" for text in told.values()])
    return of_texts(told, references)


def of_texts(told, references):
    tokenize = PTBTokenizer().tokenize
    gts = tokenize({key: [dict(caption=text) for text in texts] for key, texts in references.items()})
    res = tokenize({key: [dict(caption=text)] for key, text in told.items()})
    bleu = Bleu(4).compute_score(gts, res, verbose=0)[0]
    result = {f"Bleu_{n + 1}": bleu[n] for n in range(4)}
    folder = pathlib.Path(meteor_module.__file__).parent
    command = ["java", "-jar", "-Xmx2G", "meteor-1.5.jar", "-", "-", "-stdio", "-l", "en", "-norm", "-m", "exact stem synonym"]
    asked = "".join(" ||| ".join(["SCORE", *gts[key], res[key][0]]) + "\n" for key in gts)
    run = lambda text: subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=folder).stdout
    stats = run(asked).strip().split("\n")
    result["METEOR (exact, stem, synonym)"] = float(run(" ||| ".join(["EVAL", *stats]) + "\n").strip().split("\n")[-1])
    result["ROUGE_L"] = float(Rouge().compute_score(gts, res)[0])
    result["CIDEr"] = float(Cider().compute_score(gts, res)[0])
    return result


shutil.rmtree(OUT, ignore_errors=True)
# by folder
expected = {
    "refcoco": refcoco(),
    "flickr": flickr(),
    "pope": pope(),
    "vqav2": vqa(),
    "captions": captions(),
    "refcocog-reg": regions(),
    "refcoco+": refcoco("refcoco+", "testB"),
    "refcocog": refcoco("refcocog", "test"),
    "flickr30k": karpathy(),
    "nocaps": captions("nocaps", "nocaps_val_4500_captions.json", 30),
    "seed-bench": seed(),
    "refer": refer(),
    "jxu124": jxu124(),
    "lmms-lab": lmms_lab(),
    "flickr30k-mirror": karpathy_mirror(),
}
write("expected.json", expected)
print(json.dumps(expected, indent=1))
