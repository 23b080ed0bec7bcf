"""What every layer of a model said of one clip."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.grid import TokenGrid
from core.timeline import TimeAxis


@dataclass(frozen=True, eq=False)
class Trace:
    """One forward pass over one clip; every array is read-only.

    model        hashable identity of the weights (ModelSpec)
    clip         fingerprint of the clip
    seconds      length of the clip
    hidden       layers+1 arrays (tokens, width); layer 0 is the input of the first block
    grids        where the tokens of each of these arrays lie
    attention    layers arrays (heads, frames, frames), query by key over the frames that cover the clip; every query
                 row sums to one; empty where the family has no attention over time
    convolutions one array (frames, channels) per convolution of the front end, averaged onto the frames of layer 0;
                 empty where the family has none
    logits       (frames, symbols) of a CTC head, (classes,) of a classifier, or None
    """

    model: object
    clip: str
    seconds: float
    hidden: tuple[Float32[np.ndarray, "_tokens _width"], ...]
    grids: tuple[TokenGrid, ...]
    attention: tuple[Float32[np.ndarray, "_heads frames frames"], ...]
    convolutions: tuple[Float32[np.ndarray, "_frames _channels"], ...]
    logits: Float32[np.ndarray, "..."] | None

    @property
    def layers(self) -> int:
        """Number of transformer blocks."""
        return len(self.hidden) - 1

    @property
    def time(self) -> TimeAxis:
        """Frames of the input of the first block."""
        return self.grids[0].time

    def frames(self, layer: int) -> Float32[np.ndarray, "frames width"]:
        """Output of block ``layer`` (0: input of the first) per frame of its own grid; bands averaged, padding left out."""
        return self.grids[layer].frames(self.hidden[layer])
