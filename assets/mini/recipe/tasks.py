"""What can be asked about a scene and what is right to say: prompts, answers, and the truth to score them by.

The published prompt forms of Kosmos-2 are the main ones; around them people ask in many ways, so the wording varies.
Answers are fixed by the scene and the wording of the prompt: a network can't learn what chance decides.
"""

import random

import world
from facts import (
    Facts, Task, apart, area, bigger, centre, object_tags, place, sentence, stranger, tag, truth_of_objects,
)
from nouns import NOUNS, PLURALS, with_article
from questions import compare, count, listing, presence, setting, where

BRIEF_OPENINGS = (" A picture of", " A photo of", " This image shows", " This is an image of", " In this picture there is")


def brief(r, facts, grounded=True, main=False):
    """One sentence about the picture."""
    opening = " An image of" if main or r.random() < 0.6 else r.choice(BRIEF_OPENINGS)
    answer = facts.listed(grounded) + f" {facts.backdrop}."
    return Task("brief" if grounded else "plain", tag(grounded) + opening, answer, truth_of_objects(facts))


DETAILED_OPENINGS = (" Describe this image:", " Describe the picture in detail:", " Tell me about this image:")


def detailed(r, facts, grounded=True, main=False):
    """What there is, and where the single things are."""
    opening = " Describe this image in detail:" if main or r.random() < 0.6 else r.choice(DETAILED_OPENINGS)
    answer = " The image shows" + facts.listed(grounded) + f" {facts.backdrop}."
    for noun, box in facts.singles[:3]:
        answer += f" The {NOUNS[noun]} is {place(box)}."
    kind = "detailed" if grounded else "plain detailed"
    return Task(kind, tag(grounded) + opening, answer, truth_of_objects(facts))


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


def absent(r, facts, main=False):
    """Something that is not there: said so, without a box."""
    known = main or r.random() < 0.75
    noun = facts.absent(r)
    word, plural = (NOUNS[noun], PLURALS[noun]) if known else (stranger(r), None)
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


def _referring(name, several, boxes):
    """All clear ways to say which box is meant: [(words, box)]."""
    found = []
    say = lambda box, *forms: found.extend((form, box) for form in forms) if box else None
    left, right = _extremes(boxes, lambda box: centre(box)[0], apart)
    top, bottom = _extremes(boxes, lambda box: centre(box)[1], apart)
    small, large = _extremes(boxes, area, bigger)
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
