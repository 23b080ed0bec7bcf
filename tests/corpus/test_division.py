"""Whoever and whatever is tested was never learned from."""

from dataclasses import replace

import pytest

from core.corpus.corpus import Corpus
from core.corpus.division import Division, Unseen, divide
from core.errors import DatasetError
from tests.corpus.planted import planted

WAYS: tuple[Unseen, ...] = ("voices and sentences", "voices", "sentences")


def _voices(corpus: Corpus, indices: tuple[int, ...]) -> set[str]:
    return {corpus.utterances[index].speaker for index in indices}


def _sentences(corpus: Corpus, indices: tuple[int, ...]) -> set[str]:
    return {corpus.utterances[index].sentence for index in indices}


def _demand_apart(corpus: Corpus, divided: Division) -> None:
    """Fail where any two of the three sides share what must be apart."""
    sides = (divided.train, divided.develop, divided.test)
    assert all(sides)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        if "voices" in divided.unseen:
            assert not _voices(corpus, sides[one]) & _voices(corpus, sides[other])
        if "sentences" in divided.unseen:
            assert not _sentences(corpus, sides[one]) & _sentences(corpus, sides[other])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("unseen", WAYS)
def test_sides_share_no_voice_and_no_sentence_that_must_be_unseen(unseen: Unseen, kept: bool, seed: int) -> None:
    corpus = planted(6, kept=kept)
    _demand_apart(corpus, divide(corpus, unseen, seed))


@pytest.mark.parametrize("unseen", WAYS)
def test_what_the_maker_keeps_is_what_is_tested(unseen: Unseen) -> None:
    corpus = planted(6, kept=True)
    divided = divide(corpus, unseen)
    if "voices" in unseen:
        assert divided.speakers_test == {"voice 6"}
    if "sentences" in unseen:
        assert divided.sentences_test == corpus.kept_sentences
    # 1 of 6 voices, 2 of 8 sentences
    assert len(divided.test) == {"voices and sentences": 2, "voices": 8, "sentences": 12}[unseen]


def test_the_same_seed_divides_alike_and_another_one_otherwise() -> None:
    corpus = planted(8)
    assert divide(corpus, seed=3) == divide(corpus, seed=3)
    assert len({divide(corpus, seed=seed).test for seed in range(10)}) > 1


def test_a_corpus_of_one_voice_is_divided_by_sentences_and_says_so() -> None:
    corpus = planted(1)
    divided = divide(corpus)
    assert divided.unseen == "sentences"
    assert "one voice" in divided.caution
    _demand_apart(corpus, divided)


def test_utterances_by_nobody_known_are_left_out_where_voices_are_divided() -> None:
    whole = planted(5)
    told = tuple(replace(u, speaker="") if u.speaker == "voice 2" else u for u in whole.utterances)
    corpus = replace(whole, utterances=told)
    divided = divide(corpus)
    assert "" not in _voices(corpus, divided.train + divided.develop + divided.test)
    assert "" in _voices(corpus, divide(corpus, "sentences").train)


def test_voices_that_each_say_their_own_sentences_lose_none_to_the_division() -> None:
    whole = planted(8)
    # the n-th voice says the n-th sentence alone
    own = tuple(whole.utterances[8 * number + number] for number in range(8))
    corpus = replace(whole, utterances=own)
    divided = divide(corpus)
    assert len(divided.train) + len(divided.develop) + len(divided.test) == 8


def test_two_voices_are_enough_for_a_test() -> None:
    corpus = planted(2)
    divided = divide(corpus)
    assert divided.unseen == "voices and sentences"
    assert not _voices(corpus, divided.train) & _voices(corpus, divided.test)
    assert not set(divided.train) & set(divided.develop)


def test_one_sentence_by_one_voice_cannot_be_divided() -> None:
    with pytest.raises(DatasetError, match="too little"):
        divide(planted(1, sentences=1))
