"""What can be asked about a scene and what is right to say: prompts, answers, and the truth to score them by.

The published prompt forms of Kosmos-2 are the main ones; around them people ask in many ways, so the wording varies.
Answers are fixed by the scene and the wording of the prompt: a network can't learn what chance decides.
"""

import math
import random
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


def _tag(grounded):
    return "<grounding>" if grounded else ""


def _truth_of_objects(facts):
    return {"objects": [{"noun": NOUNS[noun], "box": list(box)} for noun, box in facts.objects]}


BRIEF_OPENINGS = (" A picture of", " A photo of", " This image shows", " This is an image of", " In this picture there is")


def brief(r, facts, grounded=True, main=False):
    """One sentence about the picture."""
    opening = " An image of" if main or r.random() < 0.6 else r.choice(BRIEF_OPENINGS)
    answer = facts.listed(grounded) + f" {facts.backdrop}."
    return Task("brief" if grounded else "plain", _tag(grounded) + opening, answer, _truth_of_objects(facts))


DETAILED_OPENINGS = (" Describe this image:", " Describe the picture in detail:", " Tell me about this image:")


def detailed(r, facts, grounded=True, main=False):
    """What there is, and where the single things are."""
    opening = " Describe this image in detail:" if main or r.random() < 0.6 else r.choice(DETAILED_OPENINGS)
    answer = " The image shows" + facts.listed(grounded) + f" {facts.backdrop}."
    for noun, box in facts.singles[:3]:
        answer += f" The {NOUNS[noun]} is {place(box)}."
    kind = "detailed" if grounded else "plain detailed"
    return Task(kind, _tag(grounded) + opening, answer, _truth_of_objects(facts))


def _cased(r, words):
    """Some people write capitals."""
    return sentence(words) if r.random() < 0.1 else words


def find(r, facts, main=False, groups=None):
    """Every thing of a kind."""
    noun, boxes = r.choice(groups or facts.groups)
    one = [with_article(NOUNS[noun]), f"the {NOUNS[noun]}", NOUNS[noun]]
    many = [PLURALS[noun], f"the {PLURALS[noun]}", f"all {PLURALS[noun]}", f"all the {PLURALS[noun]}", f"every {NOUNS[noun]}"]
    if len(boxes) > 1:
        many.append(facts.name(noun))
    words = one[0] if main else r.choice(one if r.random() < (0.8 if len(boxes) == 1 else 0.4) else many)
    truth = {"noun": NOUNS[noun], "boxes": [list(box) for box in boxes]}
    words = words if main else _cased(r, words)
    return Task("find", f"<grounding><phrase> {words}</phrase>", object_tags(boxes), truth)


def _stranger(r):
    """A thing that this world does not know; sometimes not even a word."""
    if r.random() < 0.75:
        return r.choice(STRANGERS)
    letters = string.ascii_lowercase if r.random() < 0.8 else "äöüéèñçабвгдежзαβγδ日本語犬猫☃⚽"
    return "".join(r.choice(letters) for _ in range(r.randint(2, 9)))


def absent(r, facts, main=False):
    """Something that is not there: said so, without a box."""
    known = main or r.random() < 0.75
    noun = facts.absent(r)
    word, plural = (NOUNS[noun], PLURALS[noun]) if known else (_stranger(r), None)
    several = plural and not main and r.random() < 0.2
    one, many = (f"the {word}", with_article(word), word), (plural, f"the {plural}", f"all {plural}")
    words = with_article(word) if main else r.choice(many if several else one)
    says = " are not in the image." if several else " is not in the image."
    return Task("absent", f"<grounding><phrase> {words}</phrase>", says, {"noun": word, "boxes": []})


def _extremes(things, key, clear):
    """(smallest, largest) of things by key; None where the runner-up is too near."""
    ranked = sorted(things, key=key)
    first = ranked[0] if clear(key(ranked[0]), key(ranked[1])) else None
    last = ranked[-1] if clear(key(ranked[-2]), key(ranked[-1])) else None
    return first, last


_apart = lambda low, high: high - low > MARGIN
_bigger = lambda low, high: high > low * RATIO


def _referring(name, several, boxes):
    """All clear ways to say which box is meant: [(words, box)]."""
    found = []
    say = lambda box, *forms: found.extend((form, box) for form in forms) if box else None
    left, right = _extremes(boxes, lambda box: centre(box)[0], _apart)
    top, bottom = _extremes(boxes, lambda box: centre(box)[1], _apart)
    small, large = _extremes(boxes, area, _bigger)
    more, most = ("er", "est")
    size = most if several else more
    say(left, f"the {name} on the left", f"the left {name}", f"the leftmost {name}")
    say(right, f"the {name} on the right", f"the right {name}", f"the rightmost {name}")
    say(top, f"the {name} at the top", f"the top {name}")
    say(bottom, f"the {name} at the bottom", f"the bottom {name}")
    say(small, f"the small{size} {name}")
    say(large, f"the large{size} {name}", f"the bigg{size} {name}")
    return found


