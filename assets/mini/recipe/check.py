"""Checks that training computes what the reference computes: `python check.py`. Prints the largest differences."""

import argparse

import torch

import data
import network
import phase_b
import sprites


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    module = phase_b.PhaseB(argparse.Namespace(phase="b", batch=8, crowd=0.0, rest=True), 0)
    scenes = data.scenes_from(5, 1, sprites.load(112), 0.5)
    network.start_vision(module.model.vision_model.model, data.stack([next(scenes) for _ in range(32)])[0])
    pixels, _, _, ids, owners, positions, _ = next(module.batches(1, 1, sprites.load(112)))
    pictures = network.normalised(pixels)
    vision, text = module.model.vision_model.model, module.model.text_model.model
    pictures = pictures[: len(ids)]
    features = network.patch_features(vision, pictures)
    reference = vision.post_layernorm(module.model.vision_model(pixel_values=pictures)[0])
    print("patch features", float((features - reference).abs().max()))
    latents = network.image_embeds(module.model, features)
    prefix = phase_b.PREFIX
    inputs = torch.cat([text.embed_tokens(ids[:, :2]), latents, text.embed_tokens(ids[:, prefix - 1 :])], 1)
    everything = torch.ones_like(owners, dtype=torch.bool)
    packed = network.decode(text, inputs, positions, phase_b.attention_mask(owners), everything).view(*ids.shape, -1)
    worst = 0.0
    for picture in range(len(ids)):
        for task in range(1, int(owners[picture].max()) + 1):
            own = (owners[picture] == task).nonzero()[:, 0]
            alone = torch.cat([ids[picture, :prefix], ids[picture, own]])[None]
            mask = torch.zeros_like(alone)
            mask[:, 2 : prefix - 1] = 1
            said = module.model(pixel_values=pictures[picture : picture + 1], input_ids=alone, image_embeds_position_mask=mask)
            ours = packed[picture, own] @ text.embed_tokens.weight.T
            worst = max(worst, float((said.logits[0, prefix:] - ours).abs().max()))
    print("logits of packed tasks", worst)


if __name__ == "__main__":
    main()
