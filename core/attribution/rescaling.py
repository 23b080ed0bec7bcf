"""The Rescale rule of DeepLIFT (Shrikumar et al. 2017): hand on the change of an output, in place of a slope.

captum has this rule too, but where a maximum directly follows a ReLU it loses the rule of the maximum, and what it
finds does not add up; here it does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd import Function

from core.attribution.relu_networks import POOLS
from core.errors import MethodError
from core.text import _

SAME = 1e-10  # changes smaller than this count as none


class RescaledRelu(Function):
    """ReLU whose slope is change of output by change of input, against what it was given ``before``."""

    @staticmethod
    def forward(ctx: Any, values: Float[Tensor, "..."], before: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Cut off what is negative."""
        found, change = values.relu(), values - before
        slope = (found - before.relu()) / change
        ctx.save_for_backward(torch.where(change.abs() < SAME, (values > 0).to(values.dtype), slope))
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Float[Tensor, "..."]) -> tuple[Float[Tensor, "..."], None]:
        """Multiply by the slope."""
        (slope,) = ctx.saved_tensors
        return gradient * slope, None


class RescaledPool(Function):
    """Maximum whose change is handed to the place that held it now and to the place that held it before.

    What lies above the former maximum goes to the place that holds it now, what lies below the present one to the place
    that held it before; both together are the change of the maximum.
    """

    @staticmethod
    def forward(
        ctx: Any, values: Float[Tensor, "..."], before: Float[Tensor, "..."], pool: "nn.MaxPool1d | nn.MaxPool2d"
    ) -> Float[Tensor, "..."]:
        """Take the maxima and where they are."""
        (found, place), (former, former_place) = _maxima(values, pool), _maxima(before, pool)
        ctx.save_for_backward(values - before, found - former, place, former_place)
        ctx.dimensions = 1 if isinstance(pool, nn.MaxPool1d) else 2
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Float[Tensor, "..."]) -> tuple[Float[Tensor, "..."], None, None]:
        """Add the changes up where they belong and divide by the changes there."""
        change, risen, place, former_place = ctx.saved_tensors
        start = change.ndim - ctx.dimensions
        flat, ups = change.flatten(start), (gradient * risen.clamp_min(0)).flatten(start)
        downs = (gradient * risen.clamp_max(0)).flatten(start)
        shares = torch.zeros_like(flat).scatter_add_(-1, place.flatten(start), ups)
        shares.scatter_add_(-1, former_place.flatten(start), downs)
        plain = torch.zeros_like(flat).scatter_add_(-1, place.flatten(start), gradient.flatten(start))
        return torch.where(flat.abs() < SAME, plain, shares / flat).view_as(change), None, None


def _maxima(values: Float[Tensor, "..."], pool: "nn.MaxPool1d | nn.MaxPool2d") -> tuple[Tensor, Tensor]:
    take = nn.functional.max_pool1d if isinstance(pool, nn.MaxPool1d) else nn.functional.max_pool2d
    found = take(
        values, pool.kernel_size, pool.stride, pool.padding, pool.dilation,
        ceil_mode=pool.ceil_mode, return_indices=True,
    )  # fmt: skip
    return found[0], found[1]


@contextmanager
def remembering(module: nn.Module) -> Iterator[Mapping[nn.Module, Tensor]]:
    """Take down what every ReLU and maximum is given during one pass; MethodError where one is used twice."""
    given: dict[nn.Module, Tensor] = {}

    def keep(part: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if part in given:
            raise MethodError(
                _("DeepLIFT cannot follow this network, which uses one of its parts more than once."),
                hint=_("Choose another method, such as integrated gradients."),
            )
        given[part] = inputs[0].clone() if getattr(part, "inplace", False) else inputs[0]

    parts = [part for part in module.modules() if isinstance(part, (nn.ReLU, *POOLS))]
    hooks = [part.register_forward_pre_hook(keep) for part in parts]
    try:
        yield given
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def rescaled(given: Mapping[nn.Module, Tensor]) -> Iterator[None]:
    """Let ReLUs and maxima work by the Rescale rule against what they were given before; values stay the same."""
    try:
        for part, before in given.items():
            if isinstance(part, nn.ReLU):
                part.forward = partial(_relu, before)  # type: ignore[method-assign]
            else:
                part.forward = partial(_pool, before, part)
        yield
    finally:
        for part in given:
            vars(part).pop("forward", None)


def _relu(before: Tensor, values: Tensor) -> Tensor:
    return RescaledRelu.apply(values, before)


def _pool(before: Tensor, pool: nn.Module, values: Tensor) -> Tensor:
    return RescaledPool.apply(values, before, pool)
