"""Which networks bend nowhere but in ReLUs, and other ways for the gradient to come back through those."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd import Function

from core.loading import LoadedModel
from core.text import _

STRAIGHT = (
    nn.Linear, nn.Conv1d, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d, nn.Identity, nn.Flatten, nn.Dropout, nn.Dropout1d,
    nn.Dropout2d, nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d,
)  # fmt: skip
POOLS = (nn.MaxPool1d, nn.MaxPool2d)


def not_only_relus(model: LoadedModel) -> str:
    """Say what in a network is neither straight nor a ReLU nor a maximum, in a translated sentence; else nothing."""
    if model.card.attends:
        return _("it is made for networks of ReLUs, and this one has attention.")
    leaves = [part for part in model.module.modules() if not any(part.children())]
    for part in leaves:
        if not isinstance(part, (*STRAIGHT, *POOLS, nn.ReLU)):
            name = type(part).__name__.removesuffix("Activation")
            return _("it is made for networks of ReLUs, and this one has a {part}.").format(part=name)
    if not any(isinstance(part, nn.ReLU) for part in leaves):
        return _("it is made for networks of ReLUs, and this one has none.")
    return ""


class Guided(Function):
    """ReLU; on the way back only what is positive passes, and only where the sound came through."""

    @staticmethod
    def forward(ctx: Any, values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Cut off what is negative."""
        found = values.relu()
        ctx.save_for_backward(found)
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Let through what is positive, where the output was."""
        (found,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(gradient.relu(), found, 0)


class Deconvolved(Function):
    """ReLU; on the way back only what is positive passes, wherever it is."""

    @staticmethod
    def forward(ctx: Any, values: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Cut off what is negative."""
        return values.relu()

    @staticmethod
    def backward(ctx: Any, gradient: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Let through what is positive."""
        return gradient.relu()


@contextmanager
def relus_as(rule: type[Guided] | type[Deconvolved], module: nn.Module) -> Iterator[None]:
    """Let every ReLU of a network work by another rule for the gradient; its values stay the same."""
    relus = [part for part in module.modules() if isinstance(part, nn.ReLU)]
    try:
        for part in relus:
            part.forward = rule.apply  # type: ignore[method-assign]
        yield
    finally:
        for part in relus:
            vars(part).pop("forward", None)
