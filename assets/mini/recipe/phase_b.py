"""Phase b: everything learns, on several tasks per picture that share one look at it.

All tasks of a picture stand in one row behind its latents; a mask keeps them from seeing each other, and each counts
its positions as if it were alone. So the expensive part, the picture, is paid once for about five answers. A quarter as
many crowds go through the vision tower alone: they are a cheap way for it to learn on.
"""

import os
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import Kosmos2ForConditionalGeneration

import data
import facts
import network
import nouns
import settings
import tasks
import tokens
from phase_a import dense_loss

ROW = 160  # tokens per picture: prefix and tasks
PREFIX = network.LATENTS + 3
PAD, PREFIX_OWNER = -1, 0
DENSE_WEIGHT = 1.0
HELD_STEPS = 500
CROWD_SEEDS = 400_000_000
LOCATION_BLUR = 0.6  # cells
# One token decides these answers, and they are rare among all the tokens of captions and boxes. All words that can
# stand in the place of another weigh the same: "two" alone, without "a", would be said too often.
DECIDING = tuple(facts.sentence(number) for number in facts.NUMBERS) + ("Yes", "No")
DECIDING_WEIGHT = 4.0
COUNTING = (*facts.NUMBERS[2:], "a", "an")
COUNTING_WEIGHT, ENDING_WEIGHT = 2.0, 2.0


def location_targets():
    """[locations, locations]: soft target around each right location."""
    cell = torch.arange(float(network.CELLS))
    axis = torch.softmax(-((cell[:, None] - cell[None]) ** 2) / (2 * LOCATION_BLUR**2), -1)
    return torch.kron(axis, axis)


class Row:
    """The tasks of one picture in a row: ids, who owns each token, positions, and which tokens are answers."""

    def __init__(self, codec):
        places = list(range(4, 4 + network.LATENTS))
        self.ids = [0, codec.id("<image>"), *places, codec.id("</image>")]
        self.owners = [PREFIX_OWNER] * PREFIX
        self.positions = list(range(2, 2 + PREFIX))
        self.answers = [False] * PREFIX

    def add(self, prompt, answer):
        """Appends a task if there is room; says whether it did."""
        if len(self.ids) + len(prompt) + len(answer) > ROW:
            return False
        length = len(prompt) + len(answer)
        self.owners += [self.owners[-1] + 1] * length
        self.ids += prompt + answer
        self.positions += range(2 + PREFIX, 2 + PREFIX + length)
        self.answers += [False] * len(prompt) + [True] * len(answer)
        return True

    def padded(self):
        """ids, owners, positions, answers, each of ROW values."""
        rest = ROW - len(self.ids)
        return (
            self.ids + [1] * rest, self.owners + [PAD] * rest, self.positions + [1] * rest, self.answers + [False] * rest
        )


def row_of(scene, codec):
    """Fills a row with tasks about a scene."""
    r = random.Random(scene.plan.seed * 7 + 1)
    row, refused = Row(codec), 0
    for task in tasks.some(r, facts.Facts(scene.objects, scene.plan.backdrop)):
        if not row.add(codec.prompt(task.prompt), codec.answer(task.target)):
            refused += 1
            if refused == 3:
                return row.padded()


def attention_mask(owners):
    """[n, 1, ROW, ROW], additive: a token sees the picture and its own task up to itself."""
    same = (owners[:, None, :] == owners[:, :, None]) | (owners[:, None, :] == PREFIX_OWNER)
    before = torch.ones(ROW, ROW, dtype=torch.bool).tril()
    return torch.zeros(len(owners), 1, ROW, ROW).masked_fill_(~(same & before)[:, None], -1e9)


def _eyes(name):
    """Whether a parameter belongs to the vision tower or the helpers."""
    return "vision_model" in name or name.startswith("heads")


