"""What the trainer, its phases and the export agree on."""

import os

import sprites

PROCESSES = 2
EYES = "model.vision_model.model."  # where phase b keeps the vision tower


def state_path(phase):
    """Where the state of a phase is kept."""
    return os.path.join(sprites.RUN, f"state-{phase}.pt")
