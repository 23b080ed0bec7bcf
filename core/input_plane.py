"""Where each number that a model is given lies in seconds and Hz."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32

from core.mel import Formula, hertz, mel
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class InputPlane:
    """How the input of a model is laid out: a waveform, or columns of bands.

    name        of the input among those that the model is called with
    time        samples of a waveform, columns of a spectrogram, that really cover the clip (padding is not counted)
    edges       bands + 1 frequencies in Hz, low to high; empty for a waveform
    time_first  (batch, columns, bands) instead of (batch, bands, columns)
    stacked     neighbouring columns that lie one after the other in each row of (batch, rows, stacked * bands)
    """

    name: str
    time: TimeAxis
    edges: tuple[float, ...] = ()
    time_first: bool = True
    stacked: int = 1

    @property
    def bands(self) -> int:
        """Bands of frequency; 1 for a waveform."""
        return max(len(self.edges) - 1, 1)

    @property
    def waveform(self) -> bool:
        """Tell whether the model listens to samples."""
        return not self.edges

    def place(self, values: "Float[torch.Tensor, 'batch ...']") -> "Float[torch.Tensor, 'batch bands columns']":
        """Lay numbers shaped like the input out on bands x columns; what only pads the clip is left out."""
        if self.waveform:
            laid = values.reshape(len(values), 1, -1)
        elif self.time_first:
            laid = values.reshape(len(values), -1, self.bands).transpose(1, 2)
        else:
            laid = values
        return laid[..., : self.time.count]

    def fill(
        self, inputs: "Float[torch.Tensor, 'batch ...']", values: "Float[torch.Tensor, 'batch bands columns']"
    ) -> "Float[torch.Tensor, 'batch ...']":
        """Return a copy of ``inputs`` that holds ``values`` where ``place`` would read them; padding stays."""
        filled = inputs.clone()
        if self.waveform:
            filled.reshape(len(filled), 1, -1)[..., : self.time.count] = values
        elif self.time_first:
            filled.reshape(len(filled), -1, self.bands)[:, : self.time.count] = values.transpose(1, 2)
        else:
            filled[..., : self.time.count] = values
        return filled


def waveform(rate: int, samples: int, name: str = "input_values") -> InputPlane:
    """Describe the input of a model that listens to samples."""
    return InputPlane(name, TimeAxis(0.0, 1 / rate, 1 / rate, samples))


@lru_cache(maxsize=32)  # the same few scales are asked for again and again
def mel_edges(bands: int, low_hz: float, high_hz: float, formula: Formula) -> tuple[float, ...]:
    """Place the borders between triangular mel bands halfway, in mel, between the peaks of neighbours; in Hz."""
    low, high = mel(np.array([low_hz, high_hz]), formula)
    places: Float32[np.ndarray, " edges"] = low + (high - low) * (np.arange(bands + 1) + 0.5) / (bands + 1)
    return tuple(float(hz) for hz in hertz(places, formula))
