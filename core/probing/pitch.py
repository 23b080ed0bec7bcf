"""How high a voice is at chosen moments, by autocorrelation."""

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.clip import Clip
from core.probing.measures import RATE, pieces

LOWEST, HIGHEST = 60.0, 450.0  # Hz
WINDOW = 800  # samples at 16 kHz, three periods of the lowest voice
LENGTH = 2048  # of the transform; at least window and longest lag together
CLEAR = 0.6  # of a perfect repetition; below it a moment counts as unvoiced or unsure
SHORTER = 0.02  # how much of the strength an octave up is preferred by
FAINT = 1e-6  # mean power of digital silence


def log_pitch(clip: Clip, moments: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n 1"]:
    """Return the natural logarithm of the fundamental frequency (Hz) at each moment; nan where no voice is clear.

    The autocorrelation of a windowed piece, divided by that of the window (Boersma 1993, "Accurate short-term analysis
    of the fundamental frequency"), without his search for a smooth path: moments are single.
    """
    sound = pieces(clip, moments, WINDOW)
    sound = sound - sound.mean(1, keepdims=True)
    repeated = _repetition(sound)
    lags = np.arange(int(RATE / HIGHEST), int(RATE / LOWEST) + 1)
    strength = repeated[:, lags] - SHORTER * np.log2(lags / lags[0])
    peak, there = _peaks(strength)
    best = lags[peak]
    rows = np.arange(len(sound))
    clear = there & (repeated[rows, best] >= CLEAR) & (np.square(sound).mean(1) > FAINT)
    found = np.full((len(best), 1), np.nan)
    found[clear, 0] = np.log(RATE / _refined(repeated[clear], best[clear]))
    return found


def _repetition(found: Float64[np.ndarray, "n width"]) -> Float64[np.ndarray, "n lags"]:
    """How alike a piece is to itself a lag later, 1 where it repeats itself."""
    window = np.hanning(WINDOW)
    own = np.fft.irfft(np.abs(np.fft.rfft(found * window, LENGTH)) ** 2)[:, : LENGTH // 2]
    weight = np.fft.irfft(np.abs(np.fft.rfft(window, LENGTH)) ** 2)[: LENGTH // 2]
    half = WINDOW // 2  # beyond it too little of the piece overlaps
    own, weight = own[:, : half + 1], weight[: half + 1]
    return (own / np.maximum(own[:, :1], 1e-12)) / (weight / weight[0])


def _peaks(strength: Float64[np.ndarray, "n lags"]) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Place of the highest local maximum of each row, and whether it has one at all."""
    inside = strength[:, 1:-1]
    local = (inside >= strength[:, :-2]) & (inside >= strength[:, 2:])
    return np.where(local, inside, -np.inf).argmax(1) + 1, np.asarray(local.any(1))


def _refined(repeated: Float64[np.ndarray, "n lags"], lag: Int64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """Lay a parabola through the peak and its neighbours; its top lies no further than half a step away."""
    rows = np.arange(len(repeated))
    before, at, after = (repeated[rows, lag + step] for step in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, -1e-12)
    return lag + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
