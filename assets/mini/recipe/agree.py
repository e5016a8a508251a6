"""Compares the app's greedy answers with those of the reference implementation, word for word and tag for tag:

`kosmoscope evaluate scenes SCENES --count 200 --checkpoint DIR --answers ANSWERS.jsonl`, then
`python agree.py DIR SCENES ANSWERS.jsonl`. Of each difference it prints how sure the reference was where they part.

The pictures must be resized alike: Kosmoscope resizes as Pillow 11 does.
"""

import argparse
import json
import os

import torch
from PIL import __version__ as pillow

import evaluate


@torch.no_grad()
def margin(answerer, line, folder, ours, theirs):
    """(text up to the difference, reference's token there, its lead over the runner-up in logits)."""
    tokenizer = answerer.processor.tokenizer
    encode = lambda text: tokenizer(text, add_special_tokens=False).input_ids
    a, b = encode(ours), encode(theirs) + [2]
    shared = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    prefix = [0, tokenizer.convert_tokens_to_ids("<image>"), *range(4, 68), tokenizer.convert_tokens_to_ids("</image>")]
    ids = torch.tensor([prefix + b[:shared]])
    mask = torch.zeros_like(ids)
    mask[:, 2:66] = 1
    embeds = answerer.image_embeds(os.path.join(folder, line["picture"]))
    logits = answerer.model(image_embeds=embeds, input_ids=ids, image_embeds_position_mask=mask).logits[0, -1]
    best = logits.topk(2)
    return tokenizer.decode(b[:shared]), tokenizer.decode(b[shared : shared + 1]), float(best.values[0] - best.values[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("scenes")
    parser.add_argument("answers")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    ours = {answer["id"]: answer["raw"] for answer in map(json.loads, open(chosen.answers))}
    lines = [json.loads(line) for line in open(os.path.join(chosen.scenes, "truth.jsonl"))]
    lines = [line for line in lines if line["id"] in ours]
    answerer = evaluate.Answerer(chosen.checkpoint)
    equal = 0
    for line, (theirs, _) in zip(lines, answerer.answers(lines, chosen.scenes)):
        if ours[line["id"]].strip() == theirs.strip():
            equal += 1
            continue
        text, token, lead = margin(answerer, line, chosen.scenes, ours[line["id"]].strip(), theirs.strip())
        print(f"{line['id']}: …{text[-60:]!r}, then the reference says {token!r} with a lead of {lead:.4f}")
    pictures = len({line["picture"] for line in lines})
    print(f"{equal} of {len(lines)} answers on {pictures} scenes are equal (Pillow {pillow})")


if __name__ == "__main__":
    main()