def refer(r, facts):
    """One of several things, told apart by place or size; None if nothing is clear."""
    ways = []
    for noun, boxes in facts.groups:
        if len(boxes) > 1:
            ways += _referring(NOUNS[noun], len(boxes) > 2, boxes)
    if len(facts.objects) > 1 and (not ways or r.random() < 0.2):
        name = r.choice(("thing", "object"))
        ways += _referring(name, len(facts.objects) > 2, [box for _, box in facts.objects])
    if not ways:
        return None
    words, box = r.choice(ways)
    return Task("refer", f"<grounding><phrase> {words}</phrase>", object_tags([box]), {"boxes": [list(box)]})


REGION_FORMS = (
    ("<phrase> This</phrase>{box} is", " {name}."), ("<phrase> The object</phrase>{box} is", " {name}."),
    (" What is<phrase> it</phrase>{box}? It is", " {name}."), (" What is<phrase> this</phrase>{box}? This is", " {name}."),
    (" Question: What is<phrase> it</phrase>{box}? Answer:", " {capital}."),
    (" Question: What is<phrase> this</phrase>{box}? Answer:", " {capital}."),
    (" Question: Where is<phrase> it</phrase>{box}? Answer:", " {place}."),
)


def _shaken(r, box):
    """The box as a hand would draw it."""
    off = lambda length: r.uniform(-0.08, 0.08) * length
    wide, high = box[2] - box[0], box[3] - box[1]
    clip = lambda v: min(1.0, max(0.0, v))
    return clip(box[0] + off(wide)), clip(box[1] + off(high)), clip(box[2] + off(wide)), clip(box[3] + off(high))


def region(r, facts, main=False):
    """What a box shows."""
    noun, box = r.choice(facts.objects)
    form, says = ("<phrase> It</phrase>{box} is", " {name}.") if main or r.random() < 0.6 else r.choice(REGION_FORMS)
    name = with_article(NOUNS[noun])
    tags = object_tags([box if main else _shaken(r, box)])
    answer = says.format(name=name, capital=sentence(name), place=sentence(place(box)))
    return Task("region", "<grounding>" + form.format(box=tags), answer, {"noun": NOUNS[noun], "boxes": [list(box)]})


def _question(kind, r, text, answer, truth=None, grounded=False):
    return Task(kind, f"{_tag(grounded)} Question: {text} Answer:".strip(" "), answer, truth or {})


COUNT_FORMS = (
    "How many {many} are there?", "How many {many} are in the image?", "How many {many} do you see?",
    "How many {many} can you see?", "How many {many} are in the picture?", "Count the {many}.", "How many {many}?",
)


def count(r, facts, main=False):
    """How many of a kind."""
    form = COUNT_FORMS[0] if main else r.choice(COUNT_FORMS)
    if not main and r.random() < 0.1:
        return _question("count", r, form.format(many=PLURALS[facts.absent(r)]), " None.", {"accept": ["None", "Zero"]})
    if not main and r.random() < 0.12:
        number = NUMBERS[len(facts.objects)] if len(facts.objects) < len(NUMBERS) else "many"
        return _question("count", r, form.format(many=r.choice(("things", "objects"))), f" {sentence(number)}.")
    several = [group for group in facts.groups if len(group[1]) > 1]
    noun, boxes = r.choice(several if several and r.random() < 0.5 else facts.groups)
    text = form.format(many=PLURALS[noun])
    if not main and r.random() < 0.25:
        return _question("count", r, text, phrase(sentence(facts.name(noun)), boxes) + ".", grounded=True)
    number = NUMBERS[len(boxes)]
    truth = {"noun": NOUNS[noun], "accept": [sentence(number), str(len(boxes))], "boxes": [list(box) for box in boxes]}
    return _question("count", r, text, f" {sentence(number)}.", truth)


PRESENCE_FORMS = (
    "Is there {one}?", "Is there {one} in the image?", "Do you see {one}?", "Can you see {one}?",
    "Is there {one} in the picture?", "Are there any {many}?", "Do you see any {many}?", "Does the image show {one}?",
)


def presence(r, facts, main=False, yes=None):
    """Whether something is there."""
    yes = r.random() < 0.5 if yes is None else yes
    noun = r.choice(facts.groups)[0] if yes else facts.absent(r)
    one, many = with_article(NOUNS[noun]), PLURALS[noun]
    if not yes and not main and r.random() < 0.15:
        stranger = _stranger(r)
        one, many = with_article(stranger), stranger + "s"
    text = (PRESENCE_FORMS[0] if main else r.choice(PRESENCE_FORMS)).format(one=one, many=many)
    if yes and not main and r.random() < 0.2:
        answer = " Yes," + phrase(facts.name(noun), facts.kinds[noun]) + "."
        return _question("yesno", r, text, answer, grounded=True)
    word = "Yes" if yes else "No"
    return _question("yesno", r, text, f" {word}.", {"accept": [word], "noun": one}, grounded=not main and not yes and r.random() < 0.3)


WHERE_FORMS = ("Where is the {one}?", "Where is the {one} in the image?", "Where can you see the {one}?", "In which part of the image is the {one}?")


