"""Which moments of a corpus are compared: apart in time, from many voices, each with its phone where that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from core.cca import Parts
from core.corpus.corpus import Corpus
from core.corpus.division import Division, divide
from core.errors import DatasetError
from core.vectors.stretches import Stretches

APART = 0.1  # seconds between two moments of an utterance: neighbouring frames tell nearly the same
FEWEST_OF_A_PHONE = 20  # moments; rarer phones are not held against


@dataclass(frozen=True, eq=False)
class Moments:
    """What is compared.

    stretches   first all moments, each the frame nearest to it, then every utterance as a whole
    count       of the moments
    labels      phone of every moment, numbered; -1 where none is known or it is rare
    phones      their names
    parts       of the moments for what is fitted; None where the corpus cannot be divided
    utterances  that were taken, by index
    """

    stretches: Stretches
    count: int
    labels: Int64[np.ndarray, " moments"]
    phones: tuple[str, ...]
    parts: Parts | None
    utterances: tuple[int, ...]


def choose(corpus: Corpus, moments: int, utterances: int, longest: float, seed: int = 0) -> Moments:
    """Take at most so many utterances, evenly from the corpus, none longer than ``longest`` seconds, and moments."""
    division = _division(corpus, seed)
    taken = _some(_suited(corpus, division, longest), utterances)
    rows = [(index, second, label) for index in taken for second, label in _of(corpus, index)]
    chosen = np.sort(np.random.default_rng(seed).permutation(len(rows))[:moments])
    rows = [rows[at] for at in chosen]
    labels, phones = _numbered([label for _index, _second, label in rows])
    whole = [(index, 0.0, corpus.utterances[index].seconds) for index in taken]
    stretches = Stretches.of([*((index, second, second) for index, second, _label in rows), *whole])
    parts = _parts(division, stretches.utterance[: len(rows)]) if division else None
    return Moments(stretches, len(rows), labels, phones, parts, tuple(taken))


def _division(corpus: Corpus, seed: int) -> Division | None:
    try:
        return divide(corpus, seed=seed)
    except DatasetError:  # what is not fitted can still be compared
        return None


def _suited(corpus: Corpus, division: Division | None, longest: float) -> list[int]:
    known = range(len(corpus.utterances))
    if division:
        known = sorted({*division.train, *division.develop, *division.test})  # type: ignore[assignment]
    return [index for index in known if corpus.utterances[index].seconds <= longest]


def _some(indices: Sequence[int], most: int) -> list[int]:
    places = np.linspace(0, len(indices) - 1, min(len(indices), most)).round().astype(int)
    return [indices[place] for place in places.tolist()]


def _of(corpus: Corpus, index: int) -> list[tuple[float, str]]:
    """List the middles of the phones of an utterance, or every tenth of a second where none are written down."""
    utterance, found = corpus.utterances[index], list[tuple[float, str]]()
    phones = [((item.start + item.end) / 2, item.label) for item in utterance.tiers.spoken("phone")]
    even = [(float(second), "") for second in np.arange(APART / 2, utterance.seconds, APART)]
    for second, label in phones or even:
        if not found or second - found[-1][0] >= APART - 1e-9:
            found.append((second, label))
    return found


def _numbered(labels: Sequence[str]) -> tuple[Int64[np.ndarray, " moments"], tuple[str, ...]]:
    names, counts = np.unique(np.array([label for label in labels if label] or [""]), return_counts=True)
    kept = tuple(str(name) for name, count in zip(names, counts, strict=True) if name and count >= FEWEST_OF_A_PHONE)
    place = {name: number for number, name in enumerate(kept)}
    return np.array([place.get(label, -1) for label in labels], np.int64), kept


def _parts(division: Division, utterances: Int64[np.ndarray, " moments"]) -> Parts:
    train, develop, test = (
        np.flatnonzero(np.isin(utterances, side)).astype(np.int64)
        for side in (division.train, division.develop, division.test)
    )
    return Parts(train, develop, test, utterances)
