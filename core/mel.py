"""The mel scale of pitch, and the bands that follow it, without importing librosa (which takes seconds)."""

from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64

Formula = Literal["slaney", "htk"]

# Slaney's Auditory Toolbox (1998): linear up to 1 kHz, logarithmic above
HZ_A_MEL = 200 / 3
BREAK_HZ = 1000.0
BREAK_MEL = BREAK_HZ / HZ_A_MEL
LOG_STEP = np.log(6.4) / 27


def mel(frequency: Float64[np.ndarray, " n"], formula: Formula = "slaney") -> Float64[np.ndarray, " n"]:
    """Convert Hz to mel, by Slaney's Auditory Toolbox or by HTK (O'Shaughnessy 1987)."""
    if formula == "htk":
        return 2595 * np.log10(1 + frequency / 700)
    above = BREAK_MEL + np.log(np.maximum(frequency, BREAK_HZ) / BREAK_HZ) / LOG_STEP
    return np.where(frequency < BREAK_HZ, frequency / HZ_A_MEL, above)


def hertz(pitch: Float64[np.ndarray, " n"], formula: Formula = "slaney") -> Float64[np.ndarray, " n"]:
    """Convert mel to Hz; the inverse of ``mel``."""
    if formula == "htk":
        return 700 * (10 ** (pitch / 2595) - 1)
    above = BREAK_HZ * np.exp(LOG_STEP * np.maximum(pitch - BREAK_MEL, 0))
    return np.where(pitch < BREAK_MEL, pitch * HZ_A_MEL, above)


@lru_cache(maxsize=16)
def filters(
    sample_rate: int, n_fft: int, bands: int, low_hz: float, high_hz: float, formula: Formula = "slaney"
) -> Float32[np.ndarray, "bands bins"]:
    """Weigh the bins of a Fourier transform into triangular mel bands of equal area (librosa's default); read-only."""
    bins = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    low, high = mel(np.array([low_hz, high_hz]), formula)
    corners = hertz(np.linspace(low, high, bands + 2), formula)
    lower, peak, upper = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (bins - lower) / (peak - lower), (upper - bins) / (upper - peak)
    weights = np.maximum(0, np.minimum(rising, falling)) * 2 / (upper - lower)
    result = weights.astype(np.float32)
    result.setflags(write=False)
    return result
