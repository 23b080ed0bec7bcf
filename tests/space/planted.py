"""Banks and corpora in which it is known what lies near what."""

import numpy as np
from jaxtyping import Float32, Float64

from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.space.bank import Bank
from core.space.heard import Heard
from core.space.segments import Segment, Segments
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis

RATE = 16_000  # Hz
PHONES = ("aa", "iy", "s", "t")
VOICES = ("anna", "ben", "cleo")
RECORDINGS = 24
MOMENTS = 40  # of each recording
SECOND = 0.05  # from one moment, and one phone, to the next
UNITS = 16


def bank(seed: int = 0, units: int = UNITS, stops: tuple[int, ...] = (0, 1)) -> Bank:
    """Noise at every stop, over recordings by three voices; what is planted goes on top (``planted``)."""
    random = np.random.default_rng(seed)
    rows = Segments((*_phones(random), *_wholes(), *_moments(random)))
    scores = {stop: random.standard_normal((len(rows), units)).astype(np.float16) for stop in stops}
    still = np.zeros(units, np.float32), np.ones(units, np.float32)
    frames = int(MOMENTS * SECOND * 100) + 1
    mels = [random.normal(-40, 5, (80, frames)).astype(np.float16) for _recording in range(RECORDINGS)]
    pitch = random.uniform(100, 200, len(rows)).astype(np.float32)
    loudness = random.normal(-30, 3, len(rows)).astype(np.float32)
    sound = random.normal(-40, 5, (len(rows), 80)).astype(np.float32)
    time = TimeAxis(0.0, 0.01, 0.032, frames)
    heard = {at: Heard(f"clip {at}", mel, time, np.full(frames, 120, np.float32)) for at, mel in enumerate(mels)}
    return Bank(
        "planted", "planted", stops, rows, heard, sound, loudness, pitch, scores,
        dict.fromkeys(stops, still[0]), dict.fromkeys(stops, still[1]),
    )  # fmt: skip


def with_unit(found: Bank, stop: int, unit: int, values: Float64[np.ndarray, " n"], noise: float = 0.05) -> Bank:
    """Plant values over all stretches into one unit, with a little noise."""
    from dataclasses import replace

    changed = found.scores[stop].astype(np.float32).copy()
    changed[:, unit] = values + noise * changed[:, unit]
    return replace(found, scores={**found.scores, stop: changed.astype(np.float16)})


def is_phone(found: Bank, phone: str) -> Float64[np.ndarray, " n"]:
    """1 where a stretch is a phone, else 0."""
    return np.array([row.phone == phone for row in found.segments.rows], float)


def voice(at: int) -> str:
    """Who speaks in a recording."""
    return VOICES[at % len(VOICES)]


def _phones(random: np.random.Generator) -> list[Segment]:
    return [
        Segment("phone", at, SECOND * k, SECOND * (k + 1), str(random.choice(PHONES)), f"w{k}", voice(at), f"s{at % 8}")
        for at in range(RECORDINGS)
        for k in range(10)
    ]


def _wholes() -> list[Segment]:
    return [
        Segment("utterance", at, 0.0, MOMENTS * SECOND, "", "", voice(at), f"s{at % 8}") for at in range(RECORDINGS)
    ]


def _moments(random: np.random.Generator) -> list[Segment]:
    return [
        Segment("moment", at, SECOND * k, SECOND * k, str(random.choice(PHONES)), "", voice(at), f"s{at % 8}")
        for at in range(RECORDINGS)
        for k in range(MOMENTS)
    ]


def corpus(sounds: dict[str, Float32[np.ndarray, " _time"]], count: int = 12, seed: int = 0) -> Corpus:
    """Utterances of 10 phones of 0.1 s, each phone one of ``sounds``, over faint noise; phones are words too."""
    random = np.random.default_rng(seed)
    clips, utterances = [], []
    for at in range(count):
        said = random.permutation([*sounds] * 10)[:10].tolist()
        samples = np.concatenate([sounds[name] for name in said])
        samples = samples * random.uniform(0.8, 1.0) + 0.005 * random.standard_normal(samples.size)
        items = [Interval(0.1 * k, 0.1 * (k + 1), name) for k, name in enumerate(said)]
        tiers = Tiers.of([("sentence", [Interval(0.0, 1.0, f"s{at % 4}")]), ("word", items), ("phone", items)])
        clips.append(Clip.of(f"utterance {at}", samples, RATE))
        utterances.append(Utterance(f"utterance {at}", voice(at), f"s{at % 4}", clips[-1].seconds, tiers))
    return Corpus("planted", "Planted", "", "en", "", tuple(utterances), clips.__getitem__, f"planted {seed}")


def tone(hertz: float, seconds: float = 0.1, level: float = 0.3) -> Float32[np.ndarray, " time"]:
    """A steady tone."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)
