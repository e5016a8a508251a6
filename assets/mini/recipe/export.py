"""Writes a training state as a published checkpoint: `python export.py DIR [--state FILE]`. Weights are f16."""

import argparse
import json
import os

import torch
from safetensors.torch import save_file
from transformers import GenerationConfig

import network
import settings
import tokens


def write(folder, state):
    """Checkpoint of the averaged weights; the dense heads go beside the recipe, for who wants to train on."""
    processor = tokens.processor()
    model = network.build(len(processor.tokenizer))
    average = state["average"]
    part = lambda name: {key[len(name) + 1 :]: v for key, v in average.items() if key.startswith(name + ".")}
    model.load_state_dict(part("model"))
    # Captions of many things repeat `</object>,<phrase>`: a ban on repeated triples would cut them short.
    model.generation_config = GenerationConfig(
        bos_token_id=0, pad_token_id=1, eos_token_id=2, use_cache=True, no_repeat_ngram_size=0, max_new_tokens=192
    )
    model.half().save_pretrained(folder)
    processor.save_pretrained(folder)
    with open(os.path.join(folder, "processor_config.json")) as file:
        image = json.load(file)["image_processor"]
    with open(os.path.join(folder, "preprocessor_config.json"), "w") as file:
        json.dump({**image, "processor_class": "Kosmos2Processor"}, file, indent=2)
    os.makedirs(os.path.join(folder, "recipe"), exist_ok=True)
    heads = {name: value.half().contiguous() for name, value in part("heads").items()}
    save_file(heads, os.path.join(folder, "recipe", "heads.safetensors"))
    for path in (os.path.join(folder, "model.safetensors"), os.path.join(folder, "recipe", "heads.safetensors")):
        os.chmod(path, 0o644)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--state", default=settings.state_path("b"))
    chosen = parser.parse_args()
    state = torch.load(chosen.state)
    write(chosen.folder, state)
    size = os.path.getsize(os.path.join(chosen.folder, "model.safetensors"))
    print(f"step {state['step']}: {size / 1e6:.1f} MB")
