"""Divide a corpus so that whoever, or whatever, is tested was never learned from."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.corpus.corpus import Corpus
from core.errors import DatasetError
from core.text import _

Unseen = Literal["voices and sentences", "voices", "sentences"]
TEST_SHARE = 0.25  # of voices and of sentences, where the maker of a corpus kept none
DEVELOP_SHARE = 0.15  # of what is left
FEWEST = 2  # voices, or sentences, to keep some of them apart


@dataclass(frozen=True)
class Division:
    """Indices of the utterances to learn from, to choose settings by, and to test on.

    unseen           in what test and develop are apart from train
    speakers_test    who is tested
    sentences_test   which sentences are tested
    caution          a sentence where less could be kept apart than was asked; else empty
    """

    train: tuple[int, ...]
    develop: tuple[int, ...]
    test: tuple[int, ...]
    unseen: Unseen
    speakers_test: frozenset[str]
    sentences_test: frozenset[str]
    caution: str = ""


@dataclass(frozen=True)
class _Kept:
    """What stands on the other side: voices, sentences, or both; None where all may."""

    voices: frozenset[str] | None
    sentences: frozenset[str] | None


def divide(corpus: Corpus, unseen: Unseen = "voices and sentences", seed: int = 0) -> Division:
    """Divide a corpus by voices, by sentences or by both; develop is apart from train as test is from both.

    What is tested by voice and sentence is what unseen voices say in unseen sentences; an unseen voice in a known
    sentence, or the other way round, is left out. The voices and sentences that the maker of the corpus keeps are the
    tested ones; else a quarter of each is drawn. Where voices are divided, utterances by nobody known are left out.

    A corpus of one voice is divided by sentences, and the division says so in ``caution``; where too little is left to
    keep anything apart for develop, that side is empty. Raises DatasetError where there are too few sentences, too.
    """
    possible, caution = _possible(corpus, unseen)
    everything = [i for i, u in enumerate(corpus.utterances) if u.speaker or possible == "sentences"]
    generator = np.random.default_rng(seed)
    kept = _drawn(corpus, everything, possible, TEST_SHARE, generator, (corpus.kept_voices, corpus.kept_sentences))
    rest, test = _parted(corpus, everything, kept)
    if not rest or not test:
        raise _too_few()
    kept = _drawn(corpus, rest, _left(corpus, rest, possible), DEVELOP_SHARE, generator)
    train, develop = _parted(corpus, rest, kept)
    if not train:
        train, develop = rest, ()
    return Division(
        train=train,
        develop=develop,
        test=test,
        unseen=possible,
        speakers_test=frozenset(corpus.utterances[index].speaker for index in test),
        sentences_test=frozenset(corpus.utterances[index].sentence for index in test),
        caution=caution,
    )


def _possible(corpus: Corpus, unseen: Unseen) -> tuple[Unseen, str]:
    """Tell by what this corpus can be divided, and a sentence where that is less than was asked."""
    voices, sentences = len(corpus.speakers), len(corpus.sentences)
    if unseen != "sentences" and voices < FEWEST:
        caution = _(
            "All that is known to be said here is by one voice: the test has other sentences, but no other voice."
        )
        unseen = "sentences"
    elif unseen == "voices and sentences" and sentences < FEWEST:
        caution = _("All voices say the same sentence here: the test has other voices, but no other sentence.")
        unseen = "voices"
    else:
        caution = ""
    if unseen == "sentences" and sentences < FEWEST:
        raise _too_few()
    return unseen, caution


def _too_few() -> DatasetError:
    return DatasetError(
        _("There is too little in this corpus to keep a part of it for the test."),
        hint=_("It needs several voices, or several sentences; better both."),
    )


def _left(corpus: Corpus, rest: Sequence[int], possible: Unseen) -> Unseen | None:
    """Tell by what the rest can be divided again; None where by nothing."""
    several_voices = len(_names(corpus, rest, _speaker)) >= FEWEST
    several_sentences = len(_names(corpus, rest, _sentence)) >= FEWEST
    if possible == "voices and sentences" and several_voices and several_sentences:
        return possible
    if possible != "sentences" and several_voices:
        return "voices"
    return "sentences" if possible != "voices" and several_sentences else None


def _drawn(
    corpus: Corpus,
    indices: Sequence[int],
    unseen: Unseen | None,
    share: float,
    generator: np.random.Generator,
    told: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
) -> _Kept | None:
    """Draw voices, sentences or both to keep apart, unless the maker told which."""
    if unseen is None:
        return None
    voices = sentences = None
    if unseen != "sentences":
        everyone = _names(corpus, indices, _speaker)
        voices = told[0] & set(everyone) or _some(everyone, share, generator)
    if unseen != "voices":
        said = _names(corpus, indices, _sentence)
        sentences = told[1] & set(said) or _sentences_for(corpus, indices, voices, share, generator)
    return _Kept(voices, sentences)


def _sentences_for(
    corpus: Corpus,
    indices: Sequence[int],
    voices: frozenset[str] | None,
    share: float,
    generator: np.random.Generator,
) -> frozenset[str]:
    """Draw sentences that the kept voices say: those which nobody else says cost nothing, so they come first."""
    said = _names(corpus, indices, _sentence)
    if voices is None:
        return _some(said, share, generator)
    theirs = {corpus.utterances[index].sentence for index in indices if corpus.utterances[index].speaker in voices}
    others = {corpus.utterances[index].sentence for index in indices if corpus.utterances[index].speaker not in voices}
    alone, shared = theirs - others, sorted(theirs & others)
    wanted = min(max(1, round(share * len(said))) - len(alone), len(others) - 1)
    return frozenset(alone) | frozenset(_shuffled(shared, generator)[: max(0, wanted)])


def _some(names: Sequence[str], share: float, generator: np.random.Generator) -> frozenset[str]:
    """Draw a share of names, at least one and never all."""
    return frozenset(_shuffled(names, generator)[: min(max(1, round(share * len(names))), len(names) - 1)])


def _shuffled(names: Sequence[str], generator: np.random.Generator) -> list[str]:
    return [names[place] for place in generator.permutation(len(names))]


def _parted(corpus: Corpus, indices: Sequence[int], kept: _Kept | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Separate what has nothing of what is kept from what has all of it; what has half of it is left out."""
    if kept is None:
        return tuple(indices), ()
    apart = [
        [name(corpus, index) in side for index in indices]
        for name, side in ((_speaker, kept.voices), (_sentence, kept.sentences))
        if side is not None
    ]
    known = tuple(index for index, row in zip(indices, zip(*apart, strict=True), strict=True) if not any(row))
    unknown = tuple(index for index, row in zip(indices, zip(*apart, strict=True), strict=True) if all(row))
    return known, unknown


def _names(corpus: Corpus, indices: Collection[int], name: Callable[[Corpus, int], str]) -> list[str]:
    return sorted({name(corpus, index) for index in indices})


def _speaker(corpus: Corpus, index: int) -> str:
    return corpus.utterances[index].speaker


def _sentence(corpus: Corpus, index: int) -> str:
    return corpus.utterances[index].sentence
