"""What preparing does to one sound: rate, quiet ends, loudness, length."""

from dataclasses import fields

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.errors import DatasetError
from core.finetuning.settings import PrepareSettings
from core.resample import resampled
from core.sound import SHORTEST_SECONDS
from core.text import _

QUIET = 35.0  # dB below the loud frames of the same sound
LOUD_SHARE = 0.95  # of its frames are quieter than the loud ones, so that one click does not set the level
FRAME_SECONDS = 0.02
MARGIN_SECONDS = 0.05  # kept around what is not quiet: soft beginnings of words
PEAK = 10 ** (-1 / 20)  # 1 dB below full scale
LOUDNESS = 10 ** (-23 / 20)  # root mean square 23 dB below full scale
FULL_SCALE = 0.999
SILENCE = -120.0  # dB; what is quieter is told as this

Samples = Float32[np.ndarray, " time"]


def demand_possible(settings: PrepareSettings) -> None:
    """Raise DatasetError where a setting is outside its bounds."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        least, most = field.metadata.get("least", value), field.metadata.get("most", value)
        if not least <= value <= most:
            raise DatasetError(
                _("{title} is {value}.").format(title=_(field.metadata["title"]), value=value),
                hint=_("Choose a value from {least} to {most}.").format(least=least, most=most),
            )
    if 0 < settings.seconds < SHORTEST_SECONDS:
        raise DatasetError(
            _("{seconds} s is too short.").format(seconds=settings.seconds),
            hint=_("A model needs at least {least} s; 0 leaves every sound as long as it is.").format(
                least=SHORTEST_SECONDS
            ),
        )
    if settings.normalise not in ("none", "peak", "loudness"):
        raise DatasetError(
            _("{value} is no way to make sounds equally loud.").format(value=settings.normalise),
            hint=_("Choose none, peak or loudness."),
        )


def conditioned(clip: Clip, settings: PrepareSettings) -> Samples:
    """Resample one sound, then trim, normalise, cut or pad it as the settings say; within full scale."""
    samples = resampled(clip, settings.sample_rate)
    if settings.trim:
        samples = trimmed(samples, settings.sample_rate)
    samples = np.clip(samples * np.float32(_gain(samples, settings.normalise)), -1.0, 1.0)
    if settings.seconds:
        count = round(settings.seconds * settings.sample_rate)
        samples = np.pad(samples[:count], (0, max(0, count - samples.size)))
    return np.ascontiguousarray(samples, np.float32)


def trimmed(samples: Samples, sample_rate: int) -> Float32[np.ndarray, " kept"]:
    """Leave out beginning and end as long as they stay QUIET dB below the loud frames; silence stays as it is."""
    size = max(1, round(FRAME_SECONDS * sample_rate))
    whole = np.pad(samples, (0, -samples.size % size)).reshape(-1, size)
    levels = np.sqrt(np.square(whole, dtype=np.float64).mean(axis=1))
    heard = np.flatnonzero((levels > np.quantile(levels, LOUD_SHARE) * 10 ** (-QUIET / 20)) & (levels > 0))
    if not heard.size:
        return samples
    margin = round(MARGIN_SECONDS * sample_rate)
    return samples[max(0, int(heard[0]) * size - margin) : (int(heard[-1]) + 1) * size + margin]


def loudness(samples: Samples) -> float:
    """Root mean square in dB, 0 for a square wave at full scale, −120 for silence."""
    level = float(np.sqrt(np.square(samples, dtype=np.float64).mean()))
    return max(SILENCE, 20 * float(np.log10(level))) if level > 0 else SILENCE


def clipped(samples: Samples) -> float:
    """Share of the samples that stand at full scale, 0 to 1."""
    return float(np.mean(np.abs(samples) >= FULL_SCALE))


def _gain(samples: Samples, normalise: str) -> float:
    """Factor that brings a sound to the peak or the loudness; never beyond full scale, and 1 for silence."""
    peak = float(np.abs(samples).max())
    if normalise == "none" or peak < 10 ** (SILENCE / 20):
        return 1.0
    if normalise == "peak":
        return PEAK / peak
    level = float(np.sqrt(np.square(samples, dtype=np.float64).mean()))
    return min(LOUDNESS / level, 1.0 / peak)
