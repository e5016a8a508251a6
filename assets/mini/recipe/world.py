"""Composes scenes: a seed gives a plan, a plan gives a picture of any size and its truth.

Plans are in units of the picture (0..1), so that the small pictures of training and the large ones of evaluation show
the same world. Run it to look at a contact sheet: `python world.py OUT.png [STYLE]`.
"""

import math
import random
import sys
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import nouns
import sprites

PIXELS, PATCH = 128, 16
GRID = PIXELS // PATCH
NOTHING = nouns.COUNT
VISIBLE_ALPHA = 60
# A patch belongs to an object that covers at least this share of it: small things must own a patch too.
COVERED = 0.12
_VISIBLE = [255 if alpha > VISIBLE_ALPHA else 0 for alpha in range(256)]


@dataclass(frozen=True)
class Backdrop:
    """Where a scene plays: how people say it, the colour above and (with a horizon) below, and the texture."""

    words: str
    upper: tuple
    lower: tuple | None
    texture: str


BACKDROPS = (
    Backdrop("on grass", (150, 200, 240), (90, 160, 70), "grain"),
    Backdrop("on sand", (160, 210, 245), (225, 200, 140), "grain"),
    Backdrop("in the snow", (185, 208, 230), (240, 244, 250), "soft"),
    Backdrop("on water", (170, 212, 240), (50, 112, 190), "waves"),
    Backdrop("at night", (20, 24, 60), (32, 42, 52), "stars"),
    Backdrop("on a wooden table", (205, 185, 165), (150, 100, 60), "planks"),
    Backdrop("on a road", (170, 190, 212), (110, 110, 115), "grain"),
    Backdrop("on a white background", (252, 252, 252), None, "none"),
    Backdrop("on a gray background", (150, 150, 150), None, "soft"),
    Backdrop("on a black background", (16, 16, 16), None, "none"),
    Backdrop("on a blue background", (62, 112, 218), None, "soft"),
    Backdrop("on a pink background", (250, 182, 202), None, "soft"),
    Backdrop("on a green background", (62, 168, 92), None, "dots"),
    Backdrop("on a yellow background", (245, 221, 92), None, "dots"),
)


@dataclass
class Placement:
    """One thing: which noun and drawing, centre and size in picture units, and how it is turned and tinted."""

    noun: int
    style: str
    x: float
    y: float
    size: float
    stretch: float
    angle: float
    mirrored: bool
    tint: tuple
    colours: tuple | None = None  # 3 × 4 matrix over RGB, for drawings by other artists


@dataclass
class Plan:
    """Everything that a seed decides before a pixel is drawn. `aspect` is width / height."""

    seed: int
    backdrop: int
    aspect: float
    things: list = field(default_factory=list)


@dataclass
class Scene:
    """A drawn plan: picture, and per thing its noun and its box (x1, y1, x2, y2 in 0..1)."""

    plan: Plan
    image: Image.Image
    objects: list
    masks: list


def _numbers(r, crowd, herds, twins):
    """How many of which noun; `crowd` scenes show many different things at once, for dense training."""
    if crowd:
        return [r.randrange(nouns.COUNT) for _ in range(r.randint(3, 9))]
    if r.random() < herds:
        herd = [r.randrange(nouns.COUNT)] * r.randint(2, 6)
        return herd + [r.randrange(nouns.COUNT) for _ in range(r.randint(0, max(0, min(2, 6 - len(herd)))))]
    chosen = []
    for _ in range(r.choices((1, 2, 3, 4, 5, 6), (4, 6, 5, 3, 2, 2))[0]):
        chosen.append(r.choice(chosen) if chosen and r.random() < twins else r.randrange(nouns.COUNT))
    return chosen


def _size_range(count):
    """Sizes (of the square root of the area of the picture) that leave room for `count` things."""
    return 0.2, {1: 0.62, 2: 0.52, 3: 0.44, 4: 0.38, 5: 0.34, 6: 0.32}.get(count, 0.28)


def _overlap(a, b):
    """Shared area over the smaller area."""
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return wide * high / max(1e-9, min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])))


def _rough_box(thing, shape, aspect):
    """Box of a thing before drawing (turning makes it a little larger than this)."""
    turn = 1 + 0.35 * abs(math.sin(math.radians(thing.angle)))
    longest = max(shape)
    wide = thing.size * shape[0] / longest * thing.stretch / math.sqrt(aspect) * turn
    high = thing.size * shape[1] / longest / thing.stretch * math.sqrt(aspect) * turn
    return thing.x - wide / 2, thing.y - high / 2, thing.x + wide / 2, thing.y + high / 2


