"""Small benchmarks about what is said: captions by pycocoevalcap, with the METEOR of its jar, and answers to questions."""

import json
import pathlib
import random
import subprocess

import numpy
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor import meteor as meteor_module
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from benchmarks_common import HERE, picture_of, scenes, size, table, tokens, write, write_answers


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
    rows = [
        dict(id=str(at), question_id=str(line["question_id"]), question=line["text"], answer=line["label"], image_source="x",
             image=picture_of(line["image"]), category="random")
        for at, line in enumerate(map(json.loads, lines))
    ]  # fmt: skip
    table("pope-mirror/data/test-00000-of-00001.parquet", [dict(rows[0], category="popular"), *rows])
    write_answers("pope-mirror/answers.txt", answers)
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
    # where all people say the same, the evaluator compares letter by letter
    for written, is_right in (("yes", 1.0), ("Yes", 0.0)):
        number = len(questions)
        questions.append(dict(image_id=number, question="Is it?", question_id=100 + number))
        listed = [dict(answer="yes", answer_confidence="yes", answer_id=i + 1) for i in range(10)]
        annotations.append(dict(question_id=100 + number, image_id=number, answers=listed, answer_type="yes/no"))
        answers.append(f"Question: Is it? Answer: {written}.")
        for key in ("exact_match", "exact_match yes/no"):
            right.setdefault(key, []).append(is_right)
    write("vqav2/v2_OpenEnded_mscoco_val2014_questions.json", dict(questions=questions))
    write("vqav2/v2_mscoco_val2014_annotations.json", dict(annotations=annotations))
    write_answers("vqav2/answers.txt", answers)
    names, rows = list(scenes()), []
    for asked, annotation in zip(questions, annotations):
        rows.append(dict(image=picture_of(names[asked["image_id"] % 2]), **annotation, question=asked["question"]))
    table("vqav2-mirror/data/validation-00000-of-00001.parquet", rows)
    write_answers("vqav2-mirror/answers.txt", answers)
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


def caption_mirrors():
    """The captions of two of these in mirrors with pictures, as lmms-lab's."""
    names = list(scenes())[:2]
    for folder, start, split, columns in (
        ("coco-mirror", 0, "val", ("answer", "file_name", "COCO_val2014_{:012}.jpg")),
        ("nocaps-mirror", 30, "validation", ("annotations_captions", "image_file_name", "{:016x}.jpg")),
    ):
        told, references = told_captions(start, 20)
        captions_of, name_of, form = columns
        rows = [
            {"question_id": form.format(number), "image": picture_of(names[number % 2]), captions_of: references[number],
             name_of: form.format(number), "image_id": number}
            for number in told
        ]  # fmt: skip
        table(f"{folder}/data/{split}-00000-of-00002.parquet", rows[:12])
        table(f"{folder}/data/{split}-00001-of-00002.parquet", rows[12:])
        # its captions are kept back
        table(f"{folder}/data/test-00000-of-00001.parquet", [dict(row, **{captions_of: []}) for row in rows[:1]])
        write_answers(f"{folder}/answers.txt", [f"An image of {text}" for text in told.values()])


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
        dict(image=picture_of(names[number % len(names)]), caption=references[number], sentids=["1"], split=splits[number],
             img_id=str(number), filename=f"{number}.jpg")
        for number in told
    ]  # fmt: skip
    table("flickr30k-mirror/data/test-00000-of-00001.parquet", rows)
    # as lmms-lab's, which is to be refused
    unsplit = [{key: value for key, value in row.items() if key != "split"} | dict(image=dict(bytes=b"x", path="x")) for row in rows]
    table("flickr30k-unsplit/test-00000-of-00001.parquet", unsplit)
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
    frames = {"image": 1, "video": 2}
    rows = [dict(asked, image=[picture_of(named[0][0])] * frames[asked["data_type"]], segment=[1, 2]) for asked in questions]
    table("seed-bench-mirror/data/test-00000-of-00001.parquet", rows)
    write_answers("seed-bench-mirror/answers.txt", answers)
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
