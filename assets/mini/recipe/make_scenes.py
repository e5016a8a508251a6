"""Writes a folder of held-out scenes: `python make_scenes.py DIR [--count N] [--style S …] [--pixels N]`.

`DIR/truth.jsonl` has one task per line, `DIR/pictures/` the pictures. README.md, "Held-out folder", says what the
fields mean. Seeds are never those of training.
"""

import argparse
import json
import math
import os
import random

import data
import facts
import nouns
import sprites
import tasks
import world

SPRITE_PIXELS = 256


def size_class(box):
    """By the square root of the area in picture units."""
    side = math.sqrt(facts.area(box))
    return "small" if side < 0.22 else "medium" if side < 0.35 else "large"


def plural_of(noun):
    return nouns.PLURALS[nouns.NOUNS.index(noun)]


def lines_of(made, name, style):
    """Truth lines of one scene."""
    scene = facts.Facts(made.objects, made.plan.backdrop)
    r = random.Random(made.plan.seed)
    for index, task in enumerate(tasks.every(r, scene)):
        line = {
            "id": f"{made.plan.seed}-{index}", "picture": name, "style": style, "task": task.kind,
            "prompt": task.prompt, "target": task.target, **task.truth,
        }
        if len(line.get("boxes", [])) == 1:
            line["size"] = size_class(line["boxes"][0])
        for thing in line.get("objects", []):
            thing["size"] = size_class(thing["box"])
            thing["plural"] = plural_of(thing["noun"])
        if line.get("noun") in nouns.NOUNS:
            line["plural"] = plural_of(line["noun"])
        yield line


def write(folder, count, styles, pixels, first):
    """Draws the scenes and writes both parts of the folder."""
    os.makedirs(os.path.join(folder, "pictures"), exist_ok=True)
    sets = sprites.load(SPRITE_PIXELS)
    style = styles[0] if len(styles) == 1 else "mixed"
    written, seed = 0, first
    with open(os.path.join(folder, "truth.jsonl"), "w") as file:
        while written < count:
            plan = world.plan(seed, sets, styles)
            seed += 1
            wide, high = round(pixels * math.sqrt(plan.aspect)), round(pixels / math.sqrt(plan.aspect))
            made = world.draw(plan, sets, wide, high)
            if not made.objects:
                continue
            name = f"pictures/{written:05}.png"
            made.image.save(os.path.join(folder, name))
            for line in lines_of(made, name, style):
                file.write(json.dumps(line) + "\n")
            written += 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--style", nargs="+", default=list(nouns.TRAINING_STYLES))
    parser.add_argument("--pixels", type=int, default=400, help="square root of the area of the pictures")
    parser.add_argument("--first", type=int, default=data.HELD_OUT_SEEDS, help="first seed")
    chosen = parser.parse_args()
    write(chosen.folder, chosen.count, chosen.style, chosen.pixels, chosen.first)
