"""A scene as something to talk about, and one task about it: what there is, where, in words and in tags with boxes."""

import math
import string
from dataclasses import dataclass, field

import nouns
import world
from nouns import NOUNS, PLURALS, with_article

CELLS = 32
NUMBERS = ("none", "one", "two", "three", "four", "five", "six")
# Things that no scene shows: the honest answer is that they are not there.
STRANGERS = (
    "person man woman boy girl child dragon unicorn dinosaur shark wolf tiger horse sheep goat camel mouse "
    "parrot eagle swan spider ant worm hamster squirrel kangaroo zebra hippo seal grape peach pear melon "
    "mango potato onion pepper soup rice candy chocolate coffee tea milk bottle cup fork knife spoon bed sofa "
    "lamp mirror phone television radio computer pen pencil paper bag ring coat shirt dress glove sock truck "
    "van motorcycle scooter train ship boat submarine tank bridge church mountain rock lightning planet robot "
    "ghost monster clown doctor soldier kite doll toy puzzle dice violin piano trumpet flute sword shield axe "
    "saw nail rope ladder bucket broom brush candle anchor compass map telescope"
).split()
# Clear enough to be right by: people would not agree on less.
MARGIN, RATIO = 0.06, 1.35
THIRDS, SLACK = (0.36, 0.64), 0.04


@dataclass
class Task:
    """One prompt with its right answer. `truth` is what an answer is scored by (see README, "held-out folder")."""

    kind: str
    prompt: str
    target: str
    truth: dict = field(default_factory=dict)


def cell_pair(box):
    """Upper-left and lower-right location of a box, the rule of the reference."""
    x1, y1, x2, y2 = box
    last = lambda v: min(CELLS - 1, max(0, math.ceil(v * CELLS - 1)))
    first = lambda v: min(CELLS - 1, max(0, int(v * CELLS)))
    return first(y1) * CELLS + first(x1), last(y2) * CELLS + last(x2)


def object_tags(boxes):
    """`<object>…</object>` for boxes."""
    pairs = ("<patch_index_%04d><patch_index_%04d>" % cell_pair(box) for box in boxes)
    return "<object>" + "</delimiter_of_multi_objects/>".join(pairs) + "</object>"


def phrase(words, boxes, grounded=True):
    """` words`, with tags and boxes if grounded."""
    return f"<phrase> {words}</phrase>{object_tags(boxes)}" if grounded else f" {words}"


def centre(box):
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def joined(parts):
    """a, b and c"""
    return parts[0] if len(parts) == 1 else ",".join(parts[:-1]) + " and" + parts[-1]


def _band(value):
    """0, 1 or 2: which third of the picture."""
    return sum(value > limit for limit in THIRDS)


PLACES = (
    ("in the top left", "at the top", "in the top right"),
    ("on the left", "in the middle", "on the right"),
    ("in the bottom left", "at the bottom", "in the bottom right"),
)


def place(box):
    """Where a box is, in words."""
    x, y = centre(box)
    return PLACES[_band(y)][_band(x)]


def places_accepted(box):
    """All places that a person could call right: near a border, both sides are."""
    x, y = centre(box)
    near = lambda v: {_band(v - SLACK), _band(v), _band(v + SLACK)}
    return [PLACES[row][column] for row in sorted(near(y)) for column in sorted(near(x))]


def sentence(words):
    """With a capital letter."""
    return words[0].upper() + words[1:]


class Facts:
    """A scene as things to talk about: groups of a kind from left to right."""

    def __init__(self, objects, backdrop):
        self.objects = objects
        self.backdrop = world.BACKDROPS[backdrop].words
        kinds = {}
        for noun, box in sorted(objects, key=lambda thing: centre(thing[1])[0]):
            kinds.setdefault(noun, []).append(box)
        self.groups = list(kinds.items())
        self.kinds = kinds
        self.singles = [(noun, boxes[0]) for noun, boxes in self.groups if len(boxes) == 1]

    def name(self, noun, count=None):
        """`a dog`, `three dogs`."""
        count = len(self.kinds[noun]) if count is None else count
        return with_article(NOUNS[noun]) if count == 1 else f"{NUMBERS[count]} {PLURALS[noun]}"

    def listed(self, grounded):
        """All groups, from left to right."""
        return joined([phrase(self.name(noun), boxes, grounded) for noun, boxes in self.groups])

    def absent(self, r):
        """A noun of this world that is not in the scene."""
        return r.choice([noun for noun in range(nouns.COUNT) if noun not in self.kinds])


def apart(low, high):
    """Whether two places differ clearly."""
    return high - low > MARGIN


def bigger(low, high):
    """Whether two sizes differ clearly."""
    return high > low * RATIO


def tag(grounded):
    """What a prompt begins with if the answer has boxes."""
    return "<grounding>" if grounded else ""


def truth_of_objects(facts):
    """Everything in the scene, to score captions by."""
    return {"objects": [{"noun": NOUNS[noun], "box": list(box)} for noun, box in facts.objects]}


def stranger(r):
    """A thing that this world does not know; sometimes not even a word."""
    if r.random() < 0.75:
        return r.choice(STRANGERS)
    letters = string.ascii_lowercase if r.random() < 0.8 else "äöüéèñçабвгдежзαβγδ日本語犬猫☃⚽"
    return "".join(r.choice(letters) for _ in range(r.randint(2, 9)))
