"""Composes the sample pictures that come with the program: `python make_samples.py FOLDER`.

Each is a scene of the mini world, placed by hand: one style a picture, calm backdrops, soft shadows under what stands.
What each is for stands in `src/ui/samples.rs`.
"""

import os
import sys

import numpy as np
from PIL import Image, ImageDraw

import nouns
import sprites
import world

NOTO, FLUENT = nouns.TRAINING_STYLES[:2]

# name: (size, style, sky from top to horizon, ground from horizon to bottom, where the horizon is, things)
# a thing: noun, centre x, bottom y, height or width (the longer) as a share of the shorter side, turn, mirrored
SAMPLES = {
    "meadow": ((1200, 900), NOTO, ((126, 190, 240), (206, 230, 246)), ((126, 186, 92), (70, 140, 58)), 0.52, (
        ("sun", 0.86, 0.27, 0.22, 0, False), ("tree", 0.19, 0.69, 0.50, 0, False), ("house", 0.64, 0.62, 0.34, 0, False),
        ("dog", 0.45, 0.92, 0.31, 0, False), ("rabbit", 0.82, 0.93, 0.25, 0, True),
    )),
    "bees": ((1200, 1000), FLUENT, ((92, 182, 110), (70, 164, 92)), None, 1.0, (
        ("sunflower", 0.22, 0.95, 0.36, 0, False), ("sunflower", 0.78, 0.97, 0.36, 0, True),
        ("bee", 0.19, 0.36, 0.22, -8, False), ("bee", 0.50, 0.26, 0.22, 6, False), ("bee", 0.81, 0.38, 0.22, 10, True),
        ("bee", 0.50, 0.70, 0.22, -6, True),
    )),
    "harbour": ((1200, 860), NOTO, ((150, 200, 240), (214, 232, 244)), ((66, 132, 206), (36, 92, 168)), 0.40, (
        ("cloud", 0.16, 0.25, 0.26, 0, False), ("sailboat", 0.38, 0.78, 0.58, 0, False),
        ("sailboat", 0.82, 0.50, 0.27, 0, True), ("whale", 0.76, 0.90, 0.31, 0, False),
    )),
    "table": ((1200, 900), FLUENT, ((226, 208, 188), (206, 186, 166)), ((168, 116, 72), (126, 82, 48)), 0.36, (
        ("cake", 0.20, 0.62, 0.34, 0, False), ("watermelon", 0.52, 0.58, 0.30, 0, False),
        ("strawberry", 0.82, 0.63, 0.26, 0, False), ("donut", 0.36, 0.94, 0.28, 0, False),
        ("banana", 0.70, 0.94, 0.28, 0, False),
    )),
    "road": ((1200, 800), NOTO, ((170, 196, 220), (206, 218, 228)), ((122, 122, 128), (94, 94, 100)), 0.42, (
        ("bus", 0.25, 0.64, 0.42, 0, False), ("ambulance", 0.74, 0.60, 0.34, 0, False),
        ("bicycle", 0.50, 0.95, 0.34, 0, False),
    )),
    "snow": ((1000, 1200), FLUENT, ((168, 196, 226), (214, 226, 238)), ((246, 248, 252), (226, 234, 244)), 0.46, (
        ("tree", 0.80, 0.60, 0.40, 0, False), ("snowman", 0.30, 0.64, 0.42, 0, False),
        ("rabbit", 0.25, 0.94, 0.24, 0, False), ("penguin", 0.75, 0.94, 0.26, 0, True),
    )),
    "party": ((1200, 1000), FLUENT, ((250, 206, 220), (246, 184, 206)), None, 1.0, (
        ("balloon", 0.14, 0.44, 0.30, -6, False), ("balloon", 0.86, 0.42, 0.30, 6, True), ("cake", 0.50, 0.42, 0.30, 0, False),
        ("gift", 0.18, 0.93, 0.28, 0, False), ("guitar", 0.50, 0.94, 0.40, 38, False), ("drum", 0.82, 0.92, 0.27, 0, False),
    )),
    "night": ((1200, 800), NOTO, ((16, 20, 56), (34, 40, 84)), ((34, 46, 58), (22, 30, 42)), 0.78, (
        ("moon", 0.16, 0.42, 0.28, 0, False), ("star", 0.40, 0.24, 0.14, -8, False), ("star", 0.84, 0.30, 0.14, 8, False),
        ("rocket", 0.62, 0.50, 0.20, 0, False), ("tent", 0.30, 0.90, 0.26, 0, False), ("fire", 0.58, 0.92, 0.16, 0, False),
    )),
}
IN_THE_AIR = {"sun", "cloud", "moon", "star", "rocket", "balloon", "bee"}
AFLOAT, FOAM = {"sailboat", "whale"}, (226, 240, 252)
STARS = 90


def gradient(size, top, bottom):
    """A vertical gradient."""
    share = np.linspace(0, 1, size[1])[:, None, None]
    column = np.array(top) * (1 - share) + np.array(bottom) * share
    return Image.fromarray(np.broadcast_to(column, (size[1], size[0], 3)).round().astype(np.uint8))


def backdrop(size, sky, ground, horizon):
    """Sky and ground; a dark sky has stars."""
    wide, high = size
    line = round(high * horizon)
    image = Image.new("RGB", size)
    image.paste(gradient((wide, line), *sky), (0, 0))
    if ground:
        image.paste(gradient((wide, high - line), *ground), (0, line))
    if sum(sky[0]) < 150:
        pen, random = ImageDraw.Draw(image), np.random.default_rng(1)
        for x, y, light in zip(random.integers(0, wide, STARS), random.integers(0, line, STARS), random.integers(110, 200, STARS)):
            pen.ellipse([x, y, x + 2, y + 2], fill=(int(light),) * 3)
    return image


def draw(style, thing, image):
    """One thing, rasterised at the size it is shown in."""
    noun, x, bottom, size, turn, mirrored = thing
    wide, high = image.size
    code = nouns.CODE_POINTS[nouns.NOUNS.index(noun)]
    sprite = sprites.rasterise(style.svg(code), round(size * min(wide, high)))
    if mirrored:
        sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if turn:
        sprite = sprite.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
        sprite = sprite.crop(sprite.getchannel("A").getbbox())
    left, top = round(x * wide - sprite.width / 2), round(bottom * high - sprite.height)
    if noun not in IN_THE_AIR:
        colour = FOAM if noun in AFLOAT else (0, 0, 0)
        world.soft_ellipse(image, (left, top, left + sprite.width, top + sprite.height), colour)
    image.paste(sprite, (left, top), sprite)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (size, style, sky, ground, horizon, things) in SAMPLES.items():
        image = backdrop(size, sky, ground, horizon)
        drawings = sprites.Style(style)
        for thing in things:
            draw(drawings, thing, image)
        image.save(os.path.join(folder, f"{name}.png"), optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
