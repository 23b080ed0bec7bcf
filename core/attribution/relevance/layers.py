"""Sums with learned weights: linear layers and convolutions, with the batch norm behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.relevance.backward import Arguments, Named

Weighed = Callable[[Tensor, Tensor, Tensor | None], Tensor]


@dataclass(frozen=True, eq=False)
class Layer:
    """A sum of inputs times weights, and a bias.

    weigh  (values, weights, bias) -> sums
    """

    weigh: Weighed
    weight: Float[Tensor, "width ..."]
    bias: Float[Tensor, " width"] | None = None


@dataclass(frozen=True, eq=False)
class Heard:
    """A layer in one pass: ``sums`` are what it gave for ``values``, and their gradient leads back to those alone."""

    layer: Layer
    values: Float[Tensor, "..."]
    sums: Float[Tensor, "..."]

    def part(self, above: bool, biased: bool = False) -> Float[Tensor, "..."]:
        """Add up only the summands above zero, or only those below; the bias among them where ``biased``."""
        layer = self.layer
        keep = _above if above else _below
        offset = keep(layer.bias) if biased and layer.bias is not None else None
        found = layer.weigh(self.values.clamp_min(0), keep(layer.weight), offset)
        if bool((self.values < 0).any()):
            found = found + layer.weigh(self.values.clamp_max(0), (_below if above else _above)(layer.weight), None)
        return found


def _above(values: Tensor) -> Tensor:
    return values.clamp_min(0)


def _below(values: Tensor) -> Tensor:
    return values.clamp_max(0)


def layer_of(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Layer:
    """Read weights and bias off a call of linear, conv1d or conv2d: (values, weight, bias, ...)."""
    given = dict(named)
    weight = arguments[1] if len(arguments) > 1 else given.pop("weight")
    bias = arguments[2] if len(arguments) > 2 else given.pop("bias", None)
    rest = arguments[3:]
    return Layer(lambda values, weights, offset: function(values, weights, offset, *rest, **given), weight, bias)


def normed(layer: Layer | None, arguments: Arguments, named: Named) -> Layer:
    """Read a batch norm that has learned, together with the layer before it, as one layer."""
    names = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given: dict[str, Any] = {**dict(zip(names, arguments, strict=False)), **named}
    scale = torch.rsqrt(given["running_var"] + given.get("eps", 1e-5))
    scale = scale if given.get("weight") is None else scale * given["weight"]
    shift = -given["running_mean"] * scale
    shift = shift if given.get("bias") is None else shift + given["bias"]
    if layer is None:
        return Layer(_each_channel, scale, shift)
    weight = layer.weight * scale.reshape(-1, *[1] * (layer.weight.ndim - 1))
    return Layer(layer.weigh, weight, shift if layer.bias is None else shift + layer.bias * scale)


def _each_channel(values: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    shape = (1, -1, *[1] * (values.ndim - 2))
    found = values * weight.reshape(shape)
    return found if bias is None else found + bias.reshape(shape)
