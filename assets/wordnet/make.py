"""Packs the synonyms of WordNet 3.0 that METEOR 1.5 looks words up in, for `src/metrics/meteor/synonyms.rs`.

    pip install pycocoevalcap
    python make.py site-packages/pycocoevalcap/meteor/meteor-1.5.jar

Left out is what no token can ask for: terms of several words (METEOR splits at spaces and puts `_` apart), and synsets
with a single word left, but for one of each word that has no other, since two forms of it meet there.

synonyms.gz, gzipped UTF-8: a line for each word, sorted, `word<tab>synsets`, where the synsets are numbers counted from 0
in base 36; then an empty line; then a line for each irregular form, `form<tab>base forms`.
"""

import gzip
import io
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def pairs(text):
    lines = text.split("\n")
    return [(lines[i], lines[i + 1].split()) for i in range(0, len(lines) - 1, 2)]


def base36(number):
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits


def main(jar):
    with zipfile.ZipFile(jar) as files:
        read = lambda name: files.read(f"synonym/{name}").decode("utf-8")
        synsets, exceptions = read("english.synsets"), read("english.exceptions")
        (HERE / "COPYING.WORDNET").write_bytes(files.read("synonym/COPYING.WORDNET"))
    words = {word: ids for word, ids in pairs(synsets) if "_" not in word}
    members = defaultdict(set)
    for word, ids in words.items():
        for synset in ids:
            members[synset].add(word)
    kept = {}
    for word, ids in words.items():
        shared = [synset for synset in dict.fromkeys(ids) if len(members[synset]) > 1]
        kept[word] = shared or ids[:1]
    numbers = {}
    out = io.StringIO()
    for word in sorted(kept):
        ids = [base36(numbers.setdefault(synset, len(numbers))) for synset in kept[word]]
        out.write(f"{word}\t{' '.join(ids)}\n")
    out.write("\n")
    bases = defaultdict(list)
    for base, forms in pairs(exceptions):
        for form in forms:
            if "_" not in form:
                bases[form] += [base] if base in kept else []
    for form in sorted(bases):
        out.write(f"{form}\t{' '.join(bases[form])}\n")
    data = out.getvalue().encode("utf-8")
    (HERE / "synonyms.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    print(len(kept), "words,", len(numbers), "synsets,", len(bases), "irregular forms,", len(data), "bytes")


main(sys.argv[1])
