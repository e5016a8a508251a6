"""Rasterises every noun in every style: `python sprites.py [PIXELS]` writes sprites-PIXELS.pkl into the run folder.

The drawings come from the npm packages named in README.md. A sprite is cropped to its visible part, so that its size
is its bounding box.
"""

import io
import json
import os
import pickle
import sys

import resvg_py
from PIL import Image, ImageChops, ImageFilter, ImageOps

from nouns import CODE_POINTS, EXTRA_STYLES, NOUNS, OUTLINED, TRAINING_STYLES, UNSEEN_STYLE

RUN = os.environ.get("MINI_RUN", "run")
ICONS = os.path.join(RUN, "node_modules", "@iconify-json")
VISIBLE_ALPHA = 40
# The iconify sets lack a plain code point here and there; these are the names they use instead.
OTHER_NAMES = {"2602": ["umbrella"], "2600": ["sun"], "2708": ["airplane"], "2601": ["cloud"]}


class Style:
    """One icon set, read from its package."""

    def __init__(self, name):
        folder = os.path.join(ICONS, name)
        self.icons = json.load(open(os.path.join(folder, "icons.json")))
        names = os.path.join(folder, "chars.json")
        self.names = json.load(open(names)) if os.path.exists(names) else {}

    def svg(self, code, also=()):
        """The drawing of a code point as a complete SVG document; None if the set lacks it, under the names `also` too."""
        icons = self.icons["icons"]
        candidates = [self.names.get(code), self.names.get(code + "-fe0f"), *OTHER_NAMES.get(code, []), *also]
        icon = next((icons[name] for name in candidates if name in icons), None)
        if icon is None:
            return None
        width = icon.get("width", self.icons.get("width", 16))
        height = icon.get("height", self.icons.get("height", 16))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">{icon["body"]}</svg>'
        )


def rasterise(svg, pixels):
    """RGBA image of a drawing, cropped to what is visible; its longer side is about `pixels`."""
    draw = lambda size: Image.open(
        io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size)))
    ).convert("RGBA")
    seen = lambda image: image.getchannel("A").point(lambda a: 255 if a > VISIBLE_ALPHA else 0).getbbox()
    left, top, right, bottom = seen(draw(128))
    image = draw(round(pixels * 128 / max(right - left, bottom - top)))
    return image.crop(seen(image))


def outlined(sprite):
    """The drawing with dark contours and few flat colours, as other artists would have done it."""
    wide = max(3, max(sprite.size) // 36 * 2 + 1)
    room = ImageOps.expand(sprite, wide, (0, 0, 0, 0))
    alpha = room.getchannel("A")
    flat = ImageOps.posterize(room.convert("RGB").filter(ImageFilter.MedianFilter(3)), 3)
    edges = flat.convert("L").filter(ImageFilter.FIND_EDGES).point(lambda v: 255 if v > 40 else 0)
    lines = ImageChops.multiply(edges.filter(ImageFilter.MaxFilter(3)), alpha.filter(ImageFilter.MinFilter(3)))
    flat.paste((20, 18, 16), mask=lines)
    whole = Image.new("RGBA", room.size, (20, 18, 16, 0))
    whole.putalpha(alpha.filter(ImageFilter.MaxFilter(wide)))
    whole.paste(flat, mask=alpha)
    whole.putalpha(alpha.filter(ImageFilter.MaxFilter(wide)))
    return whole.crop(whole.getchannel("A").getbbox())


def _drawn():
    """`{style: [SVG per noun or None]}`. The extra sets lack code points: the names of the other sets find them."""
    styles = {name: Style(name) for name in (*TRAINING_STYLES, UNSEEN_STYLE, *EXTRA_STYLES)}
    drawn = {}
    for name, style in styles.items():
        names = [{other.names.get(code) for other in styles.values()} - {None} for code in CODE_POINTS]
        also = [sorted(known) + [f"{noun}-1", noun] for known, noun in zip(names, NOUNS)]
        drawn[name] = [style.svg(code, more) for code, more in zip(CODE_POINTS, also)]
    return drawn


def load(pixels):
    """`{style: [RGBA image per noun, None where the set lacks it]}`, rasterised on first use and kept in the run folder."""
    path = os.path.join(RUN, f"sprites-{pixels}.pkl")
    if not os.path.exists(path):
        sets = {name: [svg and rasterise(svg, pixels) for svg in svgs] for name, svgs in _drawn().items()}
        for name in TRAINING_STYLES:
            sets[OUTLINED + name] = [outlined(sprite) for sprite in sets[name]]
        pickle.dump(sets, open(path, "wb"))
    return pickle.load(open(path, "rb"))


def sheet(sets, cell=52):
    """All sprites of all styles on one picture, to look at."""
    styles = list(sets)
    image = Image.new("RGB", (cell * 28, cell * len(styles) * -(-len(NOUNS) // 28)), "white")
    for row, style in enumerate(styles):
        for index, sprite in enumerate(sets[style]):
            if sprite is None:
                continue
            small = sprite.copy()
            small.thumbnail((cell - 4, cell - 4))
            image.paste(small, ((index % 28) * cell, ((index // 28) * len(styles) + row) * cell), small)
    return image


if __name__ == "__main__":
    pixels = int(sys.argv[1]) if len(sys.argv) > 1 else 112
    sheet(load(pixels)).save(os.path.join(RUN, "sprites.png"))
    print(f"{len(NOUNS)} nouns")
