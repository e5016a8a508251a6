"""Beam search by the reference network, as fairseq does it: what src/engine/generate/beam.rs is held against.

    python tests/beams.py tests/data/tiny tests/data/golden

The network is a random one that hardly ever ends, so some cases take another token for the end. Writes beams.json into
the second folder: for each case the ids after the prompt, without the end, and the score, in natural logarithms. Each
step reads the whole text anew, so that nothing is shared with a cache of keys and values.
Needs: pip install torch transformers pillow
"""

import json
import pathlib
import sys

import torch
from PIL import Image
from transformers import Kosmos2ForConditionalGeneration, Kosmos2Processor

GROUNDED, PLAIN = "<grounding>An image of", "An image of"
DETAILED = "<grounding>Describe this image in detail:"
# picture, prompt, beams, length penalty, limit, length of runs that are not repeated, end (none for the tokenizer's)
CASES = [
    ("pattern_457x301.png", GROUNDED, 3, 1.0, 12, 3, None),
    ("pattern_457x301.png", GROUNDED, 3, 1.0, 12, 3, 1226),
    ("pattern_457x301.png", GROUNDED, 5, 1.0, 10, 0, 227),
    ("pattern_457x301.png", GROUNDED, 5, 0.0, 20, 3, 155),
    ("pattern_90x100.png", PLAIN, 4, 0.5, 16, 3, 1235),
    ("pattern_90x100.png", DETAILED, 2, 2.0, 14, 2, 885),
]


def banned(ids, n):
    """Every token that would complete a run of n ids that is there already."""
    if n == 0 or len(ids) < n - 1:
        return set()
    tail = ids[len(ids) - n + 1 :]
    return {ids[at + n - 1] for at in range(len(ids) - n + 1) if ids[at : at + n - 1] == tail}


class Reference:
    """The network over one picture."""

    def __init__(self, folder, image, prompt):
        self.model = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        processor = Kosmos2Processor.from_pretrained(folder)
        slots = self.model.config.latent_query_num
        inputs = processor(text=prompt, images=image, return_tensors="pt", num_image_tokens=slots)
        self.ids = inputs["input_ids"][0].tolist()
        self.mask = inputs["image_embeds_position_mask"]
        self.tokenizer = processor.tokenizer
        with torch.no_grad():
            vision = self.model.vision_model(pixel_values=inputs["pixel_values"])[0]
            normed = torch.nn.functional.normalize(self.model.vision_model.model.post_layernorm(vision), dim=-1)
            self.embeds, _ = self.model.image_to_text_projection(normed)

    def log_probs(self, ids):
        """[tokens, vocab], in 64 bits."""
        mask = torch.zeros(1, len(ids), dtype=self.mask.dtype)
        mask[0, : self.mask.shape[1]] = self.mask[0]
        with torch.no_grad():
            text = self.model.text_model(
                input_ids=torch.tensor([ids]),
                attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                image_embeds=self.embeds.clone(),
                image_embeds_position_mask=mask,
            )
        return torch.log_softmax(text.logits[0].double(), dim=-1)


def search(reference, width, penalty, limit, no_repeat, end):
    """The best end: its ids after the prompt, and its score."""
    eos, pad = end or reference.tokenizer.eos_token_id, reference.tokenizer.pad_token_id
    prompt = reference.ids
    known = reference.log_probs(prompt)
    start = sum(known[at, prompt[at + 1]].item() for at in range(len(prompt) - 1))
    beams, ends = [(prompt, start)], []
    for step in range(1, limit + 2):
        candidates = []
        for beam, (ids, score) in enumerate(beams):
            row = reference.log_probs(ids)[-1].clone()
            row[pad] = -torch.inf
            if step > limit:
                row[:eos] = -torch.inf
                row[eos + 1 :] = -torch.inf
            else:
                row[list(banned(ids, no_repeat))] = -torch.inf
            values, best = torch.topk(row, 2 * width)
            candidates += [(score + v.item(), beam, i.item()) for v, i in zip(values, best) if v > -torch.inf]
        candidates = sorted(candidates, key=lambda c: -c[0])[: 2 * width]
        for score, beam, token in candidates[:width]:
            if token == eos and len(ends) < width:
                n_steps = len(prompt) - 1 + step
                ends.append((score / n_steps**penalty, beams[beam][0][len(prompt) :]))
        if len(ends) == width or step > limit:
            return max(ends, key=lambda end: end[0])
        going_on = [c for c in candidates if c[2] != eos][:width]
        beams = [(beams[beam][0] + [token], score) for score, beam, token in going_on]


def main():
    folder, golden = sys.argv[1], pathlib.Path(sys.argv[2])
    told = []
    for name, prompt, width, penalty, limit, no_repeat, end in CASES:
        reference = Reference(folder, Image.open(golden / name).convert("RGB"), prompt)
        score, ids = search(reference, width, penalty, limit, no_repeat, end)
        case = {"image": name, "prompt": prompt, "beams": width, "length_penalty": penalty, "limit": limit}
        told.append({**case, "no_repeat_ngram": no_repeat, "end": end, "ids": ids, "score": score})
    (golden / "beams.json").write_text(json.dumps(told, indent=1) + "\n")


main()
