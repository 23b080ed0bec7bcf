"""The way back through transformers: the rules of AttnLRP (Achtibat et al. 2024) as changed gradients."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from core.attribution.relevance.backward import (
    PRODUCTS,
    Arguments,
    Named,
    Relevance,
    Rule,
    as_if_straight,
    posing,
    sounds,
    weakened,
)
from core.attribution.relevance.fitting import unknown_parts
from core.loading import LoadedModel
from core.text import _

BENDS = ("gelu", "relu", "silu", "tanh", "leaky_relu", "elu", "hardswish", "mish")
IN_PLACE = {"mul_", "__imul__"}  # what is changed in its place cannot be handed on in two ways


def bend(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    """Hand on all that arrives at a function of one number that is zero at zero (identity rule)."""
    return as_if_straight(function(*arguments, **named), arguments[0])


def product(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    """Halve the relevance of a product between its two factors (uniform rule), where both come from the sound.

    For queries and keys, whose product goes into another product with the values, this makes a quarter each.
    """
    operands = _operands(arguments)
    if sum(map(sounds, operands)) < 2:
        return function(*arguments, **named)
    halves = [weakened(value, 0.5) if sounds(value) else value for value in operands]
    return function(arguments[0], *halves, **named) if isinstance(arguments[0], str) else function(*halves, **named)


def _operands(arguments: Arguments) -> list[Any]:
    values = arguments[1:] if isinstance(arguments[0], str) else arguments
    return list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple)) else list(values)


def attend(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    """Attend at once: a quarter to queries and keys, a half to the values."""
    query, key, value, *rest = arguments
    return function(weakened(query, 0.25), weakened(key, 0.25), weakened(value, 0.5), *rest, **named)


def layer_norm(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    """Let the standard deviation of (values, shape, weight, bias, eps) count as a constant."""
    values, shape = arguments[0], arguments[1]
    weight, bias, eps = _affine(arguments[2:], named)
    dims = tuple(range(-len(shape), 0))
    path = _at_fixed_spread(values, dims, eps)
    path = path if weight is None else path * weight
    return posing(function(*arguments, **named), path if bias is None else path + bias)


def group_norm(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    """Let the standard deviations of (values, groups, weight, bias, eps) count as constants."""
    values, groups = arguments[0], arguments[1]
    weight, bias, eps = _affine(arguments[2:], named)
    path = _at_fixed_spread(values.reshape(len(values), groups, -1), (-1,), eps).reshape(values.shape)
    shape = (1, -1, *[1] * (values.ndim - 2))
    path = path if weight is None else path * weight.reshape(shape)
    return posing(function(*arguments, **named), path if bias is None else path + bias.reshape(shape))


def _affine(arguments: Arguments, named: Named) -> tuple[Tensor | None, Tensor | None, float]:
    given = {**dict(zip(("weight", "bias", "eps"), arguments, strict=False)), **named}
    return given.get("weight"), given.get("bias"), given.get("eps", 1e-5)


def _at_fixed_spread(values: Tensor, dims: tuple[int, ...], eps: float) -> Tensor:
    centred = values - values.mean(dims, keepdim=True)
    return centred / (centred.square().mean(dims, keepdim=True) + eps).sqrt().detach()


def softmax(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    """Hand on what the gradient does: the Taylor expansion at the place itself, its bias left out."""
    return function(*arguments, **named)


RULES: dict[str, Rule] = {
    **dict.fromkeys(BENDS, bend),
    **dict.fromkeys(sorted(PRODUCTS - IN_PLACE), product),
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "softmax": softmax,
    "scaled_dot_product_attention": attend,
}


def through_transformers() -> Relevance:
    """Make the way back of one pass through a transformer."""
    return Relevance(RULES)


def no_transformer(model: LoadedModel) -> str:
    """Say in a translated sentence why the way back through transformers does not fit a model; else nothing."""
    if not model.card.attends:
        return _("it is made for transformers, and this network has no attention.")
    return unknown_parts(model, through_transformers)
