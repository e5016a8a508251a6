"""Questions about a scene, as people ask them: how many, whether, where, which of two, what, and where it plays."""

from facts import (
    NUMBERS, Task, apart, area, bigger, centre, phrase, place, places_accepted, sentence, stranger, tag, truth_of_objects,
)
from nouns import NOUNS, PLURALS, with_article


def _question(kind, r, text, answer, truth=None, grounded=False):
    return Task(kind, f"{tag(grounded)} Question: {text} Answer:".strip(" "), answer, truth or {})


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
        word = stranger(r)
        one, many = with_article(word), word + "s"
    text = (PRESENCE_FORMS[0] if main else r.choice(PRESENCE_FORMS)).format(one=one, many=many)
    if yes and not main and r.random() < 0.2:
        answer = " Yes," + phrase(facts.name(noun), facts.kinds[noun]) + "."
        return _question("yesno", r, text, answer, grounded=True)
    word = "Yes" if yes else "No"
    grounded = not main and not yes and r.random() < 0.3
    return _question("yesno", r, text, f" {word}.", {"accept": [word], "noun": one}, grounded=grounded)


WHERE_FORMS = (
    "Where is the {one}?", "Where is the {one} in the image?", "Where can you see the {one}?",
    "In which part of the image is the {one}?",
)


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
    (lambda box: -centre(box)[0], apart, ("further left", "more to the left"), ("to the left of", "left of")),
    (lambda box: centre(box)[0], apart, ("further right", "more to the right"), ("to the right of", "right of")),
    (lambda box: -centre(box)[1], apart, ("higher", "further up"), ("above", "higher than")),
    (lambda box: centre(box)[1], apart, ("lower", "further down"), ("below", "lower than")),
    (area, bigger, ("larger", "bigger"), ("larger than", "bigger than")),
    (lambda box: 1 / area(box), bigger, ("smaller",), ("smaller than",)),
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


LIST_FORMS = (
    "What is in the image?", "What do you see?", "What is this?", "What can you see in the picture?",
    "What does the image show?",
)


def listing(r, facts, grounded=None):
    """Everything that is there."""
    grounded = r.random() < 0.5 if grounded is None else grounded
    return _question("list", r, r.choice(LIST_FORMS), _capital(facts.listed(grounded)) + ".", truth_of_objects(facts), grounded)


def _capital(answer):
    """The first word of an answer, after its tag and blank, with a capital."""
    start = answer.index(" ") + 1
    return answer[:start] + answer[start].upper() + answer[start + 1 :]


BACKDROP_FORMS = ("Where is this?", "Where was this taken?", "What is the background?", "What is in the background?")


def setting(r, facts):
    """Where the scene plays."""
    return _question("setting", r, r.choice(BACKDROP_FORMS), f" {sentence(facts.backdrop)}.", {"accept": [sentence(facts.backdrop)]})
