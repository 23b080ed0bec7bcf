"""Which stretches of a corpus lie nearest to one stretch of a clip, and what they have in common with it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64

from core.clip import Clip
from core.space.bank import Bank
from core.space.heard import hear, sound_of
from core.space.nearness import Standard, cosines
from core.space.segments import Kind, Label, Segment

COUNT = 10


@dataclass(frozen=True, eq=False)
class Asked:
    """The stretch of a clip whose neighbours are looked for.

    clip     fingerprint of its sound: a recording with the same one is left out
    segment  start, end in seconds and what is said there; what is not known is empty
    sound    mean log-mel spectrum in dB
    """

    clip: str
    segment: Segment
    sound: Float32[np.ndarray, " bands"]


@dataclass(frozen=True)
class Share:
    """Share of the neighbours that have something in common with what was asked, and how many would by chance."""

    value: float
    chance: float


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What lies nearest at one stop, nearest first, each from another recording.

    places   in ``bank.of(kind)``
    cosine   -1 to 1
    shares   by label, where what was asked has that label and any stretch of the corpus has it too
    sound    share of all candidates that sound less alike than the neighbours do, on average (0.5 by chance)
    voices   how many different voices they have; 0 where voices are not known
    """

    stop: int
    places: Int64[np.ndarray, " k"]
    cosine: Float32[np.ndarray, " k"]
    shares: Mapping[Label, Share]
    sound: float
    voices: int


def ask(clip: Clip, kind: Kind, start: float, end: float, speaker: str = "") -> Asked:
    """Describe one stretch of a clip, from ``start`` to ``end`` seconds, by its sound and its tiers.

    The phone and the word are those at its middle.
    """
    said = clip.tiers.at((start + end) / 2)
    phone = said["phone"].label if "phone" in said and kind == "phone" else ""
    word = said["word"].label.lower() if "word" in said else ""
    segment = Segment(kind, -1, start, end, phone, word, speaker, "")
    return Asked(clip.fingerprint, segment, sound_of(hear(clip), segment))


def neighbours(
    bank: Bank, kind: Kind, stop: int, vector: Float[np.ndarray, " units"], asked: Asked, count: int = COUNT
) -> Neighbours:
    """Find the stretches of ``kind`` nearest to ``vector`` (what the stop says of the asked stretch).

    Near is the cosine of the angle, every unit from its mean over these stretches in its own standard deviations.
    """
    values, segments, places = bank.vectors(stop, kind), bank.of(kind), bank.segments.places(kind)
    standard = Standard.of(values)
    near = cosines(standard.scores(vector[None]), standard.scores(values))[0]
    allowed = np.array([bank.heard[item.utterance].clip != asked.clip for item in segments.rows], bool)
    chosen = _best_of_each(near, segments.utterance, allowed)[:count]
    differs = _sound_distance(bank.sound[places], asked.sound)
    # of the candidates that are not neighbours, how many sound less alike; ties count half
    rivals = differs[allowed]
    below = (rivals[None] > differs[chosen][:, None]).mean(1) + 0.5 * (rivals[None] == differs[chosen][:, None]).mean(1)
    speakers = {segments.rows[place].speaker for place in chosen.tolist()} - {""}
    return Neighbours(
        stop=stop,
        places=chosen,
        cosine=near[chosen],
        shares=_shares(bank, kind, asked, chosen, allowed),
        sound=float(below.mean()) if chosen.size and rivals.size else float("nan"),
        voices=len(speakers),
    )


def along(
    bank: Bank, kind: Kind, vectors: Mapping[int, Float[np.ndarray, " _units"]], asked: Asked, count: int = COUNT
) -> tuple[Neighbours, ...]:
    """Find the neighbours at every stop that has a vector."""
    return tuple(neighbours(bank, kind, stop, vector, asked, count) for stop, vector in vectors.items())


def _best_of_each(
    near: Float32[np.ndarray, " n"], recording: Int64[np.ndarray, " n"], allowed: Bool[np.ndarray, " n"]
) -> Int64[np.ndarray, " k"]:
    """Order stretches by nearness and keep the first of each recording."""
    order = [place for place in np.argsort(-near, kind="stable").tolist() if allowed[place]]
    first: dict[int, int] = {}
    for place in order:
        first.setdefault(int(recording[place]), place)
    return np.array(list(first.values()), np.int64)


def _sound_distance(
    sounds: Float32[np.ndarray, "n bands"], sound: Float32[np.ndarray, " bands"]
) -> Float64[np.ndarray, " n"]:
    """Root mean square difference in dB of mean log-mel spectra, each from its own mean: loudness does not count."""
    shapes = sounds - sounds.mean(1, keepdims=True)
    return np.sqrt(((shapes - (sound - sound.mean())) ** 2).mean(1, dtype=np.float64))


def _shares(
    bank: Bank, kind: Kind, asked: Asked, chosen: Int64[np.ndarray, " k"], allowed: Bool[np.ndarray, " n"]
) -> dict[Label, Share]:
    """Compare labels; by chance means: any stretch of any recording, every recording being as likely."""
    segments = bank.of(kind)
    found: dict[Label, Share] = {}
    labels: tuple[Label, ...] = ("phone", "word", "speaker")
    for label in labels:
        wanted = getattr(asked.segment, label)
        alike = np.array([bool(wanted) and name == wanted for name in segments.labels(label)]) & allowed
        if alike.any() and chosen.size:
            _names, place = np.unique(segments.utterance[allowed], return_inverse=True)
            by_recording = np.bincount(place, alike[allowed]) / np.bincount(place)
            found[label] = Share(float(alike[chosen].mean()), float(by_recording.mean()))
    return found
