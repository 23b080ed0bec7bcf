"""How far a layer keeps apart what differs: is the nearest stretch of another recording the same phone, word, voice?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int64

from core.space.bank import Bank
from core.space.nearness import Standard, nearest_elsewhere
from core.space.segments import Kind, Label, codes

FEWEST_SENTENCES = 5  # from which on the nearest is looked for in other sentences only
DRAWS = 300  # of recordings, with putting back, for an interval
INTERVAL = (2.5, 97.5)  # percent
ASKED: Mapping[Kind, tuple[Label, ...]] = {
    "phone": ("phone", "word", "speaker"),
    "word": ("word", "speaker", "sentence"),
    "utterance": ("sentence", "speaker"),
}


@dataclass(frozen=True, eq=False)
class Agreement:
    """How often the nearest stretch of another recording has the same label, stop by stop.

    Where a corpus has sentences enough, the other recording says another sentence too (unless sentences are asked
    about), so that what stands around a phone or a word does not give it away.

    value   share, 0 to 1; low and high: 95 % interval over recordings
    chance  share if it were any of the other stretches
    sound   share if nearness were that of the mean log-mel spectrum alone, without any model
    random  share in the same network with random weights, stop by stop; None where it could not be asked
    other_sentences  whether only other sentences were looked at
    count   stretches asked about; recordings they come from
    """

    label: Label
    stops: tuple[int, ...]
    value: Float64[np.ndarray, " stops"]
    low: Float64[np.ndarray, " stops"]
    high: Float64[np.ndarray, " stops"]
    chance: float
    sound: float
    random: Float64[np.ndarray, " stops"] | None
    other_sentences: bool
    count: int
    recordings: int

    @property
    def best(self) -> int:
        """The stop at which most agree."""
        return self.stops[int(self.value.argmax())]


def separation(bank: Bank, kind: Kind, seed: int = 0) -> dict[Label, Agreement]:
    """Measure one kind of stretch by every label that says something about it; labels that nothing shares are left out.

    Only stretches whose label occurs in another recording too are asked about.
    """
    segments, sounds = bank.of(kind), bank.sound[bank.segments.places(kind)]
    recording, sentence = segments.utterance, codes(segments.labels("sentence"))
    found: dict[Label, Agreement] = {}
    for label in ASKED.get(kind, ()):
        numbers = codes(segments.labels(label))
        sentences = label != "sentence" and len(set(sentence.tolist())) >= FEWEST_SENTENCES
        apart = sentence if sentences else recording
        share, asked = chances(numbers, apart)
        if not asked.any():
            continue
        draws = _draws(recording[asked], seed)
        sound = _nearest(sounds, apart)
        agree = _agreeing(bank, kind, numbers, apart)[:, asked]
        random = None if bank.untaught is None else _agreeing(bank.untaught, kind, numbers, apart)[:, asked].mean(1)
        low, high = np.percentile(_resampled(agree, recording[asked], draws), INTERVAL, axis=0)
        found[label] = Agreement(
            label=label,
            stops=bank.stops,
            value=agree.mean(1),
            low=low,
            high=high,
            chance=float(share[asked].mean()),
            sound=float((numbers[sound] == numbers)[asked].mean()),
            random=random,
            other_sentences=sentences,
            count=int(asked.sum()),
            recordings=len(set(recording[asked].tolist())),
        )
    return found


def _agreeing(
    bank: Bank, kind: Kind, numbers: Int64[np.ndarray, " n"], apart: Int64[np.ndarray, " n"]
) -> Float64[np.ndarray, "stops n"]:
    """Tell for every stop and stretch whether the nearest one apart from it has the same number."""
    near = (_nearest(bank.vectors(stop, kind), apart) for stop in bank.stops)
    return np.stack([(numbers[nearest] == numbers) & (numbers >= 0) for nearest in near]).astype(np.float64)


def _nearest(values: Float[np.ndarray, "n units"], recording: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    return nearest_elsewhere(Standard.of(values).scores(values), recording)


def chances(
    label: Int64[np.ndarray, " n"], recording: Int64[np.ndarray, " n"]
) -> tuple[Float64[np.ndarray, " n"], np.ndarray]:
    """Share of the stretches of other recordings that have the same label, and where there is any at all."""
    elsewhere = recording[:, None] != recording
    alike = (label[:, None] == label) & (label >= 0)[:, None] & elsewhere
    share = alike.sum(1) / np.maximum(elsewhere.sum(1), 1)
    return share, alike.any(1)


def _draws(recording: Int64[np.ndarray, " some"], seed: int) -> Int64[np.ndarray, "draws recordings"]:
    """Draw recordings with putting back: how often each of them comes in every draw."""
    count = len(np.unique(recording))
    drawn = np.random.default_rng(seed).integers(0, count, (DRAWS, count))
    return np.stack([np.bincount(row, minlength=count) for row in drawn])


def _resampled(
    agree: Float64[np.ndarray, "stops some"],
    recording: Int64[np.ndarray, " some"],
    draws: Int64[np.ndarray, "draws recordings"],
) -> Float64[np.ndarray, "draws stops"]:
    """Mean agreement in every draw; stretches of one recording stand or fall together."""
    _names, place = np.unique(recording, return_inverse=True)
    counts = np.bincount(place)
    sums = np.stack([np.bincount(place, row) for row in agree])
    return (draws @ sums.T) / (draws @ counts)[:, None]
