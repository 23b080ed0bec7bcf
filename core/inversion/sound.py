"""Make sound of a log-mel picture: the way back from bands to frequencies, and a phase that fits (Griffin-Lim)."""

import numpy as np
from jaxtyping import Float32, Float64

from core.audible import as_loud
from core.clip import Clip
from core.inversion.picture import FLOOR, RATE, WINDOW, bank
from core.resample import resampled
from core.timeline import TimeAxis

HOP = 160  # samples from one column to the next, 10 ms
ROUNDS = 32  # of Griffin-Lim
ROOM = 3.0  # decibels over the floor up to which a cell fades out: the floor itself is silence, not a hiss
SEED = 0
STEPS = 30  # of the least squares; the bands are then met closely


def sound(values: Float32[np.ndarray, "columns bands"], time: TimeAxis, like: Clip) -> Float32[np.ndarray, " time"]:
    """Make sound of a picture, as long and as loud as ``like``, at 16 kHz.

    values  (columns, 80) in decibels, at ``time``

    Bands become frequencies by least squares that never goes below zero (Lawson & Hanson's problem, solved by
    multiplicative steps); the phase is found by the fast Griffin-Lim algorithm (Perraudin, Balazs & Sondergaard 2013)
    as librosa has it. What the picture does not tell, phase and what lies between bands, is made up.
    """
    from librosa import griffinlim

    original = resampled(like, RATE)
    count = max(original.size, WINDOW)  # what is shorter than a window is found inside a whole one
    strength = np.sqrt(frequencies(even(values, time, count)))
    if not strength.any():
        return np.zeros(original.size, np.float32)
    found = griffinlim(strength.T, n_iter=ROUNDS, hop_length=HOP, n_fft=WINDOW, length=count, random_state=SEED)
    return as_loud(np.nan_to_num(found[: original.size]).astype(np.float32), original, RATE)


def even(
    values: Float32[np.ndarray, "_columns bands"], time: TimeAxis, samples: int
) -> Float32[np.ndarray, "columns bands"]:
    """Bring a picture to columns every 10 ms from the very start of the sound; its first and last columns go on."""
    wanted = np.arange(1 + samples // HOP) * (HOP / RATE)
    place = np.clip((wanted - time.start) / time.step, 0, time.count - 1)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, time.count - 1)
    share = (place - before)[:, None].astype(np.float32)
    return values[before] * (1 - share) + values[after] * share


def frequencies(values: Float32[np.ndarray, "columns bands"]) -> Float64[np.ndarray, "columns bins"]:
    """Find the power of every frequency that explains the bands: (columns, 257), never below zero."""
    power = np.where(values > FLOOR + ROOM, 10.0 ** (values.astype(np.float64) / 10), 0.0)
    weights = bank().astype(np.float64)
    # each band's power spread evenly over its own frequencies is where the steps begin (Lee & Seung 2001)
    found = (power / weights.sum(1)) @ (weights > 0) + 1e-12
    told = power @ weights
    for _step in range(STEPS):
        found *= (told + 1e-15) / (found @ weights.T @ weights + 1e-15)
    found[:, ~weights.any(0)] = 0.0
    return found * (power.sum(1, keepdims=True) > 0)
