"""What is measured of the sound itself, to be recovered from a layer: loudness and the strength of bands."""

import numpy as np
from jaxtyping import Float64

from core.clip import Clip
from core.mel import filters
from core.resample import resampled

RATE = 16_000  # Hz
WINDOW = 400  # samples, 25 ms
BANDS = 80
SILENCE = 1e-6  # power below which nothing is heard beside speech, 60 dB below full scale
FLOOR = 1e-10  # power of a band below which nothing is there


def loudness(clip: Clip, moments: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n 1"]:
    """Measure the power of the 25 ms around each moment (seconds), in dB of full scale."""
    power = np.square(pieces(clip, moments, WINDOW)).mean(1, keepdims=True)
    return 10 * np.log10(power + SILENCE)


def bands(clip: Clip, moments: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n bands"]:
    """Measure the power of 80 mel bands up to 8 kHz in a Hann window of 25 ms around each moment, in dB."""
    spectrum = np.abs(np.fft.rfft(pieces(clip, moments, WINDOW) * np.hanning(WINDOW), 512)) ** 2
    return 10 * np.log10(spectrum @ filters(RATE, 512, BANDS, 0.0, RATE / 2).T + FLOOR)


def pieces(clip: Clip, moments: Float64[np.ndarray, " n"], width: int) -> Float64[np.ndarray, "n width"]:
    """Cut ``width`` samples at 16 kHz around each moment (seconds); beyond the ends there is silence."""
    samples = np.pad(resampled(clip, RATE).astype(np.float64), width)
    starts = np.round(moments * RATE).astype(int) - width // 2 + width
    starts = np.clip(starts, 0, samples.size - width)
    return samples[starts[:, None] + np.arange(width)]
