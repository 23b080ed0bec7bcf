"""Where the weights of the layers start: how well each layer alone classifies clips that it was not fitted on."""

from collections.abc import Sequence
from math import sqrt

import torch
from jaxtyping import Float, Int
from torch import Tensor

FOLDS = 4
MOST = 1000  # clips that are looked at
RIDGE = 1.0  # in units of the mean variance of a direction
STEEPNESS = 0.03  # so much more accuracy is e times the weight, or more where few clips leave it uncertain


def start(
    values: Float[Tensor, "clips layers width"], targets: Int[Tensor, " clips"], groups: Sequence[str] = ()
) -> Float[Tensor, " layers"]:
    """Score every layer as logits of its weight, with mean zero; whole groups are held out where they are known."""
    taken = torch.linspace(0, len(values) - 1, min(len(values), MOST)).round().long()
    folds = folds_of([groups[place] for place in taken.tolist()] if groups else [""] * len(taken)).to(values.device)
    kept, answers = values[taken], targets[taken]
    accuracy = torch.stack([held_out(kept[:, layer], answers, folds) for layer in range(values.shape[1])])
    return (accuracy - accuracy.mean()) / max(STEEPNESS, 0.5 / sqrt(len(taken)))


def folds_of(groups: Sequence[str]) -> Int[Tensor, " clips"]:
    """Give every clip one of four parts: group by group where there are at least two, else clip by clip."""
    names = sorted(set(groups))
    if len(names) < 2:
        return torch.arange(len(groups)) * 7919 % max(len(groups), 1) % FOLDS
    place = {name: number % FOLDS for number, name in enumerate(names)}
    return torch.tensor([place[group] for group in groups])


def held_out(
    values: Float[Tensor, "clips width"], targets: Int[Tensor, " clips"], folds: Int[Tensor, " clips"]
) -> Float[Tensor, ""]:
    """Share of clips that a ridge regression on one-hot classes, fitted on the other parts, gets right."""
    classes = torch.nn.functional.one_hot(targets).to(values)
    gram, product, width = values.T @ values, values.T @ (classes - classes.mean(0)), values.shape[1]
    right = torch.zeros((), device=values.device)
    for fold in folds.unique():
        out = folds == fold
        left, count = values[out], (~out).sum().clamp_min(1)
        kept = (gram - left.T @ left) / count
        ridge = RIDGE * kept.diagonal().mean().clamp_min(1e-12) * torch.eye(width, device=values.device)
        rest = (product - left.T @ (classes[out] - classes.mean(0))) / count
        guesses = left @ torch.linalg.solve(kept + ridge, rest)
        right = right + (guesses.argmax(1) == targets[out]).sum()
    return right / len(values)
