"""What is measured of the sound itself, to be recovered from a layer: loudness and the strength of bands."""

import numpy as np
from jaxtyping import Float64

from core.clip import Clip
from core.resample import resampled
from core.vectors.inputs import plain
from core.vectors.stretches import pooled

RATE = 16_000  # Hz
WINDOW = 400  # samples, 25 ms
SILENCE = 1e-6  # power below which nothing is heard beside speech, 60 dB below full scale


def loudness(clip: Clip, moments: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n 1"]:
    """Measure the power of the 25 ms around each moment (seconds), in dB of full scale."""
    power = np.square(pieces(clip, moments, WINDOW)).mean(1, keepdims=True)
    return 10 * np.log10(power + SILENCE)


def bands(clip: Clip, moments: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n bands"]:
    """Take the 80 mel bands of the 20 ms around each moment (seconds), in dB; the same numbers as the input log-mel."""
    frames, time = plain(clip, "log-mel")
    return pooled(frames, time, moments, moments).astype(np.float64)


def pieces(clip: Clip, moments: Float64[np.ndarray, " n"], width: int) -> Float64[np.ndarray, "n width"]:
    """Cut ``width`` samples at 16 kHz around each moment (seconds); beyond the ends there is silence."""
    samples = np.pad(resampled(clip, RATE).astype(np.float64), width)
    starts = np.round(moments * RATE).astype(int) - width // 2 + width
    starts = np.clip(starts, 0, samples.size - width)
    return samples[starts[:, None] + np.arange(width)]
