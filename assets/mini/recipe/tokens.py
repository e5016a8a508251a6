"""The tokenizer of the mini, in the form of the published one, and prompts and answers as ids.

Form: Unigram after WhitespaceSplit and Metaspace; `<s> <pad> </s> <unk>` first, tags after `<mask>`, location tokens
last. Pieces are whole words; what is no word falls back to single characters, and what is no known character to its
bytes (`<0x00>` … `<0xFF>`), so that any text can be typed. Spare words leave room for the world to grow.
"""

import functools
import os
import re
import string
import tempfile

from tokenizers import Tokenizer, decoders, models
from transformers import CLIPImageProcessor, Kosmos2Processor, PreTrainedTokenizerFast, XLMRobertaTokenizer

import world

PUNCTUATION = ".,?:!'\"-;()"
EXTRA_CHARACTERS = "äöüßéèêëàâîïôûùçñáíóúåæøÄÖÜÉœłšžабвгдежзийклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρστυφχψω€£°½…–—“”‘’«»¿¡"
TAG = re.compile(r"<[^>]*>")


def _words():
    """All whole words, in the order of their ids. The file is frozen: a changed list would shift the ids of weights.

    It holds every word of the tasks, capitals, and spare ones (some by accident: letters without sense). What is new
    to the world and not in it is spelled in characters.
    """
    with open(os.path.join(os.path.dirname(__file__), "words.txt"), encoding="utf-8") as file:
        return file.read().split()


def _pieces():
    """Pieces with their scores: words win over characters, characters over bytes."""
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(mark, -1.0) for mark in PUNCTUATION]
    pieces += [("▁" + word, -3.0) for word in _words()]
    pieces += [("▁" + letter, -6.0) for letter in string.ascii_letters + string.digits]
    pieces += [("▁", -6.5)]
    characters = string.ascii_letters + string.digits + string.punctuation + EXTRA_CHARACTERS
    pieces += [(c, -8.0) for c in dict.fromkeys(characters) if c not in PUNCTUATION]
    pieces += [(f"<0x{byte:02X}>", -12.0) for byte in range(256)]
    return pieces + [("<mask>", 0.0)]


def processor():
    """Tokenizer and picture preparation in the published layout."""
    base = XLMRobertaTokenizer(vocab=_pieces())
    image = CLIPImageProcessor(
        do_center_crop=False, size={"height": world.PIXELS, "width": world.PIXELS},
        crop_size={"height": world.PIXELS, "width": world.PIXELS},
    )
    made = Kosmos2Processor(image, _with_bytes(base))
    return made


def _with_bytes(base):
    """The same tokenizer with byte fallback, which its class can't be asked for."""
    inner = base._tokenizer
    vocabulary = [(piece, score) for piece, score in _pieces()]
    inner.model = models.Unigram(vocab=vocabulary, unk_id=3, byte_fallback=True)
    inner.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace("▁", "always")])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokenizer.json")
        inner.save(path)
        return PreTrainedTokenizerFast(
            tokenizer_file=path, bos_token="<s>", eos_token="</s>", sep_token="</s>", cls_token="<s>",
            unk_token="<unk>", pad_token="<pad>", mask_token="<mask>",
        )


class Codec:
    """Prompts and answers as ids, as training needs them."""

    def __init__(self, made):
        self.inner = made.tokenizer._tokenizer
        self.size = len(made.tokenizer)
        self.id = self.inner.token_to_id
        self.first_location = self.id("<patch_index_0000>")
        self.blank = self.id("▁")
        self._segment = functools.lru_cache(50_000)(self._segment_uncached)

    def prompt(self, text):
        """As the processor encodes it (without `<s>` and picture)."""
        return self.inner.encode(text.strip(), add_special_tokens=False).ids

    def _segment_uncached(self, text):
        ids = self.inner.encode(text, add_special_tokens=False).ids
        # A full stop right after a tag has no blank before it when the model writes it.
        return ids[1:] if not text.startswith(" ") and ids[:1] == [self.blank] else ids

    def answer(self, text):
        """As the model shall write it, `</s>` at the end."""
        ids, last = [], 0
        for tag in TAG.finditer(text):
            if tag.start() > last:
                ids += self._segment(text[last : tag.start()])
            ids.append(self.id(tag.group()))
            last = tag.end()
        if last < len(text):
            ids += self._segment(text[last:])
        return [*ids, 2]


if __name__ == "__main__":
    made = processor()
    codec = Codec(made)
    print(codec.size, "tokens, locations from", codec.first_location)
    linked = "<phrase> a dog</phrase><object><patch_index_0001><patch_index_0034></object>"
    for text in ("<grounding> An image of", "<grounding>" + linked, "Find the quokka ☃ 犬!", "on grass."):
        ids = codec.prompt(text)
        print([made.tokenizer.convert_ids_to_tokens(i) for i in ids], "|", made.tokenizer.decode(ids))
    text = linked + "."
    print(made.tokenizer.convert_ids_to_tokens(codec.answer(text)), "|", made.tokenizer.decode(codec.answer(text)))
    with tempfile.TemporaryDirectory() as folder:
        made.save_pretrained(folder)
        again = Kosmos2Processor.from_pretrained(folder)
        plain = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        text = "<grounding> Find the quokka ☃ 犬 in it.</phrase>."
        print(sorted(os.listdir(folder)), type(again.tokenizer).__name__)
        ids = again.tokenizer(text, add_special_tokens=False).input_ids
        assert ids == plain.encode(text, add_special_tokens=False).ids == codec.prompt(text)
