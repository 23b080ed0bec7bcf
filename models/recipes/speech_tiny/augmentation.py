"""Change clean speech so that it sounds as people, rooms, microphones and telephones make it sound."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from models.recipes.speech_tiny.utterance import RATE

Sound = NDArray[np.float32]
_NOISE_SECONDS = 12
_ROOMS = 120
_ROOM_SECONDS = 0.45


@dataclass(frozen=True)
class AugmentationSettings:
    """How often each change is made (shares of clips) and how strong it is (ranges)."""

    untouched: float = 0.12
    speed: float = 0.85
    speed_range: tuple[float, float] = (0.78, 1.28)
    padding: float = 0.4
    padding_seconds: float = 0.6
    room: float = 0.2
    noise: float = 0.45
    noise_decibels: tuple[float, float] = (10.0, 38.0)
    equaliser: float = 0.75
    telephone: float = 0.35
    narrowing: float = 0.15
    clipping: float = 0.05
    mu_law: float = 0.1
    gap: float = 0.08

    @classmethod
    def gentle(cls) -> "AugmentationSettings":
        """Return settings that leave most of the speech easy to understand."""
        return cls(
            untouched=0.25, speed_range=(0.88, 1.14), room=0.2, noise=0.5, noise_decibels=(12.0, 40.0), equaliser=0.5,
            telephone=0.25, clipping=0.03, mu_law=0.05, gap=0.05,
        )  # fmt: skip

    @classmethod
    def closing(cls) -> "AugmentationSettings":
        """Return settings for the last minutes: voices as different as ever, rooms and noises seldom."""
        return cls(
            untouched=0.2, room=0.1, noise=0.3, noise_decibels=(15.0, 40.0), equaliser=0.6, telephone=0.3,
            narrowing=0.1, clipping=0.02, mu_law=0.05, gap=0.02,
        )  # fmt: skip


@dataclass(frozen=True)
class Augmented:
    """Changed sound and what became of time: t (s) in the source lies at t / speed + shift."""

    samples: Sound
    speed: float = 1.0
    shift: float = 0.0

    def moved(self, times: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where times of the source (s) lie now."""
        return times / np.float32(self.speed) + np.float32(self.shift)


def augment(samples: Sound, settings: AugmentationSettings, source: np.random.Generator, babble: Sound) -> Augmented:
    """Change one clip at random; `babble` is other speech to use as a noise."""
    sound = Augmented(samples)
    if source.random() < settings.untouched:
        return sound
    if source.random() < settings.speed:
        low, high = settings.speed_range
        sound = change_speed(sound, float(np.exp(source.uniform(np.log(low), np.log(high)))))
    if source.random() < settings.padding:
        sound = pad(sound, *source.uniform(0, settings.padding_seconds, 2))
    changed = sound.samples
    if source.random() < settings.room:
        changed = filtered(changed, rooms()[source.integers(_ROOMS)])
    if source.random() < settings.gap:
        changed = _with_gap(changed, source)
    if source.random() < settings.noise:
        changed = add_noise(changed, draw_noise(len(changed), source, babble), source.uniform(*settings.noise_decibels))
    changed = _channel(changed, settings, source)
    return replace(sound, samples=_distorted(changed, settings, source))


def change_speed(sound: Augmented, factor: float) -> Augmented:
    """Play the sound `factor` times faster: pitch and formants rise with it."""
    samples = soxr.resample(sound.samples, RATE * factor, RATE, quality="LQ")
    return Augmented(samples, sound.speed * factor, sound.shift / factor)


def pad(sound: Augmented, before: float, after: float) -> Augmented:
    """Put silence (s) before and after."""
    lead, tail = round(before * RATE), round(after * RATE)
    return Augmented(np.pad(sound.samples, (lead, tail)), sound.speed, sound.shift + lead / RATE)


def add_noise(speech: Sound, noise: Sound, decibels: float) -> Sound:
    """Add noise so that the speech's mean power lies `decibels` above the noise's, both over the whole clip."""
    speech_power, noise_power = float(np.mean(speech**2)), float(np.mean(noise**2))
    if speech_power == 0 or noise_power == 0:
        return speech
    gain = np.sqrt(speech_power / noise_power / 10 ** (decibels / 10))
    return (speech + np.float32(gain) * noise).astype(np.float32)


def filtered(samples: Sound, response: Sound) -> Sound:
    """Convolve with an impulse response; the length stays, the first sample of the response is time zero."""
    size = next_fast_len(len(samples) + len(response), real=True)
    return irfft(rfft(samples, size) * rfft(response, size), size)[: len(samples)].astype(np.float32)


def shaped(samples: Sound, decibels_at: tuple[NDArray[np.float64], NDArray[np.float64]]) -> Sound:
    """Change the level of frequencies (Hz) by decibels, linear in between; no delay (zero phase)."""
    size = next_fast_len(len(samples) + 2048, real=True)
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    gains = 10 ** (np.interp(frequencies, *decibels_at) / 20)
    return irfft(rfft(samples, size) * gains.astype(np.float32), size)[: len(samples)].astype(np.float32)


def mu_law(samples: Sound, levels: int = 256) -> Sound:
    """Round to the steps of mu-law telephony (ITU-T G.711's curve) at full scale 1."""
    mu = levels - 1
    squeezed = np.sign(samples) * np.log1p(mu * np.minimum(np.abs(samples), 1)) / np.log1p(mu)
    rounded = np.round((squeezed + 1) / 2 * mu) / mu * 2 - 1
    return (np.sign(rounded) * np.expm1(np.abs(rounded) * np.log1p(mu)) / mu).astype(np.float32)


