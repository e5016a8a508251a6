"""Phase a: the vision tower learns from dense truth, what each patch shows and where that thing is."""

import torch
from torch import nn
from torch.nn import functional as F

import data
import network
import nouns
import optimiser
import settings
import world

NOTHING_WEIGHT = 0.3
MIDDLE_WEIGHT = 4.0  # of patches in the middle against all others, about one to nine
CELL_BLUR = 0.8  # cells; how soft the target around the right cell is


def soft_cells():
    """[cells, cells]: target distribution for each right cell."""
    cell = torch.arange(float(network.CELLS))
    return torch.softmax(-((cell[:, None] - cell[None]) ** 2) / (2 * CELL_BLUR**2), -1)


SOFT_CELLS = soft_cells()


def cells_of(boxes):
    """Cells of upper-left and lower-right corner, the rule of the reference: [..., 4] in 0..1 → integers."""
    corners = torch.cat([(boxes[..., :2] * network.CELLS).floor(), (boxes[..., 2:] * network.CELLS - 1).ceil()], -1)
    return corners.long().clamp(0, network.CELLS - 1)


def middles(what, where):
    """Which patches are the nearest of their thing to the middle of its box: bool [n, patches]."""
    y, x = torch.meshgrid(torch.arange(world.GRID) + 0.5, torch.arange(world.GRID) + 0.5, indexing="ij")
    patch = torch.stack([x.flatten(), y.flatten()], -1) / world.GRID
    away = (patch - (where[..., :2] + where[..., 2:]) / 2).norm(dim=-1)
    away = away + 1e-5 * torch.arange(away.shape[1])  # of two as near, the first
    same = (where[:, :, None] == where[:, None]).all(-1) & (what[:, :, None] == what[:, None])
    nearest = away[:, None].expand(same.shape).masked_fill(~same, torch.inf).amin(-1)
    return (what != world.NOTHING) & (away == nearest)


def middle_loss(heads, features, truth):
    """Loss, and the share of patches in the middle that say so, less those that say so wrongly."""
    said = heads.middle(features)[..., 0]
    loss = F.binary_cross_entropy_with_logits(said, truth.float(), pos_weight=torch.tensor(MIDDLE_WEIGHT))
    right = ((said > 0) & truth).sum() - ((said > 0) & ~truth).sum()
    return loss, right / truth.sum()


def dense_loss(heads, features, what, where):
    """Loss of the dense heads and what to print: share of object patches named, cells that the boxes are off.

    One patch of each thing says that it is the one in the middle, so that things of a kind can be told apart and
    counted by looking at these patches alone.
    """
    nothing = what == world.NOTHING
    nouns_said = heads.noun(features)
    each = F.cross_entropy(nouns_said.flatten(0, 1), what.flatten(), reduction="none").view(what.shape)
    weight = torch.where(nothing, NOTHING_WEIGHT, 1.0)
    noun_loss = (each * weight).sum() / weight.sum()
    cells = cells_of(where[~nothing])
    boxes_said = heads.box(features[~nothing]).view(-1, 4, network.CELLS)
    box_loss = -(SOFT_CELLS[cells] * boxes_said.log_softmax(-1)).sum(-1).mean()
    named = (nouns_said.argmax(-1) == what)[~nothing].float().mean()
    off = (boxes_said.argmax(-1) - cells).abs().float().mean()
    mid_loss, middle = middle_loss(heads, features, middles(what, where))
    numbers = {"noun": noun_loss, "box": box_loss, "named": named, "off": off, "middle": middle}
    return noun_loss + box_loss + mid_loss, numbers


class PhaseA(nn.Module):
    """The vision tower with its dense heads."""

    def __init__(self, options, rank):
        super().__init__()
        self.vision = network.build(100).vision_model.model
        self.heads = network.DenseHeads(nouns.COUNT)
        self.options, self.rank = options, rank

    def start(self, sets):
        """Start values of a run that begins."""
        scenes = data.scenes_from(data.TRAINING_SEEDS // 2, 1, sets, 0.5)
        network.start_vision(self.vision, data.stack([next(scenes) for _ in range(256)])[0])

    def after_step(self, step):
        """Nothing to mend in this phase."""

    def parts(self):
        """What learns how: [(matrices inside layers, other parameters, factor on the pace)]."""
        return [optimiser.split(self, lambda name: "encoder.layers" in name, 1.0)]

    def batches(self, first, step, sets):
        """Endless batches of this process."""
        scenes = data.scenes_from(first, step, sets, self.options.crowd)
        while True:
            yield data.stack([next(scenes) for _ in range(self.options.batch // settings.PROCESSES)])

    def loss(self, batch):
        """Loss of a batch and numbers to print."""
        pixels, what, where = batch
        features = network.patch_features(self.vision, network.normalised(pixels))
        return dense_loss(self.heads, features[:, 1:], what, where)
