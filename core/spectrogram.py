"""How the energy of a sound is spread over time and frequency."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from core.clip import Clip
from core.errors import ClipError
from core.mel import Formula, filters, hertz, mel
from core.text import _
from core.timeline import TimeAxis

SILENCE_DB = -100.0
"""What is fainter counts as silence."""
LEAST_POWER = 1e-30
"""Keeps the logarithm finite, far below silence."""

LONGEST_WINDOW_SECONDS = 0.04
HOP_SECONDS = 0.01


@dataclass(frozen=True)
class SpectrogramSettings:
    """How a spectrogram is taken.

    scale    bands evenly spaced in mel, or one band per frequency of the Fourier transform
    n_fft    samples under the window; a power of two is fastest
    hop      samples from one column to the next
    bands    mel bands (mel only)
    low_hz   lower end of the shown range
    high_hz  upper end; 0 means half the sample rate
    span_db  distance of the loudest from the faintest shown value, in dB
    formula  which mel scale: Slaney's (as librosa's default) or HTK's
    """

    scale: Literal["mel", "linear"] = "mel"
    n_fft: int = 512
    hop: int = 160
    bands: int = 80
    low_hz: float = 0.0
    high_hz: float = 0.0
    span_db: float = 80.0
    formula: Formula = "slaney"

    @classmethod
    def suited(cls, sample_rate: int, scale: Literal["mel", "linear"] = "mel") -> "SpectrogramSettings":
        """Choose a window of 20 to 40 ms, a column every 10 ms, and no more mel bands than it can tell apart."""
        n_fft = 1 << int(np.log2(LONGEST_WINDOW_SECONDS * sample_rate))
        hop = round(HOP_SECONDS * sample_rate)
        return cls(scale=scale, n_fft=n_fft, hop=hop, bands=min(80, n_fft // 4))


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """Power in decibels; row 0 is the lowest band.

    values   (bands, frames); 0 dB is a power of 1, as in librosa
    time     column i is centred on ``time.centres()[i]``
    edges    bands + 1 frequencies in Hz, low to high
    low      dB of the faintest shown value
    high     dB of the loudest value, or what lies as far above silence as the shown span
    n_fft    samples under the window
    hop      samples from one column to the next
    """

    values: Float32[np.ndarray, "bands frames"]
    time: TimeAxis
    edges: Float64[np.ndarray, " edges"]
    low: float
    high: float
    n_fft: int
    hop: int

    def quantised(self) -> UInt8[np.ndarray, "bands frames"]:
        """Round to 256 even steps: 0 is ``low`` dB or less, 255 is ``high`` dB."""
        steps = (self.values - self.low) * np.float32(255 / (self.high - self.low))
        return np.clip(np.rint(steps), 0, 255).astype(np.uint8)


def power(samples: Float32[np.ndarray, " time"], n_fft: int, hop: int) -> Float32[np.ndarray, "bins frames"]:
    """Squared magnitude of the short-time Fourier transform under a Hann window; column i is centred on sample i*hop.

    The sound counts as silent before its beginning and after its end.
    """
    padded = np.pad(samples, n_fft // 2)
    # a sound shorter than the window still has a first column
    padded = np.pad(padded, (0, max(n_fft - padded.size, 0)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)
    spectrum = np.fft.rfft(frames * hann)
    return (spectrum.real**2 + spectrum.imag**2).T


def spectrogram(clip: Clip, settings: SpectrogramSettings | None = None) -> Spectrogram:
    """Take a mel or linear spectrogram of a clip; raises ClipError where it has none of the wanted frequencies."""
    settings = settings or SpectrogramSettings.suited(clip.sample_rate)
    nyquist = clip.sample_rate / 2
    high_hz = min(settings.high_hz or nyquist, nyquist)
    if settings.low_hz >= high_hz:
        raise ClipError(
            _("{name} has no frequencies from {low:.0f} Hz on.").format(name=clip.name, low=settings.low_hz),
            hint=_("Choose a range below {high:.0f} Hz.").format(high=high_hz),
        )
    found = power(clip.samples, settings.n_fft, settings.hop)
    if settings.scale == "mel":
        bank = filters(clip.sample_rate, settings.n_fft, settings.bands, settings.low_hz, high_hz, settings.formula)
        found, edges = bank @ found, _mel_edges(settings, high_hz)
    else:
        found, edges = _range(found, clip.sample_rate / settings.n_fft, settings.low_hz, high_hz)
    values = np.maximum(10 * np.log10(np.maximum(found, LEAST_POWER)), SILENCE_DB).astype(np.float32)
    values.setflags(write=False)
    # silence is drawn as silence, not as the loudest thing there is
    high = max(float(values.max()), SILENCE_DB + settings.span_db)
    time = TimeAxis(0.0, settings.hop / clip.sample_rate, settings.n_fft / clip.sample_rate, values.shape[1])
    return Spectrogram(values, time, edges, high - settings.span_db, high, settings.n_fft, settings.hop)


def _mel_edges(settings: SpectrogramSettings, high_hz: float) -> Float64[np.ndarray, " edges"]:
    """Halfway, in mel, between the peaks of neighbouring bands."""
    low, high = mel(np.array([settings.low_hz, high_hz]), settings.formula)
    step = (high - low) / (settings.bands + 1)
    return hertz(low + step * (0.5 + np.arange(settings.bands + 1)), settings.formula)


def _range(
    found: Float32[np.ndarray, "bins frames"], step: float, low_hz: float, high_hz: float
) -> tuple[Float32[np.ndarray, "bands frames"], Float64[np.ndarray, " edges"]]:
    """Keep the bins from ``low_hz`` to ``high_hz``, at least one, and say where each begins and ends."""
    last = min(int(high_hz / step + 1e-9), len(found) - 1)
    first = min(int(np.ceil(low_hz / step - 1e-9)), last)
    edges = np.clip((np.arange(first, last + 2) - 0.5) * step, 0, (len(found) - 1) * step)
    return found[first : last + 1], edges
