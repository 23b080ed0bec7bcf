"""Where each token of a model lies in time and frequency."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.timeline import TimeAxis


@dataclass(frozen=True)
class TokenGrid:
    """Tokens in the order in which the model emits them: specials, then bands of frames (band-major).

    time     frames that really cover the clip (padding is not counted)
    bands    frequency patches per frame; 1 for models without a frequency axis
    edges    bands + 1 frequencies in Hz, low to high; empty where there is no frequency axis
    special  leading tokens without a place, such as [CLS]
    padded   frames per band that the model computes, padding included; 0 means as many as ``time.count``
    """

    time: TimeAxis
    bands: int = 1
    edges: tuple[float, ...] = ()
    special: int = 0
    padded: int = 0

    @property
    def stride(self) -> int:
        """Frames per band in the token sequence, padding included."""
        return self.padded or self.time.count

    @property
    def tokens(self) -> int:
        """Length of the model's token sequence."""
        return self.special + self.bands * self.stride

    def place(
        self, values: Float32[np.ndarray, "*lead tokens width"]
    ) -> Float32[np.ndarray, "*lead bands frames width"]:
        """Lay tokens out on bands x frames; special tokens and padding are left out."""
        *lead, _, width = values.shape
        laid = values[..., self.special :, :].reshape(*lead, self.bands, self.stride, width)
        return laid[..., : self.time.count, :]

    def frames(self, values: Float32[np.ndarray, "tokens width"]) -> Float32[np.ndarray, "frames width"]:
        """Average the bands of every frame; a view, without copying, where there is one band."""
        laid = self.place(values)
        return laid[0] if self.bands == 1 else laid.mean(0)
