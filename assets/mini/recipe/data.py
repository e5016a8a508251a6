"""Batches of scenes drawn on the fly, the same for the same seeds on every machine."""

import numpy as np
import torch
from PIL import Image

import nouns
import world

TRAINING_SEEDS = 1_000_000
HELD_OUT_SEEDS = 900_000_000
BACKDROPS_PER_KIND = 40
# Half of what is learnt from is drawn by other artists, so that a style never seen has a chance. More herds and twins than
# in held-out scenes, because counting is learnt slowly.
STYLES = nouns.TRAINING_STYLES * 4 + nouns.EXTRA_STYLES + tuple(nouns.OUTLINED + name for name in nouns.TRAINING_STYLES) * 2
HERDS, TWINS = 0.3, 0.25
SHADOWS = 8  # one scene in this many has shadows, as the samples do
# What the decoder learns on: it need not know the styles, only what the eyes make of them.
MOSTLY_MAIN = nouns.TRAINING_STYLES * 8 + STYLES[12:]


class Backdrops:
    """Empty scenes, each used many times: drawing them is a good part of the cost of a small picture."""

    def __init__(self):
        self.kept = {}

    def take(self, plan):
        """A fresh copy of an empty scene for this plan."""
        kept = self.kept.setdefault(plan.backdrop, [])
        if len(kept) < BACKDROPS_PER_KIND:
            kept.append(world.draw_backdrop(plan, world.PIXELS, world.PIXELS))
            return kept[-1].copy()
        chosen = kept[plan.seed % BACKDROPS_PER_KIND]
        if plan.seed // BACKDROPS_PER_KIND % 2:
            return chosen.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return chosen.copy()


def scene(seed, sets, backdrops, crowd, styles=STYLES):
    """One small scene for training, or None if nothing found room."""
    plan = world.plan(seed, sets, styles, crowd, HERDS, TWINS)
    made = world.draw(plan, sets, backdrop=backdrops.take(plan), shadows=seed // 2 % SHADOWS == 0)
    return made if made.objects else None


def stack(scenes):
    """Pictures uint8 [n, 3, h, w], nouns of patches [n, patches], boxes of patches [n, patches, 4]."""
    pixels = np.stack([np.asarray(s.image) for s in scenes]).transpose(0, 3, 1, 2)
    what, where = zip(*(world.patch_truth(s) for s in scenes))
    return (
        torch.from_numpy(np.ascontiguousarray(pixels)),
        torch.from_numpy(np.stack(what)).flatten(1),
        torch.from_numpy(np.stack(where)).flatten(1, 2),
    )


def scenes_from(first, step, sets, crowd_share, styles=STYLES):
    """Endless scenes in some of the styles: seeds `first`, `first + step`, …; every tenth of them is a crowd as `crowd_share` says."""
    backdrops, seed = Backdrops(), first
    while True:
        made = scene(seed, sets, backdrops, (seed // 2) % 10 < crowd_share * 10, styles)
        seed += step
        if made:
            yield made
