"""Small benchmarks in the layouts of the published ones, and what they come to by other programs.

    pip install numpy pycocoevalcap     # and Java
    python tests/benchmarks.py

Made of the scenes in tests/data/scenes: for each benchmark its files, answers as the original generator prints them (right,
near, far, several, none, of other names), and expected.json with every number, reckoned here: boxes with numpy after the
published rules, captions by pycocoevalcap, with the METEOR of its jar. Nothing of the program is used.
"""

import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET

import numpy
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


def refcoco():
    images, annotations, answers = [], [], []
    sums = {"ACC@0.5": [], "ACC@0.5 mean box": [], "ACC@0.5 upper bound": [], "IoU": []}
    for picture, tasks in scenes().items():
        width, height = size(picture)
        for thing in tasks[0]["objects"] * 2:
            number, box = len(images), thing["box"]
            phrase = f"the {thing['noun']} on the {random.choice(['left', 'right'])}"
            images.append(
                dict(file_name=picture, width=width, height=height, id=number, original_id=1, caption=phrase, dataset_name="refcoco")
            )
            bbox = [box[0] * width, box[1] * height, (box[2] - box[0]) * width, (box[3] - box[1]) * height]
            annotations.append(dict(id=number, image_id=number, bbox=bbox, area=bbox[2] * bbox[3], iscrowd=0, category_id=1))
            answers.append(varied(phrase, [box]))
            truth = numpy.array([bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]])
            places = boxes_of(answers[-1], phrase, width, height) or [numpy.zeros(4)]
            sums["ACC@0.5"].append(iou(places[0], truth) >= 0.5)
            sums["ACC@0.5 mean box"].append(iou(numpy.mean(places, axis=0), truth) >= 0.5)
            sums["ACC@0.5 upper bound"].append(max(iou(place, truth) for place in places) >= 0.5)
            sums["IoU"].append(iou(places[0], truth))
    write("refcoco/finetune_refcoco_val.json", dict(images=images, annotations=annotations, categories=[]))
    write_answers("refcoco/answers.txt", answers)
    return {key: float(numpy.mean(each)) for key, each in sums.items()}


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


def captions():
    images, annotations, told, references = [], [], {}, {}
    lines = [json.loads(line) for line in (HERE / "metrics/captions.jsonl").read_text().splitlines()][:-1]
    for number, line in enumerate(lines[:20]):
        images.append(dict(id=number, file_name=f"{number}.png"))
        references[number] = [text.capitalize() + "." for text in line["references"]]
        annotations += [dict(id=len(annotations), image_id=number, caption=text) for text in references[number]]
        told[number] = line["hypothesis"]
    write("captions/captions_val2014.json", dict(images=images, annotations=annotations))
    write_answers("captions/answers.txt", [f"An image of {told[number]}." for number in told])
    return of_texts({key: text + "." for key, text in told.items()}, references)


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
expected = {
    "refcoco": refcoco(),
    "flickr30k-entities": flickr(),
    "pope": pope(),
    "vqav2": vqa(),
    "coco-caption": captions(),
    "refcocog-reg": regions(),
}
write("expected.json", expected)
print(json.dumps(expected, indent=1))
