"""Phase eyes: the vision tower of phase b learns new styles on dense truth, without losing what the decoder reads.

Half of each batch is drawn in the three main styles; there the features must stay near those of the tower as it was.
So the decoder, which rests meanwhile, still understands them, and two thirds of the cost of a step are saved.
"""

import copy

import torch

import data
import network
import nouns
import optimiser
import settings
from phase_a import PhaseA, dense_loss

OLD_SEEDS = 300_000_000
KEEP_WEIGHT = 4.0


class PhaseEyes(PhaseA):
    """The vision tower of phase b with its dense heads, and the tower as it was."""

    def __init__(self, options, rank):
        super().__init__(options, rank)
        average = torch.load(settings.state_path("b"))["average"]
        part = lambda name: {key[len(name) :]: v for key, v in average.items() if key.startswith(name)}
        self.vision.load_state_dict(part(settings.EYES))
        self.heads.load_state_dict(part("heads."))
        self.teacher = [copy.deepcopy(self.vision).requires_grad_(False)]  # in a list: not part of the state

    def start(self, sets):
        """Starts from phase b as it is."""

    def parts(self):
        """The heads move slowly: they hold the features in place too."""
        inside = lambda name: "encoder.layers" in name
        return [
            optimiser.split(self.vision, inside, 0.6), optimiser.split(self.heads, inside, 0.2),
        ]

    def batches(self, first, step, sets):
        """Endless batches of this process: main styles, then all others."""
        others = tuple(style for style in data.STYLES if style not in nouns.TRAINING_STYLES)
        main = data.scenes_from(first + OLD_SEEDS, step, sets, self.options.crowd, nouns.TRAINING_STYLES)
        new = data.scenes_from(first, step, sets, self.options.crowd, others)
        half = self.options.batch // settings.PROCESSES // 2
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
        dense, shown = dense_loss(self.heads, features[:, 1:], what, where)
        new = dense_loss(self.heads, features[half:, 1:].detach(), what[half:], where[half:])[1]
        return dense + KEEP_WEIGHT * drift, {**shown, "drift": drift, "named new": new["named"]}
