"""Muon for the matrices inside the layers, AdamW for everything else, and a moving average of all weights."""

import torch
import torch.distributed as dist


def orthogonal(matrix, steps=5):
    """The nearest matrix with singular values of about one (Newton-Schulz iteration of Muon)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal: every direction of a matrix learns at the same pace.

    The processes of a run each do a part of the matrices and then exchange the updates.
    """

    def __init__(self, parameters, lr, rank=0, processes=1, momentum=0.95, weight_decay=0.01):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.rank, self.processes = rank, processes

    def _updates(self, parameters, momentum):
        """Flat updates of all parameters; each process contributes its own share."""
        flat = []
        for index, parameter in enumerate(parameters):
            state = self.state[parameter]
            if not state:
                state["momentum"] = torch.zeros_like(parameter)
            state["momentum"].lerp_(parameter.grad, 1 - momentum)
            mine = index % self.processes == self.rank
            wanted = parameter.grad.lerp(state["momentum"], momentum)
            flat.append((orthogonal(wanted) if mine else torch.zeros_like(parameter)).flatten())
        flat = torch.cat(flat)
        if self.processes > 1:
            dist.all_reduce(flat)
        return flat.split([p.numel() for p in parameters])

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            if group["params"][0].grad is None:  # a part that rests
                continue
            updates = self._updates(group["params"], group["momentum"])
            for parameter, update in zip(group["params"], updates):
                scale = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update.view_as(parameter), alpha=-group["lr"] * scale)


def split(module, inside, factor):
    """One part for `make`: matrices whose name is `inside` a layer, and all the others."""
    named = list(module.named_parameters())
    matrix = lambda name, p: inside(name) and p.dim() == 2
    return [p for n, p in named if matrix(n, p)], [p for n, p in named if not matrix(n, p)], factor


def make(parts, pace=1.0, rank=0, processes=1):
    """The optimisers for `parts`: [(matrices inside layers, other parameters, factor on the pace)]."""
    inner = [{"params": matrices, "lr": 0.02 * pace * factor} for matrices, _, factor in parts if matrices]
    outer = []
    for _, others, factor in parts:
        for decay, chosen in ((0.02, [p for p in others if p.dim() > 1]), (0.0, [p for p in others if p.dim() <= 1])):
            if chosen:
                outer.append({"params": chosen, "weight_decay": decay, "lr": 1.5e-3 * pace * factor})
    optimisers = [Muon(inner, 0.02, rank, processes), torch.optim.AdamW(outer, betas=(0.9, 0.98), fused=True)]
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["base"] = group["lr"]
    return optimisers


def set_pace(optimisers, factor):
    """Learning rates as a share of their base."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * factor


class Average:
    """Exponential moving average of a module's state; what is evaluated and exported."""

    def __init__(self, module, decay=0.995):
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in module.state_dict().items():
            self.state[name].lerp_(value, 1 - decay)
