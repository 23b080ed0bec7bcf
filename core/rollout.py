"""Follow attention through all layers (attention rollout, Abnar & Zuidema 2020)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32

from core.attention import check
from core.errors import MethodError
from core.text import N_, _

RESIDUAL = 0.5  # share that a block passes on unchanged; the paper's choice, arbitrary for speech models
MEANING = N_(
    "Attention of all layers up to here, multiplied together: from which moments of the sound each moment may have "
    "gathered something. It takes for granted that every block keeps one half of what it had and that all heads count "
    "the same."
)


def rollout(
    attention: Sequence[Float[np.ndarray, "_heads _frames _frames"]], residual: float = RESIDUAL
) -> Float32[np.ndarray, "queries keys"]:
    """Multiply the head means of the layers given, each mixed with ``residual`` of what came before; rows sum to one.

    Give ``attention[:layer]`` to stop at a layer. Raises MethodError where there is no attention or where layers have
    different frames.
    """
    return rollouts(attention, residual)[-1]


def rollouts(
    attention: Sequence[Float[np.ndarray, "_heads _frames _frames"]], residual: float = RESIDUAL
) -> tuple[Float32[np.ndarray, "queries keys"], ...]:
    """Follow attention up to every layer: the rollout of the first, of the first two, and so on to all of them.

    Raises MethodError as ``rollout`` does.
    """
    check(attention)
    if len({layer.shape[-1] for layer in attention}) > 1:
        raise MethodError(
            _("The layers of this model have different numbers of moments, so their attention cannot be multiplied."),
            hint=_("Look at one layer at a time."),
        )
    found: list[Float32[np.ndarray, "queries keys"]] = []
    total = np.eye(attention[0].shape[-1], dtype=np.float32)
    for layer in attention:
        total = residual * total + (1 - residual) * (layer.mean(0, dtype=np.float32) @ total)
        found.append(total)
    return tuple(found)
