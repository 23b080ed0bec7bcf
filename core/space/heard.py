"""What the recordings of a bank sound like: their mel spectrograms, and the loudness and pitch of its stretches."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float16, Float32

from core.clip import Clip
from core.probing.pitch import log_pitch
from core.resample import resampled
from core.space.segments import Segment
from core.spectrogram import spectrogram
from core.timeline import TimeAxis

RATE = 16_000  # Hz; recordings of other rates are brought to it, so that their bands are the same
WIDE = 0.025  # seconds around a moment that it is measured over
LEAST_DB = -80.0  # what is fainter counts as silence


@dataclass(frozen=True, eq=False)
class Heard:
    """One recording.

    clip     fingerprint of its sound
    mel      (bands, frames) dB, every 10 ms
    time     where the frames lie
    pitch    Hz per frame, NaN where nothing is voiced
    """

    clip: str
    mel: Float16[np.ndarray, "bands frames"]
    time: TimeAxis
    pitch: Float32[np.ndarray, " frames"]

    def cut(self, second: float, before: float, after: float) -> Float32[np.ndarray, "bands frames"]:
        """Show the sound around one moment; what lies beyond the ends is silence."""
        middle = round((second - self.time.start) / self.time.step)
        first, last = middle - round(before / self.time.step), middle + round(after / self.time.step) + 1
        inside = self.mel[:, max(first, 0) : max(last, 0)].astype(np.float32)
        left = max(-first, 0)
        right = last - first - left - inside.shape[1]
        return np.pad(inside, ((0, 0), (left, right)), constant_values=LEAST_DB)

    def span(self, item: Segment) -> slice:
        """Frames of one stretch; a moment is taken with its neighbours."""
        wide = WIDE / 2 if item.end == item.start else 0.0
        return self.time.within(item.start - wide, item.end + wide)


def hear(clip: Clip) -> Heard:
    """Measure one recording."""
    sound = Clip.of(clip.name, resampled(clip, RATE), RATE)
    found = spectrogram(sound)
    values = np.maximum(found.values, LEAST_DB).astype(np.float16)
    pitch = np.exp(log_pitch(sound, found.time.centres())[:, 0]).astype(np.float32)
    return Heard(clip.fingerprint, values, found.time, pitch)


def sound_of(heard: Heard, item: Segment) -> Float32[np.ndarray, " bands"]:
    """Mean log-mel spectrum of a stretch, in dB."""
    return heard.mel[:, heard.span(item)].astype(np.float32).mean(1)


def pitch_of(heard: Heard, item: Segment) -> float:
    """Middle pitch of the voiced part of a stretch in Hz; NaN where less than half of it is voiced."""
    values = heard.pitch[heard.span(item)]
    voiced = values[np.isfinite(values)]
    return float(np.median(voiced)) if 2 * voiced.size >= values.size and voiced.size else float("nan")


def level(spectrum: Float[np.ndarray, "... bands"]) -> Float32[np.ndarray, "..."]:
    """Loudness of spectra in dB: the power of all bands together."""
    return (10 * np.log10((10 ** (spectrum.astype(np.float64) / 10)).sum(-1))).astype(np.float32)
