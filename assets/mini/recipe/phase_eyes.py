"""Phase eyes: the vision tower of phase b learns new styles on dense truth, without losing what the decoder reads.

Half of each batch is drawn in the three main styles; there the features must stay near those of the tower as it was.
So the decoder, which rests meanwhile, still understands them, and two thirds of the cost of a step are saved.

Besides, one patch of each thing learns to say that it is the one in the middle. So things of a kind can be told apart
and counted by looking at these patches alone.
"""

import copy

import torch
from torch import nn
from torch.nn import functional as F

import data
import network
import nouns
import optimiser
import train
import world

OLD_SEEDS = 300_000_000
KEEP_WEIGHT = 4.0
MIDDLE_WEIGHT = 4.0  # of patches in the middle against all others, about one to nine


def middles(what, where):
    """Which patches are the nearest of their thing to the middle of its box: bool [n, patches]."""
    y, x = torch.meshgrid(torch.arange(world.GRID) + 0.5, torch.arange(world.GRID) + 0.5, indexing="ij")
    patch = torch.stack([x.flatten(), y.flatten()], -1) / world.GRID
    away = (patch - (where[..., :2] + where[..., 2:]) / 2).norm(dim=-1)
    away = away + 1e-5 * torch.arange(away.shape[1])  # of two as near, the first
    same = (where[:, :, None] == where[:, None]).all(-1) & (what[:, :, None] == what[:, None])
    nearest = away[:, None].expand(same.shape).masked_fill(~same, torch.inf).amin(-1)
    return (what != world.NOTHING) & (away == nearest)


class PhaseEyes(train.PhaseA):
    """The vision tower of phase b with its dense heads, and the tower as it was."""

    def __init__(self, options, rank):
        super().__init__(options, rank)
        average = torch.load(train.state_path("b"))["average"]
        part = lambda name: {key[len(name) :]: v for key, v in average.items() if key.startswith(name)}
        self.vision.load_state_dict(part(train.EYES))
        self.heads.load_state_dict(part("heads."))
        self.middle = nn.Linear(network.WIDTH, 1)
        self.teacher = [copy.deepcopy(self.vision).requires_grad_(False)]  # in a list: not part of the state

    def start(self, sets):
        """Starts from phase b as it is."""

    def parts(self):
        """The heads move slowly: they hold the features in place too."""
        inside = lambda name: "encoder.layers" in name
        return [
            optimiser.split(self.vision, inside, 0.6), optimiser.split(self.heads, inside, 0.2),
            optimiser.split(self.middle, inside, 1.0),
        ]

    def batches(self, first, step, sets):
        """Endless batches of this process: main styles, then all others."""
        others = tuple(style for style in data.STYLES if style not in nouns.TRAINING_STYLES)
        main = data.scenes_from(first + OLD_SEEDS, step, sets, self.options.crowd, nouns.TRAINING_STYLES)
        new = data.scenes_from(first, step, sets, self.options.crowd, others)
        half = self.options.batch // train.PROCESSES // 2
        while True:
            yield data.stack([next(main) for _ in range(half)] + [next(new) for _ in range(half)])

    def loss(self, batch):
        """Loss of a batch and numbers to print; `drift` is the share of the old features that changed."""
        pixels, what, where = batch
        seen = network.normalised(pixels)
        features = network.patch_features(self.vision, seen)
        half = len(seen) // 2
        with torch.no_grad():
            old = network.patch_features(self.teacher[0], seen[:half])
        drift = (features[:half] - old).pow(2).mean() / old.pow(2).mean()
        dense, shown = train.dense_loss(self.heads, features[:, 1:], what, where)
        new = train.dense_loss(self.heads, features[half:, 1:].detach(), what[half:], where[half:])[1]
        middle, right = self._middle_loss(features[:, 1:], middles(what, where))
        return dense + KEEP_WEIGHT * drift + middle, {**shown, "drift": drift, "named new": new["named"], "middle": right}

    def _middle_loss(self, features, truth):
        """Loss, and the share of patches in the middle that say so, less those that say so wrongly."""
        said = self.middle(features)[..., 0]
        loss = F.binary_cross_entropy_with_logits(said, truth.float(), pos_weight=torch.tensor(MIDDLE_WEIGHT))
        right = ((said > 0) & truth).sum() - ((said > 0) & ~truth).sum()
        return loss, right / truth.sum()
