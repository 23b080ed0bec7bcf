"""Sounds as a picture of 64 mel bands: what the honest baselines look at."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from core import mel
from core.dataset.prepared import PreparedSet
from core.progress import Report, Step, silent
from core.text import _

BANDS = 64
WINDOW_SECONDS, STEP_SECONDS = 0.025, 0.010
LOW_HZ = 50.0
RANGE_DECIBELS = 80.0
"""Whatever lies deeper under the loudest cell of its own clip counts as silence."""

TOLD_EVERY = 32  # clips


def bands(samples: Float32[np.ndarray, " time"], sample_rate: int) -> Float32[np.ndarray, "frames bands"]:
    """Return log-mel in dB under the clip's loudest cell, 0 to -80, (frames, 64); frames of 25 ms, every 10 ms.

    A recording that is only louder gives the same picture. A silent clip is -80 everywhere.
    """
    size, step = round(WINDOW_SECONDS * sample_rate), round(STEP_SECONDS * sample_rate)
    padded = np.pad(samples, (0, max(0, size - samples.size)))
    framed = np.lib.stride_tricks.sliding_window_view(padded, size)[::step]
    n_fft = 1 << (size - 1).bit_length()
    power = np.abs(np.fft.rfft(framed * np.hanning(size).astype(np.float32), n_fft)) ** 2
    energy = power @ mel.filters(sample_rate, n_fft, BANDS, LOW_HZ, sample_rate / 2).T
    peak = float(energy.max())
    if peak <= 0:
        return np.full(energy.shape, -RANGE_DECIBELS, np.float32)
    floor = peak * 10 ** (-RANGE_DECIBELS / 10)
    return (10 * np.log10(np.maximum(energy, floor) / peak)).astype(np.float32)


def of_items(
    data: PreparedSet, indices: Sequence[int], report: Report = silent
) -> list[Float32[np.ndarray, "_frames bands"]]:
    """Return the bands of the items at ``indices``, in that order."""
    found = []
    for done, index in enumerate(indices):
        if done % TOLD_EVERY == 0:
            report(Step(done, len(indices), _("Mel bands of the sounds")))
        found.append(bands(data.samples(index), data.sample_rate))
    return found


def stretched(values: Float32[np.ndarray, "frames bands"], frames: int) -> Float32[np.ndarray, "_frames bands"]:
    """Bring a picture to a fixed number of frames: the mean over each share of its length, (``frames``, bands).

    The shares' borders fall between frames too; those frames count in part.
    """
    running = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    borders = np.linspace(0, len(values), frames + 1)
    whole = borders.astype(int).clip(max=len(values) - 1)
    at = running[whole] + (borders - whole)[:, None] * (running[whole + 1] - running[whole])
    return (np.diff(at, axis=0) * frames / len(values)).astype(np.float32)


def flattened(
    pictures: Sequence[Float32[np.ndarray, "_frames bands"]], frames: int
) -> Float32[np.ndarray, "clips features"]:
    """Stretch every picture to ``frames`` frames and lay it out as one row."""
    return np.stack([stretched(picture, frames).ravel() for picture in pictures])