def _other_colours(r):
    """Colours as another artist would choose them: turned around the grey axis, paler or stronger, 3 × 4 matrix."""
    turn, strength = math.radians(r.gauss(0, 35)), r.uniform(0.1, 1.4)
    c, s, root = math.cos(turn), math.sin(turn), math.sqrt(1 / 3)
    about = lambda row, column: (c if row == column else 0) + (1 - c) / 3 + s * root * ((column - row + 1) % 3 - 1)
    grey = (0.3, 0.59, 0.11)
    rows = [[strength * about(row, column) + (1 - strength) * grey[column] for column in range(3)] for row in range(3)]
    return tuple(value for row in rows for value in (*row, r.uniform(-12, 12)))


def plan(seed, sets, styles=nouns.TRAINING_STYLES, crowd=False, herds=0.25, twins=0.2):
    """The plan of a seed. Things that find no room in some tries are left out.

    `herds`: share of scenes with several of a kind; `twins`: how often a thing of another scene is one of a kind before it.
    """
    r = random.Random(seed)
    aspect = 1.0 if r.random() < 0.35 else math.exp(r.uniform(math.log(0.6), math.log(1.7)))
    made = Plan(seed, r.randrange(len(BACKDROPS)), aspect)
    house_style = r.choice(styles) if r.random() < 0.5 else None
    chosen = _numbers(r, crowd, herds, twins)
    smallest, largest = _size_range(len(chosen))
    boxes = []
    for noun in chosen:
        style = house_style or r.choice(styles)
        if sets[style][noun] is None:
            style = r.choice(nouns.TRAINING_STYLES)
        foreign = style not in (*nouns.TRAINING_STYLES, nouns.UNSEEN_STYLE)
        colours = _other_colours(r) if foreign and r.random() < 0.6 else None
        bent = math.exp(r.uniform(-0.2, 0.2)) if foreign else 1.0
        for _ in range(14):
            thing = Placement(
                noun, style, r.random(), r.random(), r.uniform(smallest, largest),
                bent * math.exp(r.uniform(-0.12, 0.12)), r.uniform(-20, 20) if r.random() < 0.5 else 0.0, r.random() < 0.5,
                tuple(r.uniform(0.82, 1.12) for _ in range(3)) if r.random() < 0.3 else (1.0, 1.0, 1.0), colours,
            )
            box = _rough_box(thing, sets[style][noun].size, aspect)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= 1 and box[3] <= 1
            if inside and all(_overlap(box, other) < 0.18 for other in boxes):
                made.things.append(thing)
                boxes.append(box)
                break
    return made


