"""Play a part of a sound: filtered in the short-time Fourier transform, with the phase that it had."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Complex, Float, Float32
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from core.timeline import TimeAxis

Filling = Literal["silence", "mean", "noise"]
Span = tuple[float, float]
WINDOW = 0.032  # seconds
PEAK = 0.95  # of full scale that nothing played goes beyond
FADE = 0.003  # seconds over which a piece of time fades out and in, so that its edges do not click
BLOCK = 0.1  # seconds over which loudness is measured
BEYOND = 1e5  # seconds, or Hz; further than any sound reaches
FAINT = 1e-9
DEEPEST = 1e-4  # of the strongest cell, 80 dB under it; a mean in decibels must not be that of digital silence


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
    filling  what takes the place of what is lost: nothing; noise of the sound's mean spectrum, in decibels; noise of
             the sound's mean power at each frequency

    What is kept keeps its phase. Where cells are finer than the transform, their weights are averaged; what lies
    outside of them goes with the nearest. With weights of 1 the sound comes back as it was.
    """
    transform = _transform(samples.size, rate)
    padded = np.pad(samples.astype(np.float64), (0, max(0, transform.m_num - samples.size)))
    spectrum = transform.stft(padded)
    kept = _weights_of_bins(transform, padded.size, weights, time, edges)
    found = kept * spectrum
    if filling != "silence":
        found += (1 - kept) * _other(transform, spectrum, padded.size, filling, seed)
    return transform.istft(found, k1=padded.size)[: samples.size].astype(np.float32)


def removed(
    samples: Float32[np.ndarray, " time"], rate: int, spans: Sequence[Span], filling: Filling = "silence", seed: int = 0
) -> Float32[np.ndarray, " time"]:
    """Take pieces of time out and put silence, noise of the sound's mean spectrum or white noise in their place.

    spans  (start, end) in seconds, in order; the length of the sound stays. White noise is as strong as each piece was.
    """
    if not spans:
        return samples
    gone = np.zeros(samples.size)
    for start, end in _joined(spans, samples.size / rate):
        gone = np.maximum(gone, _window(samples.size, rate, start, end))
    found = samples * (1 - gone)
    if filling != "silence":
        found += gone * (_mean(samples, rate, seed) if filling == "mean" else _white(samples, rate, spans, seed))
    return found.astype(np.float32)


def without(
    samples: Float32[np.ndarray, " time"],
    rate: int,
    start: float,
    end: float,
    filling: Filling = "silence",
    seed: int = 0,
) -> Float32[np.ndarray, " time"]:
    """Take one piece of time out, as ``removed`` does."""
    return removed(samples, rate, [(start, end)], filling, seed)


def as_loud(
    samples: Float32[np.ndarray, " time"], like: Float32[np.ndarray, " other"], rate: int
) -> Float32[np.ndarray, " time"]:
    """Bring what can be heard of a sound to the loudness of another, as far as its peak allows; silence stays silence.

    Pauses do not count, as in ITU-R BS.1770: a short word that is left of a long clip is not blown up to the power of
    the whole.
    """
    own, wanted = loudness(samples, rate), loudness(like, rate)
    if own < FAINT:
        return samples
    gain = min(wanted / own, PEAK / float(np.abs(samples).max()))
    return (samples * gain).astype(np.float32)


def loudness(samples: Float32[np.ndarray, " time"], rate: int) -> float:
    """Root mean square of the blocks that are not more than 10 dB below the mean of all that can be heard at all.

    The gates are those of ITU-R BS.1770 (-70 dB of full scale, then -10 dB), with shorter blocks of 0.1 s.
    """
    size = min(max(round(BLOCK * rate), 1), samples.size)
    running = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    starts = np.arange(0, samples.size - size + 1, max(size // 4, 1))
    power = (running[starts + size] - running[starts]) / size
    heard = power[power > 10**-7]
    if not heard.size:
        return float(np.sqrt(power.mean()))
    return float(np.sqrt(heard[heard >= heard.mean() / 10].mean()))


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
    columns = time.start + time.step * (np.arange(time.count + 1) - 0.5)
    seconds = transform.t(count)
    found = _averaged(weights, columns, np.append(seconds, seconds[-1] + transform.delta_t) - transform.delta_t / 2)
    if not edges:
        return np.broadcast_to(found[:1], (transform.f_pts, len(seconds)))
    bins = (np.arange(transform.f_pts + 1) - 0.5) * transform.delta_f
    return _averaged(found.T, np.array(edges), bins).T


def _averaged(
    values: Float[np.ndarray, "rows cells"], borders: Float[np.ndarray, " edges"], wanted: Float[np.ndarray, " others"]
) -> Float[np.ndarray, "rows pieces"]:
    """Average steps between ``borders`` over each stretch between ``wanted``; the outermost steps go on for ever."""
    wide = borders.astype(np.float64)
    wide[0], wide[-1] = min(wide[0], -BEYOND), max(wide[-1], BEYOND)
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values * np.diff(wide), axis=1)], axis=1)
    at = np.clip(np.searchsorted(wide, wanted, side="right") - 1, 0, values.shape[1] - 1)
    return np.diff(total[:, at] + values[:, at] * (wanted - wide[at]), axis=1) / np.diff(wanted)


def _other(
    transform: ShortTimeFFT, spectrum: Complex[np.ndarray, "bins frames"], count: int, filling: Filling, seed: int
) -> Complex[np.ndarray, "bins frames"]:
    """Colour white noise, so that nothing of the sound is left in it but how strong each frequency is."""
    strength = np.abs(spectrum)
    if filling == "mean":
        least = max(DEEPEST * float(strength.max()), FAINT)
        level = np.exp(np.log(np.maximum(strength, least)).mean(1, keepdims=True))
    else:
        level = np.sqrt((strength**2).mean(1, keepdims=True))
    noise = transform.stft(np.random.default_rng(seed).normal(size=count))
    return noise / np.sqrt(np.square(transform.win).sum()) * level


def _mean(samples: Float32[np.ndarray, " time"], rate: int, seed: int) -> Float32[np.ndarray, " time"]:
    return filtered(samples, rate, np.zeros((1, 1)), TimeAxis(0.0, 1.0, 1.0, 1), filling="mean", seed=seed)


def _white(
    samples: Float32[np.ndarray, " time"], rate: int, spans: Sequence[Span], seed: int
) -> Float[np.ndarray, " time"]:
    drawn = np.random.default_rng(seed).normal(size=samples.size)
    strength = np.zeros(samples.size)
    for start, end in spans:
        piece = slice(max(round(start * rate), 0), round(end * rate))
        strength[piece] = np.sqrt(np.square(samples[piece], dtype=np.float64).mean()) if samples[piece].size else 0.0
    return drawn * strength


def _joined(spans: Sequence[Span], seconds: float) -> list[Span]:
    """Make one of spans that touch, and let those at the ends of the sound reach beyond it: nothing fades there."""
    found: list[Span] = []
    for start, end in spans:
        if found and start <= found[-1][1] + FAINT:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return [
        (start if start > FAINT else start - FADE, end if end < seconds - FAINT else end + FADE) for start, end in found
    ]


def _window(count: int, rate: int, start: float, end: float) -> Float[np.ndarray, " time"]:
    """1 from ``start`` to ``end`` seconds, 0 elsewhere, with short slopes inside the piece."""
    seconds = np.arange(count) / rate
    fade = min(FADE, (end - start) / 4)
    slope = np.minimum(seconds - start, end - seconds) / fade
    return np.clip(slope, 0.0, 1.0)
