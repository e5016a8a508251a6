"""Scores a checkpoint on a held-out folder with the reference implementation, greedy, in f32:

`python evaluate.py CHECKPOINT SCENES [--count N]`. It steers training; the numbers of the app come from the app.
"""

import argparse
import collections
import json
import os

import torch
from PIL import Image
from transformers import Kosmos2ForConditionalGeneration, Kosmos2Processor

LONG = {"brief": 160, "detailed": 190, "plain": 60, "list": 60}
BATCH = 48


def overlap(a, b):
    """Intersection over union."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, wide) * max(0.0, high)
    area = lambda box: max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
    return shared / max(1e-9, area(a) + area(b) - shared)


class Answerer:
    """Greedy answers of a checkpoint."""

    def __init__(self, folder):
        self.model = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        self.processor = Kosmos2Processor.from_pretrained(folder)
        self.features = {}

    def image_embeds(self, path):
        """Latents of a picture, computed once."""
        if path not in self.features:
            pixels = self.processor.image_processor(Image.open(path).convert("RGB"), return_tensors="pt").pixel_values
            seen = self.model.vision_model.model.post_layernorm(self.model.vision_model(pixels)[0])
            self.features[path] = self.model.image_to_text_projection(torch.nn.functional.normalize(seen, dim=-1))[0]
        return self.features[path]

    @torch.no_grad()
    def answers(self, lines, folder):
        """`[(prompt and answer with tags, only the answer's ids)]`. Batches share a prompt length, so none is padded."""
        tokenizer = self.processor.tokenizer
        prefix = [0, tokenizer.convert_tokens_to_ids("<image>"), *range(4, 68), tokenizer.convert_tokens_to_ids("</image>")]
        groups = collections.defaultdict(list)
        for index, line in enumerate(lines):
            ids = prefix + tokenizer(line["prompt"].strip(), add_special_tokens=False).input_ids
            groups[len(ids), LONG.get(line["task"], 48)].append((index, ids))
        said = [None] * len(lines)
        for (length, limit), members in groups.items():
            for start in range(0, len(members), BATCH):
                part = members[start : start + BATCH]
                ids = torch.tensor([ids for _, ids in part])
                mask = torch.zeros_like(ids)
                mask[:, 2:66] = 1
                embeds = torch.cat([self.image_embeds(os.path.join(folder, lines[i]["picture"])) for i, _ in part])
                made = self.model.generate(
                    image_embeds=embeds, input_ids=ids, attention_mask=torch.ones_like(ids),
                    image_embeds_position_mask=mask, max_new_tokens=limit, do_sample=False, no_repeat_ngram_size=0,
                )
                for (index, _), row in zip(part, made):
                    said[index] = (
                        tokenizer.decode(row[67:], skip_special_tokens=True),
                        tokenizer.decode(row[length:], skip_special_tokens=True),
                    )
        return said


def in_order(box):
    """The box with its corners in order, as the app has it."""
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def named_objects(entities):
    """[(words, box)] of all entities."""
    return [(words, in_order(box)) for words, _, boxes in entities for box in boxes]


def each_once(said, truth, fits):
    """Which true things are said: each said one stands for the first that fits it and that none before stood for."""
    found = set()
    for one in said:
        free = [i for i, thing in enumerate(truth) if i not in found and fits(one, thing)]
        found.update(free[:1])
    return found


def same_noun(words, noun):
    """Whether the phrase names this noun, in singular or plural."""
    import nouns

    return words.split()[-1:] in ([noun], [nouns.PLURALS[nouns.NOUNS.index(noun)]])


def score_objects(entities, truth):
    """(right, said, there) and which true objects were found: right is noun and IoU ≥ 0.5, each object once."""
    said = named_objects(entities)
    fits = lambda one, thing: same_noun(one[0], thing["noun"]) and overlap(one[1], thing["box"]) >= 0.5
    found = each_once(said, truth, fits)
    return len(found), len(said), len(truth), found


def score(line, text, answer, processor):
    """{name of a number: (hits, of how many)} for one answer."""
    kind = line["task"]
    plain, entities = processor.post_process_generation(text)
    told = processor.post_process_generation(answer)[0].strip().rstrip(".")
    boxes = [box for _, box in named_objects(entities)]
    if kind in ("brief", "detailed"):
        right, said, there, found = score_objects(entities, line["objects"])
        numbers = {f"{kind} precision": (right, said), f"{kind} recall": (right, there)}
        numbers[f"{kind} word for word"] = (answer.strip() == line["target"].strip(), 1)
        for index, thing in enumerate(line["objects"]):
            key = f"{kind} recall {thing['size']}"
            hits, of = numbers.get(key, (0, 0))
            numbers[key] = (hits + (index in found), of + 1)
        return numbers
    if kind in ("find", "refer"):
        hits = len(each_once(boxes, line["boxes"], lambda box, true: overlap(box, true) >= 0.5))
        if len(line["boxes"]) > 1:
            return {"find several recall": (hits, len(line["boxes"])), "find several precision": (hits, len(boxes))}
        first = bool(boxes) and overlap(boxes[0], line["boxes"][0]) >= 0.5
        name = kind + (" one" if kind == "find" else "")
        return {name: (first, 1), f"{name} {line['size']}": (first, 1)}
    if kind == "absent":
        return {"absent": (not boxes and "not in the image" in plain, 1)}
    if kind == "region":
        return {"region": (same_noun(told, line["noun"]), 1), f"region {line['size']}": (same_noun(told, line["noun"]), 1)}
    if "accept" in line:
        number = f"count {line['accept'][1]}" if kind == "count" else None
        hit = {kind: (told in line["accept"], 1)}
        if kind == "where":
            hit[f"where {line['size']}"] = hit[kind]
        return {**hit, **({number: (told in line["accept"], 1)} if number else {})}
    return {f"{kind} word for word": (answer.strip() == line["target"].strip(), 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("scenes")
    parser.add_argument("--count", type=int, help="only the first scenes")
    parser.add_argument("--tasks", nargs="+", help="only these tasks")
    parser.add_argument("--show", type=int, default=0, help="print that many answers")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    lines = [json.loads(line) for line in open(os.path.join(chosen.scenes, "truth.jsonl"))]
    if chosen.count:
        kept = sorted({line["picture"] for line in lines})[: chosen.count]
        lines = [line for line in lines if line["picture"] in set(kept)]
    lines = [line for line in lines if not chosen.tasks or line["task"] in chosen.tasks]
    answerer = Answerer(chosen.checkpoint)
    sums = collections.defaultdict(lambda: [0, 0])
    for index, (line, (text, answer)) in enumerate(zip(lines, answerer.answers(lines, chosen.scenes))):
        if index < chosen.show:
            print(f"{line['prompt']} |{answer} | {line['target']}".replace("patch_index_", ""))
        for name, (hits, of) in score(line, text, answer, answerer.processor).items():
            sums[name][0] += hits
            sums[name][1] += of
    for name, (hits, of) in sorted(sums.items()):
        print(f"{name:26} {hits / max(1, of):6.1%}  of {of}")


if __name__ == "__main__":
    main()
