"""Make the spectrogram row from a spectrogram: band names and frequency ticks that a person can read."""

import numpy as np

from core.spectrogram import Spectrogram
from core.text import _
from pages._kit.strip.rows import Matrix

TICKS_HZ = (125, 250, 500, 1000, 2000, 4000, 8000, 16000)
EVEN_TICKS = 4
LEAST_APART = 0.12  # share of the height between two ticks


def spectrogram_row(spectrogram: Spectrogram, *, name: str = "", help: str = "") -> Matrix:
    """Lay a spectrogram out as the strip's row."""
    middles = (spectrogram.edges[:-1] + spectrogram.edges[1:]) / 2
    return Matrix(
        name or _("Spectrogram"),
        spectrogram.quantised(),
        spectrogram.time,
        low=spectrogram.low,
        high=spectrogram.high,
        unit="dB",
        bands=tuple(f"{hertz:.0f} Hz" for hertz in middles),
        ticks=_ticks(spectrogram.edges),
        help=help
        or _("How strong each pitch of the sound is at each moment: low pitches at the bottom, high ones at the top."),
    )


def _ticks(edges: np.ndarray) -> tuple[tuple[float, str], ...]:
    """Round frequencies, doubling where bands widen with frequency and evenly spaced where they do not."""
    bands = len(edges) - 1
    even = np.allclose(np.diff(edges[1:-1]), edges[2] - edges[1], rtol=0.05) if bands > 3 else False
    wanted = _even(edges[-1]) if even else TICKS_HZ
    placed: list[tuple[float, str]] = []
    for hertz in wanted:
        band = float(np.interp(hertz, edges, np.arange(bands + 1))) - 0.5
        inside = edges[0] < hertz < edges[-1] and 0.04 < (band + 0.5) / bands < 0.96
        if inside and (not placed or band - placed[-1][0] >= LEAST_APART * bands):
            placed.append((band, _frequency(hertz)))
    return tuple(placed)


def _even(top: float) -> tuple[float, ...]:
    step = next(step for step in (250, 500, 1000, 2000, 4000, 8000) if step >= top / (EVEN_TICKS + 1) or step == 8000)
    return tuple(float(step * count) for count in range(1, int(top // step) + 1))


def _frequency(hertz: float) -> str:
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz:g} Hz"
