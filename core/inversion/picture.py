"""The picture of a sound that is to be recovered: 80 mel bands in decibels, with the loudness of the clip taken out."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64
from scipy.fft import dct

from core.audible import loudness
from core.clip import Clip
from core.mel import filters
from core.resample import resampled
from core.timeline import TimeAxis

RATE = 16_000  # Hz; what lies above 8 kHz is not part of the picture
WINDOW = 512  # samples under the Hann window, 32 ms
COLUMN = 0.01  # seconds from one column to the next
BANDS = 80
LEVEL = 0.1  # root mean square that what can be heard of every clip is brought to
FLOOR = -45.0  # decibels; some 60 below the loudest cell of speech at that level
LEAST = 1e-12  # power that keeps the logarithm finite
FAINT = 1e-7  # loudness below which a clip is silence
SHAPES = 13  # coefficients of the cosine transform: 0 is loudness, up to here the shape, above it fine detail


@lru_cache(maxsize=1)
def bank() -> Float32[np.ndarray, "bands bins"]:
    """Weigh the bins of the Fourier transform into mel bands (Slaney's), 0 to 8 kHz."""
    return filters(RATE, WINDOW, BANDS, 0.0, RATE / 2)


def columns(frames: TimeAxis) -> TimeAxis:
    """Split every frame of a layer into columns of about 10 ms that lie evenly around its centre."""
    each = max(round(frames.step / COLUMN), 1)
    step = frames.step / each
    return TimeAxis(frames.start - (each - 1) / 2 * step, step, WINDOW / RATE, each * frames.count)


def picture(clip: Clip, time: TimeAxis) -> Float32[np.ndarray, "columns bands"]:
    """Take the log-mel picture of a clip at the centres of ``time``: (columns, 80) in decibels.

    0 dB is the power of a cell where the clip is as loud as 0.1 of full scale; fainter than -45 dB counts as -45 dB,
    and so does all of a silent clip. Beyond its ends the clip is silent.
    """
    samples = resampled(clip, RATE)
    strength = loudness(samples, RATE)
    if strength < FAINT:
        return np.full((time.count, BANDS), FLOOR, np.float32)
    power = _power(samples * np.float32(LEVEL / strength), np.rint(time.centres() * RATE).astype(np.int64))
    values = 10 * np.log10(power @ bank().T + LEAST)
    return np.maximum(values, FLOOR).astype(np.float32)


def parts(values: Float[np.ndarray, "columns bands"]) -> Float[np.ndarray, "columns bands"]:
    """Take the columns apart by the orthonormal cosine transform over bands: coefficient 0 is loudness, then shape."""
    found: Float[np.ndarray, "columns bands"] = dct(values, type=2, norm="ortho", axis=1)
    return found


def centres() -> Float64[np.ndarray, " bands"]:
    """Frequency of the peak of every band, in Hz."""
    bins: Float64[np.ndarray, " bins"] = np.fft.rfftfreq(WINDOW, 1 / RATE)
    return (bank() @ bins) / bank().sum(1)


def _power(
    samples: Float32[np.ndarray, " time"], middles: Int64[np.ndarray, " columns"]
) -> Float32[np.ndarray, "columns bins"]:
    padded = np.pad(samples, WINDOW)
    first = np.clip(middles + WINDOW // 2, 0, padded.size - WINDOW)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[first]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    spectrum = np.fft.rfft(pieces * hann)
    return (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
