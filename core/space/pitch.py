"""How high a voice is at each moment, by the autocorrelation of the sound (Boersma 1993)."""

import numpy as np
from jaxtyping import Float, Float32

from core.clip import Clip
from core.timeline import TimeAxis

LOWEST, HIGHEST = 65.0, 500.0  # Hz
VOICED = 0.5  # of the autocorrelation: what repeats itself less counts as unvoiced
FAINT = 1e-3  # of the loudest frame's power: what is fainter counts as silence
OCTAVE = 0.02  # a whole period must beat several of them by this much for each octave
BLOCK = 512  # frames looked at together


def pitch(clip: Clip, time: TimeAxis) -> Float32[np.ndarray, " frames"]:
    """Estimate the pitch of every frame of ``time`` in Hz, NaN where nothing is voiced."""
    rate = clip.sample_rate
    window = 2 * int(1.5 * rate / LOWEST) + 1
    middles = np.round(time.centres() * rate).astype(int)
    padded = np.pad(clip.samples.astype(np.float64), window)
    shape = np.hanning(window + 2)[1:-1]
    own = _autocorrelation(shape[None])[0]
    power, found = np.empty(time.count), np.full(time.count, np.nan)
    for start in range(0, time.count, BLOCK):
        at = slice(start, start + BLOCK)
        starts = np.clip(middles[at] + window - window // 2, 0, padded.size - window)
        frames = padded[starts[:, None] + np.arange(window)]
        frames = (frames - frames.mean(1, keepdims=True)) * shape
        power[at] = (frames**2).mean(1)
        found[at] = _highest(_autocorrelation(frames) / own, rate)
    found[power < FAINT * max(power.max(initial=0.0), np.finfo(float).tiny)] = np.nan
    return found.astype(np.float32)


def _autocorrelation(frames: Float[np.ndarray, "frames window"]) -> Float[np.ndarray, "frames lags"]:
    """Autocorrelation by way of the power spectrum, 1 at lag 0."""
    size = 1 << int(np.ceil(np.log2(1.5 * frames.shape[1])))
    lags = frames.shape[1] // 2
    found = np.fft.irfft(np.abs(np.fft.rfft(frames, size)) ** 2)[:, :lags]
    return found / np.maximum(found[:, :1], np.finfo(float).tiny)


def _highest(strength: Float[np.ndarray, "frames lags"], rate: int) -> Float[np.ndarray, " frames"]:
    """Find the lag at which each frame repeats itself best, between two samples by a parabola, as a frequency."""
    first, last = int(rate / HIGHEST), min(int(rate / LOWEST) + 1, strength.shape[1] - 2)
    lags = np.arange(first, last + 1)
    middle, before, after = (
        strength[:, first : last + 1],
        strength[:, first - 1 : last],
        strength[:, first + 1 : last + 2],
    )
    peak = (middle >= before) & (middle > after)
    better = np.where(peak, middle - OCTAVE * np.log2(lags * LOWEST / rate), -np.inf)
    best = better.argmax(1)
    rows = np.arange(len(strength))
    left, top, right = before[rows, best], middle[rows, best], after[rows, best]
    bend = np.where(peak[rows, best], left - 2 * top + right, -1.0)
    lag = lags[best] + 0.5 * (left - right) / np.where(bend == 0, -1.0, bend)
    return np.where(peak.any(1) & (top > VOICED), rate / lag, np.nan)
