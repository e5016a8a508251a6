"""Trains the mini: `python train.py a|b|eyes --steps N [--batch N]`. Stop it at any time; the same command goes on.

Phase `a` trains the vision tower on dense truth (what each patch shows and where that thing is). Phase `b` trains
everything on tasks. Phase `eyes` lets the vision tower of `b` learn on alone. Two processes with one thread each share
every batch: on cores that others use as well, that beats one process with two threads, whose every operation waits for
the slower of both.

The state (weights, optimisers, moving average, step) is written every few minutes, atomically. The pace is constant
after a warm-up and falls to zero over the last part of `--steps`: until then `--steps` may be changed.
"""

import argparse
import datetime
import os
import random
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

import data
import optimiser
import sprites
from phase_a import PhaseA
from phase_b import PhaseB
from phase_eyes import PhaseEyes
from settings import EYES, PROCESSES, state_path

SAVE_SECONDS = 180
WARM_UP = 50
SECOND_RUN = 20_000_000  # seeds between a run and one that goes on from its exported checkpoint


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phase", choices=("a", "b", "eyes"))
    parser.add_argument("--steps", type=int, required=True, help="where the pace reaches zero")
    parser.add_argument("--fall", type=float, default=0.3, help="share of the steps over which the pace falls")
    parser.add_argument("--batch", type=int, default=64, help="pictures per step")
    parser.add_argument("--pace", type=float, default=1.0, help="factor on all learning rates")
    parser.add_argument("--rest", action="store_true", help="phase b: the vision tower rests, twice as fast")
    parser.add_argument("--eyes", action="store_true", help="phase b: take the vision tower of phase eyes (once)")
    parser.add_argument("--from", dest="origin", help="phase b: go on from an exported checkpoint (a folder)")
    parser.add_argument("--crowd", type=float, default=None, help="share of scenes with many different things")
    options = parser.parse_args()
    if options.crowd is None:
        options.crowd = {"a": 0.7, "b": 0.0, "eyes": 0.6}[options.phase]
    return options


def phase_of(options, rank):
    """The module that a phase trains."""
    return {"a": PhaseA, "b": PhaseB, "eyes": PhaseEyes}[options.phase](options, rank)


def pace_at(step, options):
    """Share of the full learning rate."""
    falling = int(options.steps * (1 - options.fall))
    left = 1.0 if step < falling else max(0.0, (options.steps - step) / max(1, options.steps - falling))
    return min(1.0, (step + 1) / WARM_UP) * max(0.02, left)


def share_gradients(parameters):
    """Mean of the gradients of all processes, one message for all of them."""
    flat = torch.cat([p.grad.flatten() for p in parameters])
    dist.all_reduce(flat)
    flat /= PROCESSES
    for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters])):
        parameter.grad.copy_(part.view_as(parameter))


class Run:
    """One process of a training run: module, optimisers, average, and where it stands."""

    def __init__(self, options, rank):
        torch.set_num_threads(1)
        torch.manual_seed(7)
        random.seed(7)
        self.options, self.rank, self.step = options, rank, 0
        self.sets = sprites.load(112)
        self.module = phase_of(options, rank)
        saved = torch.load(state_path(options.phase)) if os.path.exists(state_path(options.phase)) else None
        if saved is None:
            self.module.start(self.sets)
        self.parameters = [p for p in self.module.parameters() if p.requires_grad]
        self.optimisers = optimiser.make(self.module.parts(), options.pace, rank, PROCESSES)
        self.average = optimiser.Average(self.module)
        if saved:
            self._resume(saved)

    def _resume(self, saved):
        self.module.load_state_dict(saved["module"])
        for made, state in zip(self.optimisers, saved["optimisers"]):
            bases = [group["base"] for group in made.param_groups]
            made.load_state_dict(state)
            for group, base in zip(made.param_groups, bases):
                group["base"] = base
        self.average.state, self.step = saved["average"], saved["step"]
        if self.options.eyes:
            learnt = torch.load(state_path("eyes"))["average"]
            eyes = {EYES + name[len("vision.") :]: value for name, value in learnt.items() if name.startswith("vision.")}
            eyes |= {name: value for name, value in learnt.items() if name.startswith("heads.")}
            self.module.load_state_dict({**self.module.state_dict(), **eyes})
            self.average.state.update({name: value.clone() for name, value in eyes.items()})

    def save(self):
        """Writes the state beside the old one and then puts it in its place."""
        path = state_path(self.options.phase)
        state = {
            "step": self.step, "module": self.module.state_dict(), "average": self.average.state,
            "optimisers": [made.state_dict() for made in self.optimisers],
        }
        torch.save(state, path + ".new")
        os.replace(path + ".new", path)

    def one_step(self, batch):
        """Learns from one batch; returns what to print."""
        optimiser.set_pace(self.optimisers, pace_at(self.step, self.options))
        for made in self.optimisers:
            made.zero_grad(set_to_none=False)
        loss, shown = self.module.loss(batch)
        loss.backward()
        share_gradients(self.parameters)
        nn.utils.clip_grad_norm_(self.parameters, 2.0)
        for made in self.optimisers:
            made.step()
        self.module.after_step(self.step)
        self.average.update(self.module, self.step)
        self.step += 1
        return {name: float(torch.as_tensor(value).detach()) for name, value in shown.items()}

    def train(self):
        """Until the last step."""
        first = data.TRAINING_SEEDS * {"a": 1, "b": 50, "eyes": 200}[self.options.phase]
        first += SECOND_RUN if self.options.origin else 0
        batches = self.module.batches(first + self.step * self.options.batch + self.rank, PROCESSES, self.sets)
        for parameter in self.parameters:
            parameter.grad = torch.zeros_like(parameter)
        self.module.after_step(self.step)
        smooth, saved_at, began, steps = {}, time.time(), time.time(), 0
        while self.step < self.options.steps:
            shown = self.one_step(next(batches))
            steps += 1
            smooth = {name: 0.95 * smooth.get(name, value) + 0.05 * value for name, value in shown.items()}
            if self.rank == 0 and self.step % 25 == 0:
                rate = steps * self.options.batch / (time.time() - began)
                own = steps * self.options.batch / time.process_time()
                numbers = " ".join(f"{name} {value:.3f}" for name, value in smooth.items())
                print(f"{self.options.phase} {self.step} {numbers} | {rate:.1f}/s wall {own:.1f}/s cpu", flush=True)
            if self.rank == 0 and time.time() - saved_at > SAVE_SECONDS:
                self.save()
                saved_at = time.time()
        if self.rank == 0:
            self.save()


def process(rank, options, meeting):
    """Body of one of the processes. The long timeout allows for pauses (SIGSTOP) of hours."""
    dist.init_process_group(
        "gloo", init_method="file://" + meeting, rank=rank, world_size=PROCESSES, timeout=datetime.timedelta(days=2)
    )
    Run(options, rank).train()
    dist.destroy_process_group()


def main():
    options = arguments()
    sprites.load(112)
    if os.getpgrp() != os.getpid():
        os.setpgrp()
    with open(os.path.join(sprites.RUN, "pid"), "w") as file:
        file.write(str(os.getpgrp()))
    meeting = os.path.join(sprites.RUN, f"meeting-{os.getpid()}")
    mp.spawn(process, (options, meeting), nprocs=PROCESSES)


if __name__ == "__main__":
    main()
