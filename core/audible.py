"""Play a part of a sound: filtered in the short-time Fourier transform, with the phase that it had."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Float32
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from core.timeline import TimeAxis

Filling = Literal["silence", "mean", "noise"]
WINDOW = 0.032  # seconds
PEAK = 0.95  # of full scale that nothing played goes beyond
FADE = 0.003  # seconds over which a piece of time fades out and in, so that its edges do not click
FAINT = 1e-9


def filtered(
    samples: Float32[np.ndarray, " time"],
    rate: int,
    weights: Float[np.ndarray, "bands columns"],
    time: TimeAxis,
    edges: tuple[float, ...] = (),
    filling: Filling = "silence",
    seed: int = 0,
) -> Float32[np.ndarray, " time"]:
    """Keep each cell of time x frequency at its weight, 0 to 1, and give the sound back at its own length.

    weights  (bands, columns) on ``time`` and ``edges``; one band without edges weighs all frequencies alike
    filling  what takes the place of what is lost: nothing, the mean spectrum of the sound, or noise as strong as it was

    What lies outside the edges goes with the nearest band. With weights of 1 the sound comes back as it was.
    """
    transform = _transform(samples.size, rate)
    padded = np.pad(samples.astype(np.float64), (0, max(0, transform.m_num - samples.size)))
    spectrum = transform.stft(padded)
    kept = _weights_of_bins(transform, padded.size, weights, time, edges)
    found = kept * spectrum
    if filling != "silence":
        found += (1 - kept) * _filling(spectrum, filling, seed)
    return transform.istft(found, k1=padded.size)[: samples.size].astype(np.float32)


def _transform(count: int, rate: int) -> ShortTimeFFT:
    length = 4 * max(round(WINDOW * rate / 4), 2)
    return ShortTimeFFT(hann(length, sym=False), hop=length // 4, fs=rate)


def _weights_of_bins(
    transform: ShortTimeFFT,
    count: int,
    weights: Float[np.ndarray, "bands columns"],
    time: TimeAxis,
    edges: tuple[float, ...],
) -> Float[np.ndarray, "bins frames"]:
    seconds = transform.t(count)
    columns = np.clip(np.round((seconds - time.start) / time.step).astype(int), 0, time.count - 1)
    if not edges:
        return np.broadcast_to(weights[:1, columns], (transform.f_pts, len(columns)))
    bands = np.clip(np.searchsorted(edges, transform.f, side="right") - 1, 0, len(weights) - 1)
    return weights[np.ix_(bands, columns)]


def _filling(
    spectrum: Float[np.ndarray, "bins frames"], filling: Filling, seed: int
) -> Float[np.ndarray, "bins frames"]:
    """Give every cell the mean level of its frequency, in decibels, and its own phase; or random cells as strong."""
    strength = np.abs(spectrum)
    if filling == "mean":
        level = np.exp(np.log(np.maximum(strength, FAINT)).mean(1, keepdims=True))
        return spectrum / np.maximum(strength, FAINT) * level
    drawn = np.random.default_rng(seed).normal(size=(2, *spectrum.shape))
    return (drawn[0] + 1j * drawn[1]) / np.sqrt(2) * np.sqrt((strength**2).mean(0, keepdims=True))


def without(
    samples: Float32[np.ndarray, " time"],
    rate: int,
    start: float,
    end: float,
    filling: Filling = "silence",
    seed: int = 0,
) -> Float32[np.ndarray, " time"]:
    """Take a piece of time out and put silence, the mean spectrum or white noise as strong in its place.

    start, end  seconds; the length of the sound stays
    """
    gone = _window(samples.size, rate, start, end)
    if filling == "silence":
        return (samples * (1 - gone)).astype(np.float32)
    if filling == "mean":
        columns = TimeAxis(0.0, 1 / rate, 1 / rate, 1)
        other = filtered(samples, rate, np.zeros((1, 1)), columns, filling="mean")
    else:
        first, last = round(start * rate), round(end * rate)
        piece = samples[first:last].astype(np.float64)
        strength = np.sqrt((piece**2).mean()) if piece.size else 0.0
        other = (np.random.default_rng(seed).normal(size=samples.size) * strength).astype(np.float32)
    return (samples * (1 - gone) + other * gone).astype(np.float32)


def _window(count: int, rate: int, start: float, end: float) -> Float[np.ndarray, " time"]:
    """1 from ``start`` to ``end`` seconds, 0 elsewhere, with short slopes inside the piece."""
    seconds = np.arange(count) / rate
    slope = np.minimum((seconds - start) / FADE, (end - seconds) / FADE)
    return np.clip(slope, 0.0, 1.0)


def as_loud(samples: Float32[np.ndarray, " time"], like: Float32[np.ndarray, " time"]) -> Float32[np.ndarray, " time"]:
    """Bring a sound to the root mean square of another, as far as its peak allows; silence stays silence."""
    own, wanted = (float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) for sound in (samples, like))
    if own < FAINT:
        return samples
    gain = min(wanted / own, PEAK / float(np.abs(samples).max()))
    return (samples * gain).astype(np.float32)
