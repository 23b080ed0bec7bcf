"""Mixup (Zhang et al. 2018): two sounds at once, and their classes in the same shares."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.finetuning.augmentation import Augmentation
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class MixupOptions:
    """``alpha`` of the Beta distribution that shares are drawn from: small is mostly one sound, 1 is any share."""

    alpha: float = setting(
        0.3, N_("Alpha"), N_("Small: mostly one of both sounds; 1: any mixture."), least=0.01, most=10.0
    )


def apply(
    inputs: "dict[str, torch.Tensor]", targets: "torch.Tensor", options: MixupOptions, generator: "torch.Generator"
) -> "tuple[dict[str, torch.Tensor], torch.Tensor]":
    """Mix each clip with another of the batch, and its target (batch, classes) alike.

    Numbers are mixed; counts and masks become those of the longer of both, because silence is mixed in after the other.
    """
    import torch

    order = torch.randperm(len(targets), generator=generator)
    share = shares(len(targets), options.alpha, generator).to(targets)
    mixed = {name: _mixed(value, order.to(value.device), share) for name, value in inputs.items()}
    return mixed, _mixed(targets, order.to(targets.device), share)


def _mixed(value: "torch.Tensor", order: "torch.Tensor", share: "torch.Tensor") -> "torch.Tensor":
    import torch

    if not value.is_floating_point():
        return torch.maximum(value, value[order])
    weight = share.to(value).view(-1, *[1] * (value.dim() - 1))
    return weight * value + (1 - weight) * value[order]


def shares(count: int, alpha: float, generator: "torch.Generator") -> "torch.Tensor":
    """Draw shares of the first sound from Beta(alpha, alpha), (count,)."""
    import numpy as np
    import torch

    # torch has no Beta distribution that takes a generator
    seed = int(torch.randint(2**62, (1,), generator=generator))
    return torch.from_numpy(np.random.default_rng(seed).beta(alpha, alpha, count))


AUGMENTATION = Augmentation(
    name="mixup",
    title=N_("Mixup"),
    summary=N_("Plays two sounds at once and asks for both classes, in the same shares."),
    kind="mix",
    options=MixupOptions,
    apply=apply,
)