def _texture(kind, noise, wide, high):
    """What is added to a plain colour, one value per pixel."""
    unit = max(1, min(wide, high) // 20)
    coarse = lambda cell: noise.normal(0, 1, (high // cell + 2, wide // cell + 2)).astype(np.float32)
    blotches = lambda cell, strength: strength * np.asarray(
        Image.fromarray(coarse(cell)).resize((wide, high), Image.Resampling.BICUBIC)
    )
    rows, columns = np.arange(high)[:, None], np.arange(wide)[None, :]
    if kind == "grain":
        return blotches(max(1, unit // 4), noise.uniform(2, 10)) + blotches(unit, noise.uniform(0, 6))
    if kind == "soft":
        return blotches(unit * 2, noise.uniform(0, 8))
    if kind == "waves":
        return noise.uniform(2, 9) * np.sin(rows * 6.28 / (unit * noise.uniform(1, 3)) + np.sin(columns / unit))
    if kind == "planks":
        return noise.uniform(3, 12) * np.sign(np.sin(rows * 6.28 / (unit * noise.uniform(3, 8)))) + np.zeros((1, wide))
    if kind == "dots":
        step = unit * noise.uniform(1.5, 4)
        return noise.uniform(0, 14) * ((np.sin(rows * 6.28 / step) * np.sin(columns * 6.28 / step)) > 0.4)
    if kind == "stars":
        cell = max(1, unit // 6)
        return np.kron(noise.random((high // cell + 1, wide // cell + 1)) > 0.997, np.ones((cell, cell)))[:high, :wide] * 160
    return np.zeros((1, 1))


def draw_backdrop(made, wide, high):
    """The empty scene as an image."""
    noise = np.random.default_rng(made.seed)
    backdrop = BACKDROPS[made.backdrop]
    shade = lambda colour: np.clip(np.array(colour) + noise.uniform(-16, 16, 3), 0, 255)
    down = np.linspace(-0.5, 0.5, high)[:, None, None]
    picture = np.empty((high, wide, 3), np.float32)
    picture[:] = shade(backdrop.upper) + down * noise.uniform(-36, 36)
    texture = np.broadcast_to(_texture(backdrop.texture, noise, wide, high), (high, wide))[:, :, None]
    if backdrop.lower is None or backdrop.texture == "stars":
        picture += texture
    if backdrop.lower is not None:
        horizon = int(high * noise.uniform(0.2, 0.7))
        picture[horizon:] = shade(backdrop.lower) + down[horizon:] * noise.uniform(-36, 36)
        if backdrop.texture != "stars":
            picture[horizon:] += texture[horizon:]
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _draw_thing(thing, sprite, made, wide, high):
    """The thing as RGBA at its final size, cropped to what is visible; None if nothing is left of it."""
    longest = thing.size * math.sqrt(wide * high) * 1.35
    if longest < max(sprite.size) / 2:  # turning a smaller drawing is what makes small pictures cheap
        sprite = sprite.reduce(2)
    if thing.mirrored:
        sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scale = thing.size / max(sprite.size)
    wide_ratio = scale * thing.stretch / math.sqrt(made.aspect) * wide
    high_ratio = scale / thing.stretch * math.sqrt(made.aspect) * high
    if thing.angle:
        sprite = sprite.rotate(thing.angle, expand=True, resample=Image.Resampling.BILINEAR)
    size = max(4, round(sprite.width * wide_ratio)), max(4, round(sprite.height * high_ratio))
    sprite = sprite.resize(size, Image.Resampling.BILINEAR)
    if thing.tint != (1.0, 1.0, 1.0):
        tables = [np.minimum(255, np.arange(256) * factor).astype(int) for factor in (*thing.tint, 1.0)]
        sprite = sprite.point(np.concatenate(tables).tolist())
    if thing.colours:
        alpha = sprite.getchannel("A")
        sprite = sprite.convert("RGB").convert("RGB", thing.colours)
        sprite.putalpha(alpha)
    box = sprite.getchannel("A").point(_VISIBLE).getbbox()
    return sprite.crop(box) if box else None


def soft_ellipse(image, box, colour=(0, 0, 0)):
    """Under a thing with this box in pixels: the shadow of what stands, or the foam around what swims."""
    left, _, right, bottom = box
    wide = right - left
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).ellipse([left + wide * 0.06, bottom - wide * 0.07, right - wide * 0.06, bottom + wide * 0.05], fill=70)
    image.paste(colour, mask=mask.filter(ImageFilter.GaussianBlur(wide * 0.025)))


def draw(made, sets, wide=PIXELS, high=PIXELS, backdrop=None, shadows=False):
    """The scene of a plan. Later things lie on top of earlier ones; boxes are of the whole thing.

    `backdrop` replaces the empty scene (training draws each several times, to save time).
    """
    image = backdrop or draw_backdrop(made, wide, high)
    objects, masks = [], []
    for thing in made.things:
        sprite = _draw_thing(thing, sets[thing.style][thing.noun], made, wide, high)
        if sprite is None or sprite.width >= wide or sprite.height >= high:
            continue
        left = min(max(0, round(thing.x * wide - sprite.width / 2)), wide - sprite.width)
        top = min(max(0, round(thing.y * high - sprite.height / 2)), high - sprite.height)
        if shadows:
            soft_ellipse(image, (left, top, left + sprite.width, top + sprite.height))
        image.paste(sprite, (left, top), sprite)
        box = left / wide, top / high, (left + sprite.width) / wide, (top + sprite.height) / high
        objects.append((thing.noun, box))
        masks.append((sprite.getchannel("A"), left, top))
    return Scene(made, image, objects, masks)


def patch_truth(scene):
    """Dense truth of a picture of PIXELS × PIXELS: per patch the noun (or NOTHING), and the box of that thing."""
    what = np.full((GRID, GRID), NOTHING, np.int64)
    where = np.zeros((GRID, GRID, 4), np.float32)
    covered = np.zeros((GRID, GRID), np.float32)
    for (noun, box), (alpha, left, top) in zip(scene.objects, scene.masks):
        full = Image.new("L", (PIXELS, PIXELS))
        full.paste(alpha, (left, top))
        share = np.asarray(full.reduce(PATCH), np.float32) / 255
        owned = (share > COVERED) & (share > 0.6 * covered)
        what[owned], where[owned] = noun, box
        covered = np.maximum(covered, share)
    return what, where


def contact_sheet(sets, styles, count=48, across=8):
    """Scenes of the first seeds side by side, boxes drawn."""
    sheet = Image.new("RGB", (across * PIXELS, -(-count // across) * PIXELS))
    for seed in range(count):
        scene = draw(plan(seed, sets, styles, crowd=seed % 6 == 5), sets)
        pen = ImageDraw.Draw(scene.image)
        if seed % 2:
            for _, box in scene.objects:
                pen.rectangle([v * PIXELS for v in box], outline="red")
        sheet.paste(scene.image, ((seed % across) * PIXELS, (seed // across) * PIXELS))
    return sheet


if __name__ == "__main__":
    sets = sprites.load(112)
    contact_sheet(sets, sys.argv[2:] or nouns.TRAINING_STYLES).save(sys.argv[1])