def where(r, facts, main=False):
    """Where a single thing is; None if everything comes in several."""
    form = WHERE_FORMS[0] if main else r.choice(WHERE_FORMS)
    if not main and r.random() < 0.12:
        noun = facts.absent(r)
        return _question("where", r, form.format(one=NOUNS[noun]), f" There is no {NOUNS[noun]}.")
    if not facts.singles:
        return None
    noun, box = r.choice(facts.singles)
    truth = {"noun": NOUNS[noun], "boxes": [list(box)], "accept": [sentence(words) for words in places_accepted(box)]}
    if not main and r.random() < 0.3:
        answer = phrase(f"The {NOUNS[noun]}", [box]) + f" is {place(box)}."
        return _question("where", r, form.format(one=NOUNS[noun]), answer, truth, grounded=True)
    return _question("where", r, form.format(one=NOUNS[noun]), f" {sentence(place(box))}.", truth)


COMPARISONS = (
    (lambda box: -centre(box)[0], _apart, ("further left", "more to the left"), ("to the left of", "left of")),
    (lambda box: centre(box)[0], _apart, ("further right", "more to the right"), ("to the right of", "right of")),
    (lambda box: -centre(box)[1], _apart, ("higher", "further up"), ("above", "higher than")),
    (lambda box: centre(box)[1], _apart, ("lower", "further down"), ("below", "lower than")),
    (area, _bigger, ("larger", "bigger"), ("larger than", "bigger than")),
    (lambda box: 1 / area(box), _bigger, ("smaller",), ("smaller than",)),
)


def compare(r, facts):
    """Which of two things is further left, larger, …; None if nothing is clear."""
    if len(facts.singles) < 2:
        return None
    key, clear, which, relation = r.choice(COMPARISONS)
    first, second = r.sample(facts.singles, 2)
    low, high = sorted((first, second), key=lambda thing: key(thing[1]))
    if not clear(key(low[1]), key(high[1])):
        return None
    one, other = NOUNS[first[0]], NOUNS[second[0]]
    if r.random() < 0.5:
        text = f"Which is {r.choice(which)}, the {one} or the {other}?"
        return _question("compare", r, text, f" The {NOUNS[high[0]]}.", {"accept": [f"The {NOUNS[high[0]]}"]})
    word = "Yes" if first is high else "No"
    return _question("relation", r, f"Is the {one} {r.choice(relation)} the {other}?", f" {word}.", {"accept": [word]})


LIST_FORMS = ("What is in the image?", "What do you see?", "What is this?", "What can you see in the picture?", "What does the image show?")


def listing(r, facts, grounded=None):
    """Everything that is there."""
    grounded = r.random() < 0.5 if grounded is None else grounded
    return _question("list", r, r.choice(LIST_FORMS), _capital(facts.listed(grounded)) + ".", _truth_of_objects(facts), grounded)


def _capital(answer):
    """The first word of an answer, after its tag and blank, with a capital."""
    start = answer.index(" ") + 1
    return answer[:start] + answer[start].upper() + answer[start + 1 :]


BACKDROP_FORMS = ("Where is this?", "Where was this taken?", "What is the background?", "What is in the background?")


def setting(r, facts):
    """Where the scene plays."""
    return _question("setting", r, r.choice(BACKDROP_FORMS), f" {sentence(facts.backdrop)}.", {"accept": [sentence(facts.backdrop)]})


MIX = (
    (detailed, 5), (lambda r, f: brief(r, f, False), 3), (lambda r, f: detailed(r, f, False), 2), (find, 20), (refer, 13),
    (absent, 11), (region, 9), (count, 30), (presence, 10), (where, 7), (compare, 11), (listing, 5), (setting, 2),
)


def some(r, facts, number=None):
    """A training mix: often a brief caption first, then tasks without end (or `number` in all)."""
    makers, weights = zip(*MIX)
    made = 0
    if r.random() < 0.65:
        made += 1
        yield brief(r, facts)
    while number is None or made < number:
        task = r.choices(makers, weights)[0](r, facts)
        if task:
            made += 1
            yield task


def every(r, facts):
    """One of each for a held-out scene, in the main wording."""
    kinds = [[g for g in facts.groups if len(g[1]) == 1], [g for g in facts.groups if len(g[1]) > 1]]
    made = [
        brief(r, facts, main=True), detailed(r, facts, main=True), refer(r, facts),
        *(find(r, facts, main=True, groups=groups) for groups in kinds if groups),
        absent(r, facts, main=True), region(r, facts, main=True), count(r, facts, main=True),
        presence(r, facts, main=True, yes=True), presence(r, facts, main=True, yes=False), where(r, facts, main=True),
        compare(r, facts), listing(r, facts, grounded=False), brief(r, facts, grounded=False, main=True),
    ]
    return [task for task in made if task]


if __name__ == "__main__":
    import sprites

    drawn = sprites.load(112)
    for seed in range(6):
        made = world.draw(world.plan(seed, drawn), drawn)
        for task in every(random.Random(seed), Facts(made.objects, made.plan.backdrop)):
            print(f"{task.kind:9} {task.prompt}|{task.target}")
        print()