@cache
def rooms() -> tuple[Sound, ...]:
    """Return impulse responses of small and large rooms: a direct sound, then noise that dies away."""
    source = np.random.default_rng(7)
    times = np.arange(round(_ROOM_SECONDS * RATE)) / RATE
    responses = []
    for _ in range(_ROOMS):
        decay, direct = source.uniform(0.08, 0.7), source.uniform(-2, 14)
        start = source.uniform(0.001, 0.012)
        tail = source.standard_normal(len(times)) * np.exp(-6.908 * times / decay) * (times > start)
        tail *= np.sqrt(10 ** (-direct / 10) / np.sum(tail**2))
        tail[0] = 1.0
        responses.append(tail.astype(np.float32))
    return tuple(responses)


@cache
def coloured_noises() -> tuple[Sound, ...]:
    """Return noises whose power falls by 0, 3, 6 and 9 dB an octave, and mains hum with harmonics."""
    source = np.random.default_rng(11)
    count = _NOISE_SECONDS * RATE
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30.0)
    spectra = [
        source.standard_normal(len(frequencies)) + 1j * source.standard_normal(len(frequencies)) for _ in range(4)
    ]
    noises = [np.fft.irfft(s / frequencies ** (i / 2), count) for i, s in enumerate(spectra)]
    times = np.arange(count) / RATE
    for mains in (50, 60):
        hum = sum(np.sin(2 * np.pi * mains * k * times + source.uniform(0, 6.3)) / k for k in range(1, 12))
        noises.append(np.asarray(hum))
    return tuple((noise / noise.std()).astype(np.float32) for noise in noises)


def draw_noise(length: int, source: np.random.Generator, babble: Sound) -> Sound:
    """Draw a stretch of noise: coloured, hum, babble, or a mixture; some of it swells and fades."""
    colours = coloured_noises()
    noise = np.zeros(length, np.float32)
    for _ in range(source.integers(1, 3)):
        kind = source.integers(len(colours) + 2)
        bank = colours[kind] if kind < len(colours) else babble
        start = source.integers(len(bank))
        noise += np.float32(source.uniform(0.3, 1)) * np.take(bank, np.arange(start, start + length), mode="wrap")
    if source.random() < 0.3:
        knots = source.uniform(0.05, 1, max(2, length // 4000))
        noise *= np.interp(np.linspace(0, len(knots) - 1, length), np.arange(len(knots)), knots).astype(np.float32)
    return noise


def _channel(samples: Sound, settings: AugmentationSettings, source: np.random.Generator) -> Sound:
    frequencies = np.array([0, 60, 120, 250, 500, 1000, 1500, 2000, 2700, 3400, 4200, 5500, 7000, 8000], np.float64)
    decibels = np.zeros_like(frequencies)
    if source.random() < settings.equaliser:
        octaves = np.log2(np.maximum(frequencies, 60) / 1000)
        decibels += source.normal(0, 2.5) * octaves + source.normal(0, 3, len(frequencies))
    curve = _Curve(frequencies, decibels)
    draw = source.random()
    if draw < settings.telephone:
        low, high = source.uniform(30, 320), source.uniform(3100, 3990)
        curve = curve.cut_below(low).cut_above(high, 120.0)
    elif draw < settings.telephone + settings.narrowing:
        curve = curve.cut_below(source.uniform(30, 250)).cut_above(source.uniform(4000, 7500), 400.0)
    return samples if not np.any(curve.decibels) else shaped(samples, (curve.frequencies, curve.decibels))


@dataclass(frozen=True)
class _Curve:
    """A frequency response: decibels at frequencies (Hz)."""

    frequencies: NDArray[np.float64]
    decibels: NDArray[np.float64]

    def cut_above(self, edge: float, width: float) -> "_Curve":
        """Fall by 70 dB within `width` Hz above the edge."""
        return self._with(np.array([edge, edge + width, 8000.0]), np.array([0, -70.0, -70.0]), self.frequencies < edge)

    def cut_below(self, edge: float) -> "_Curve":
        """Fall by 40 dB from the edge down to a third of it."""
        return self._with(np.array([0.0, edge / 3, edge]), np.array([-40.0, -40.0, 0]), self.frequencies > edge)

    def _with(self, at: NDArray[np.float64], change: NDArray[np.float64], kept: NDArray[np.bool_]) -> "_Curve":
        frequencies = np.concatenate([self.frequencies[kept], at])
        decibels = np.concatenate([self.decibels[kept], change + np.interp(at, self.frequencies, self.decibels)])
        order = np.argsort(frequencies)
        return _Curve(frequencies[order], decibels[order])


def _with_gap(samples: Sound, source: np.random.Generator) -> Sound:
    """Silence up to 50 ms somewhere."""
    length = int(source.uniform(0.01, 0.05) * RATE)
    start = source.integers(max(1, len(samples) - length))
    changed = samples.copy()
    changed[start : start + length] = 0
    return changed


def _distorted(samples: Sound, settings: AugmentationSettings, source: np.random.Generator) -> Sound:
    peak = float(np.abs(samples).max()) or 1.0
    changed = samples / np.float32(peak)
    if source.random() < settings.clipping:
        changed = np.clip(changed * np.float32(source.uniform(1.2, 4)), -1, 1)
    if source.random() < settings.mu_law:
        changed = mu_law(changed * np.float32(source.uniform(0.1, 1)))
    return changed.astype(np.float32)
