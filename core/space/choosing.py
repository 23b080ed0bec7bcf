"""Which stretches of a corpus a bank holds: voices, sentences, phones and words take turns; a seed decides the rest."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from core.corpus.corpus import Corpus
from core.errors import DatasetError
from core.space.segments import Kind, Segment, Segments, codes, moment, spoken_in, whole
from core.text import _

FEWEST = 3  # recordings of a corpus: what is near must be able to lie in another one
RECURRING = 2  # recordings in which a word must occur: one that is said once has no other that it could lie near


@dataclass(frozen=True)
class Choice:
    """How much of a corpus is looked at; the same settings choose the same stretches."""

    utterances: int = 100
    phones: int = 600
    words: int = 500
    moments: int = 2000
    seconds: float = 420.0
    seed: int = 0


def choose(corpus: Corpus, choice: Choice) -> Segments:
    """Choose phones, words, whole utterances and single moments of a corpus; DatasetError where it is too small."""
    if len(corpus.utterances) < FEWEST:
        raise DatasetError(
            _("A map needs at least {count} recordings.").format(count=FEWEST), hint=_("Choose a larger corpus.")
        )
    random = np.random.default_rng(choice.seed)
    utterances = _utterances(corpus, choice, random)
    phones = [item for index in utterances for item in spoken_in(corpus, index, "phone")]
    words = [item for index in utterances for item in spoken_in(corpus, index, "word")]
    found: list[Segment] = [
        *_balanced(phones, choice.phones, "phone", random),
        *_balanced(_recurring(words), choice.words, "word", random),
        *(whole(corpus, index) for index in utterances),
        *_moments(corpus, utterances, choice.moments, random),
    ]
    return Segments(tuple(found))


def _utterances(corpus: Corpus, choice: Choice, random: np.random.Generator) -> list[int]:
    """Take turns among voices and sentences until there are enough utterances, or enough seconds of them."""
    order = random.permutation(len(corpus.utterances))
    speaker = codes([corpus.utterances[index].speaker for index in order])
    sentence = codes([corpus.utterances[index].sentence for index in order])
    spoken, said = np.zeros(len(order) + 1), np.zeros(len(order) + 1)
    free, seconds = np.zeros(len(order)), 0.0
    chosen: list[int] = []
    while len(chosen) < min(choice.utterances, len(order)) and (seconds < choice.seconds or len(chosen) < FEWEST):
        place = int(np.argmin(spoken[speaker] + said[sentence] + free))
        spoken[speaker[place]] += 1
        said[sentence[place]] += 1
        free[place] = np.inf
        chosen.append(int(order[place]))
        seconds += corpus.utterances[chosen[-1]].seconds
    return sorted(chosen)


def _recurring(words: Sequence[Segment]) -> list[Segment]:
    recordings = Counter(word for word, _index in {(item.word, item.utterance) for item in words})
    return [item for item in words if recordings[item.word] >= RECURRING]


def _balanced(items: Sequence[Segment], count: int, kind: Kind, random: np.random.Generator) -> Iterable[Segment]:
    """Take turns among labels; within a label, a recording that had its turn waits for the others."""
    shuffled = [items[place] for place in random.permutation(len(items))]
    turns: Counter[tuple[str, int]] = Counter()
    waited = []
    for item in shuffled:
        turns[getattr(item, kind), item.utterance] += 1
        waited.append(turns[getattr(item, kind), item.utterance])
    by_label: Counter[str] = Counter()
    ranked = []
    for place in np.argsort(waited, kind="stable").tolist():
        by_label[getattr(shuffled[place], kind)] += 1
        ranked.append((by_label[getattr(shuffled[place], kind)], place))
    chosen = [shuffled[place] for _rank, place in sorted(ranked)[:count]]
    return sorted(chosen, key=lambda item: (item.utterance, item.start))


def _moments(corpus: Corpus, utterances: Sequence[int], count: int, random: np.random.Generator) -> Iterable[Segment]:
    """Draw moments evenly over the sound of the chosen utterances, pauses included."""
    lengths = np.array([corpus.utterances[index].seconds for index in utterances])
    borders = np.r_[0.0, np.cumsum(lengths)]
    drawn = np.sort((np.arange(count) + random.random(count)) / max(count, 1) * borders[-1])
    places: Int64[np.ndarray, " count"] = np.clip(np.searchsorted(borders, drawn, "right") - 1, 0, len(lengths) - 1)
    for place, second in zip(places.tolist(), (drawn - borders[places]).tolist(), strict=True):
        yield moment(corpus, utterances[place], second)
