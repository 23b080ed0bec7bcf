"""Follow attention through all layers (attention rollout, Abnar & Zuidema 2020)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32

from core.text import N_

RESIDUAL = 0.5  # share that a block passes on unchanged; the paper's choice, arbitrary for speech models
MEANING = N_(
    "Attention of all layers up to here, multiplied together: from which moments of the sound each moment may have "
    "gathered something. It takes for granted that every block keeps one half of what it had and that all heads count "
    "the same."
)


def rollout(
    attention: Sequence[Float[np.ndarray, "heads frames frames"]], residual: float = RESIDUAL
) -> Float32[np.ndarray, "frames frames"]:
    """Multiply the head means of the layers given, each mixed with ``residual`` of what came before; rows sum to one.

    Give ``attention[:layer]`` to stop at a layer.
    """
    frames = attention[0].shape[-1]
    total = np.eye(frames, dtype=np.float32)
    for layer in attention:
        total = residual * total + (1 - residual) * (layer.mean(0, dtype=np.float32) @ total)
    return total