class PhaseB(nn.Module):
    """The whole network, with the dense heads as helpers."""

    def __init__(self, options, rank):
        super().__init__()
        self.codec = tokens.Codec(tokens.processor())
        self.model = network.build(self.codec.size)
        self.heads = network.DenseHeads(nouns.COUNT)
        self.options, self.rank = options, rank
        self.blur = location_targets()
        self.weight = torch.ones(self.codec.size)
        self.weight[[self.codec.id("▁" + word) for word in DECIDING]] = DECIDING_WEIGHT
        self.weight[[self.codec.id("▁" + word) for word in COUNTING]] = COUNTING_WEIGHT
        # Whether another thing of the kind follows.
        self.weight[[self.codec.id("</delimiter_of_multi_objects/>"), self.codec.id("</object>")]] = ENDING_WEIGHT
        self.held = None
        if options.rest:
            for name, parameter in self.named_parameters():
                parameter.requires_grad_(not _eyes(name))

    def start(self, sets):
        """Start values: from an exported checkpoint, or from phase a."""
        if self.options.origin:
            exported = Kosmos2ForConditionalGeneration.from_pretrained(self.options.origin, dtype=torch.float32)
            self.model.load_state_dict(exported.state_dict())
            network.load_heads(self.heads, os.path.join(self.options.origin, "recipe", "heads.safetensors"))
            return
        average = torch.load(settings.state_path("a"))["average"]
        part = lambda name: {key[len(name) + 1 :]: v for key, v in average.items() if key.startswith(name + ".")}
        self.model.vision_model.model.load_state_dict(part("vision"))
        self.heads.load_state_dict(part("heads"))
        scenes = data.scenes_from(data.TRAINING_SEEDS // 2, 1, sets, 0.7)
        pixels, what, where = data.stack([next(scenes) for _ in range(768)])
        network.start_decoder(self.model, self.codec, pixels, what)
        network.start_matching(self.model, self.codec, pixels, what, where)

    def parts(self):
        """The eyes already know much, and embeddings are small numbers: both learn at a gentler pace than the rest."""
        inside = lambda name: ".layers." in name or "x_attn" in name or "projection.dense" in name
        named = list(self.named_parameters())
        eyes = [(n, p) for n, p in named if _eyes(n)]
        text = [(n, p) for n, p in named if not _eyes(n) and "embed_tokens" not in n]
        part = lambda chosen, factor: (
            [p for n, p in chosen if inside(n) and p.dim() == 2],
            [p for n, p in chosen if not (inside(n) and p.dim() == 2)],
            factor,
        )
        return [part(eyes, 0.6), part(text, 1.0), ([], [self.model.text_model.model.embed_tokens.weight], 0.2)]

    def after_step(self, step):
        """The matching heads wait for the layers above."""
        if self.held is None:
            self.held = network.HeldHeads(self.model, 0 if self.options.origin else HELD_STEPS)
        self.held.after(step)

    def batches(self, first, step, sets):
        """Endless batches of this process."""
        scenes = data.scenes_from(first, step, sets, self.options.crowd, data.MOSTLY_MAIN)
        crowds = data.scenes_from(first + CROWD_SEEDS, step, sets, 1.0)
        number = self.options.batch // settings.PROCESSES
        while True:
            chosen = [next(scenes) for _ in range(number)]
            rows = [torch.tensor(np.array(column)) for column in zip(*(row_of(s, self.codec) for s in chosen))]
            extra = [] if self.options.rest else [next(crowds) for _ in range(number // 4)]
            yield (*data.stack(chosen + extra), *rows)

    def loss(self, batch):
        """Loss of a batch and numbers to print."""
        pixels, what, where, ids, owners, positions, answers = batch
        with torch.set_grad_enabled(not self.options.rest):
            features = network.patch_features(self.model.vision_model.model, network.normalised(pixels))
        # The crowds behind the pictures with tasks are for the eyes only.
        said, right = self._said(features[: len(ids)], ids, owners, positions, answers)
        loss, numbers = self._text_loss(said, right)
        if self.options.rest:
            return loss, numbers
        dense, shown = dense_loss(self.heads, features[:, 1:], what, where)
        return loss + DENSE_WEIGHT * dense, {**{name: shown[name] for name in ("named", "off", "middle")}, **numbers}

    def _said(self, features, ids, owners, positions, answers):
        """Logits at the tokens before those of answers, and the tokens that are right there."""
        text = self.model.text_model.model
        latents = network.image_embeds(self.model, features)
        inputs = torch.cat([text.embed_tokens(ids[:, :2]), latents, text.embed_tokens(ids[:, PREFIX - 1 :])], 1)
        told = F.pad(answers[:, 1:], (0, 1))  # a token is judged by what follows it
        hidden = network.decode(text, inputs, positions, attention_mask(owners), told)
        return F.linear(hidden, text.embed_tokens.weight), ids.roll(-1, 1)[told]

    def _text_loss(self, said, right):
        """Words by cross entropy, locations by a soft target around the right cell."""
        first, side = self.codec.first_location, network.CELLS
        log = said.log_softmax(-1)
        placed = right >= first
        words = -(self.weight[right[~placed]] * log[~placed].gather(1, right[~placed][:, None])[:, 0]).sum()
        cells = right[placed] - first
        places = -(self.blur[cells] * log[placed][:, first:]).sum()
        guess = said.argmax(-1)
        meant = (guess[placed] - first).clamp(0)
        off = ((meant % side - cells % side).abs() + (meant // side - cells // side).abs()).float().mean() / 2
        number = self.weight[right] == DECIDING_WEIGHT
        numbers = {
            "decide": (guess == right)[number].float().mean(),
            "text": (words + places) / self.weight[right].sum(), "words": (guess == right)[~placed].float().mean(), "places": off,
        }
        return numbers["text"], numbers
