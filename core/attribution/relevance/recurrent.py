"""The way back through a GRU: gates count as constants, and all relevance follows the signal that they let through."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.relevance.backward import Arguments, Named, as_if_straight, posing

Rows = Float[Tensor, "batch time width"]


def gru(function: Callable[..., Any], arguments: Arguments, named: Named) -> Any:
    """Follow the rule of Arras et al. 2017, 2019 through (rows, start, weights, biases?, layers, ..., both, first).

    A product of gate and signal hands all on to the signal; the tanh of a candidate hands on what it gets; sums hand on
    in proportion to their summands, biases included. Values stay those of torch.
    """
    rows, start, weights, biased, layers, _dropout, _training, both, first = arguments
    found, last = function(*arguments, **named)
    ways = 2 if both else 1
    many = 4 if biased else 2
    path = rows if first else rows.transpose(0, 1)
    for layer in range(layers):
        heard = []
        for way in range(ways):
            at = layer * ways + way
            numbers = weights[at * many : (at + 1) * many]
            heard.append(_read(path, start[at], numbers, backwards=bool(way)))
        path = torch.cat(heard, dim=-1)
    return posing(found, path if first else path.transpose(0, 1)), last.detach()


def _read(
    rows: Rows, state: Float[Tensor, "batch hidden"], weights: Any, backwards: bool
) -> Float[Tensor, "batch time hidden"]:
    """Read rows one by one, with gates that hand nothing on."""
    into, around, *biases = weights
    offset, inner = biases or (None, None)
    given = torch.nn.functional.linear(rows, into, offset)
    width = state.shape[-1]
    order = range(rows.shape[1] - 1, -1, -1) if backwards else range(rows.shape[1])
    states: dict[int, Tensor] = {}
    for at in order:
        turned = torch.nn.functional.linear(state, around, inner)
        gates = (given[:, at, : 2 * width] + turned[:, : 2 * width]).sigmoid().detach()
        reset, kept = gates.chunk(2, dim=-1)
        drive = given[:, at, 2 * width :] + reset * turned[:, 2 * width :]
        state = (1 - kept) * as_if_straight(drive.tanh(), drive) + kept * state
        states[at] = state
    return torch.stack([states[at] for at in range(rows.shape[1])], dim=1)
