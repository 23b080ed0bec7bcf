"""Stretches of a corpus with what is said in them, by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.corpus.corpus import Corpus

Kind = Literal["phone", "word", "utterance", "moment"]
Label = Literal["phone", "word", "speaker", "sentence"]
KINDS: tuple[Kind, ...] = ("phone", "word", "utterance", "moment")
LABELS: tuple[Label, ...] = ("phone", "word", "speaker", "sentence")


@dataclass(frozen=True)
class Segment:
    """One stretch: utterance of the corpus, start and end in seconds (equal: one moment), what is said there.

    An empty label is one that is not known: no word in a pause, no phone of a whole word.
    """

    kind: Kind
    utterance: int
    start: float
    end: float
    phone: str
    word: str
    speaker: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Segments:
    """Many stretches, ordered by kind."""

    rows: tuple[Segment, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def places(self, kind: Kind) -> Int64[np.ndarray, " some"]:
        """Where the stretches of one kind stand."""
        return np.flatnonzero([row.kind == kind for row in self.rows]).astype(np.int64)

    def taken(self, places: Int64[np.ndarray, " some"]) -> "Segments":
        """Keep some of them, in that order."""
        return Segments(tuple(self.rows[place] for place in places.tolist()))

    def labels(self, name: Label) -> tuple[str, ...]:
        """What every stretch is called by one kind of label."""
        return tuple(getattr(row, name) for row in self.rows)

    @property
    def utterance(self) -> Int64[np.ndarray, " n"]:
        """Recording of every stretch, by index in the corpus."""
        return np.array([row.utterance for row in self.rows], np.int64)

    @property
    def start(self) -> Float64[np.ndarray, " n"]:
        """Start of every stretch in seconds."""
        return np.array([row.start for row in self.rows], np.float64)

    @property
    def end(self) -> Float64[np.ndarray, " n"]:
        """End of every stretch in seconds."""
        return np.array([row.end for row in self.rows], np.float64)


def codes(labels: Sequence[str]) -> Int64[np.ndarray, " n"]:
    """Number labels in the order of the alphabet; what has no label becomes -1."""
    known = {label: number for number, label in enumerate(sorted(set(labels) - {""}))}
    return np.array([known.get(label, -1) for label in labels], np.int64)


def same(labels: Sequence[str], others: Sequence[str]) -> Bool[np.ndarray, "n m"]:
    """Tell for every pair whether both have the same label; what has none shares it with nothing."""
    numbers = codes([*labels, *others])
    first, second = numbers[: len(labels), None], numbers[len(labels) :]
    return (first == second) & (first >= 0)


def spoken_in(corpus: Corpus, index: int, kind: Literal["phone", "word"]) -> list[Segment]:
    """List the phones or words of one utterance; a phone knows the word in which it lies."""
    utterance = corpus.utterances[index]
    words = utterance.tiers.spoken("word")
    found = []
    for item in utterance.tiers.spoken(kind):
        middle = (item.start + item.end) / 2
        word = next((other.label.lower() for other in words if other.start <= middle < other.end), "")
        phone = item.label if kind == "phone" else ""
        found.append(Segment(kind, index, item.start, item.end, phone, word, utterance.speaker, utterance.sentence))
    return found


def whole(corpus: Corpus, index: int) -> Segment:
    """One utterance from its first word (or phone) to its last, as one stretch."""
    utterance = corpus.utterances[index]
    inside = [item for name in ("word", "phone") for item in utterance.tiers.spoken(name)]
    start = min((item.start for item in inside), default=0.0)
    end = max((item.end for item in inside), default=utterance.seconds)
    return Segment("utterance", index, start, end, "", "", utterance.speaker, utterance.sentence)


def moment(corpus: Corpus, index: int, second: float) -> Segment:
    """One moment of an utterance, with what is said at it."""
    utterance = corpus.utterances[index]
    said = utterance.tiers.at(second)
    phone = said["phone"].label if "phone" in said else ""
    word = said["word"].label.lower() if "word" in said else ""
    return Segment("moment", index, second, second, phone, word, utterance.speaker, utterance.sentence)
