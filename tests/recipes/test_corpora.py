"""The corpus that ships: its voices and sentences, what is kept apart, and whether its tiers fit its sound."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from core.clip import Clip
from core.corpus.corpus import STRESS, Corpus
from core.corpus.division import Unseen, divide
from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.tiers import Interval
from models.recipes.corpora import people, plan, sentences
from models.recipes.corpora.words import difference, words_among
from models.recipes.samples.annotation import plain
from models.recipes.samples.syllables import VOWELS
from models.recipes.speech_tiny.phones import PHONES

SHORTEST_SECONDS = 0.03
HISSES = frozenset({"s", "sh", "ch"})


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return open_corpus(shipped()[DEFAULT])


@pytest.fixture(scope="module")
def heard(corpus: Corpus) -> dict[str, list[Clip]]:
    """Eight sentences of every voice."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, utterance in enumerate(corpus.utterances):
        places[utterance.speaker].append(index)
    return {name: [corpus.clip(index) for index in indices[::3][:8]] for name, indices in places.items()}


def test_no_kept_voice_is_made_from_one_that_is_learned_from() -> None:
    def made_from(group: tuple[people.Person, ...]) -> set[tuple[str, str]]:
        return {(person.program, person.voice) for person in group}

    assert not made_from(people.TRAINED) & made_from(people.KEPT)
    # slt's voice for Festival was built from the recordings of flite's slt
    assert not any("slt" in voice or voice in ("rms", "kal16") for _program, voice in made_from(people.KEPT))
    assert len({person.name for person in people.PEOPLE}) == len(people.PEOPLE)


def test_no_kept_sentence_is_one_that_is_learned_from_but_all_its_words_are() -> None:
    learned = {word for text in sentences.TRAINED for word in plain(text).lower().split()}
    assert not set(sentences.TRAINED) & set(sentences.KEPT)
    assert {word for text in sentences.KEPT for word in plain(text).lower().split()} <= learned


def test_every_sentence_is_said_by_seven_voices_or_more_and_kept_voices_say_all_kept_ones() -> None:
    said = plan.plan()
    learning = Counter(text for person in people.TRAINED for text in said[person.name])
    assert min(learning[text] for text in sentences.TRAINED) >= 7
    # the speaker rung is tested on sentences that are kept, so that every voice says some
    assert all(set(said[person.name]) & set(sentences.KEPT) for person in people.TRAINED)
    assert all(set(sentences.KEPT) < set(said[person.name]) for person in people.KEPT)


def test_the_corpus_is_as_large_as_it_should_be(corpus: Corpus) -> None:
    assert shipped()[DEFAULT].stat().st_size <= 4_000_000
    assert 12 <= corpus.seconds / 60 <= 20
    assert len(corpus.speakers) >= 20
    assert len(corpus.kept_voices) >= 6
    assert len(corpus.kept_sentences) >= 16
    assert not corpus.notices


@pytest.mark.parametrize("unseen", ["voices and sentences", "voices", "sentences"])
def test_nothing_that_is_kept_is_learned_from(corpus: Corpus, unseen: Unseen) -> None:
    divided = divide(corpus, unseen)
    known = [corpus.utterances[index] for index in divided.train + divided.develop]
    if "voices" in unseen:
        assert divided.speakers_test == corpus.kept_voices
        assert not {utterance.speaker for utterance in known} & corpus.kept_voices
    if "sentences" in unseen:
        assert divided.sentences_test == corpus.kept_sentences
        assert not {utterance.sentence for utterance in known} & corpus.kept_sentences


def test_forty_words_and_more_are_there_often_enough_for_a_probe(corpus: Corpus) -> None:
    divided = divide(corpus)
    items = [
        Counter(word.label.lower() for index in side for word in corpus.utterances[index].tiers.spoken("word"))
        for side in (divided.train + divided.develop, divided.test)
    ]
    assert sum(items[0][word] >= 20 and items[1][word] >= 6 for word in items[0]) >= 40


def test_every_phone_of_english_is_said_and_nothing_else(corpus: Corpus) -> None:
    divided = divide(corpus)
    for side in (divided.train, divided.test):
        said = Counter(p.label for index in side for p in corpus.utterances[index].tiers.spoken("phone"))
        assert set(said) == set(PHONES)
        assert min(said.values()) >= 6


def test_words_are_those_of_the_sentence_and_phones_fill_them(corpus: Corpus) -> None:
    for utterance in corpus.utterances:
        tiers = utterance.tiers
        (sentence,) = tiers.spoken("sentence")
        assert " ".join(word.label for word in tiers.spoken("word")) == plain(sentence.label)
        for word in tiers.spoken("word"):
            for row in ("syllable", "phone"):
                inside = [part for part in tiers.spoken(row) if word.start <= (part.start + part.end) / 2 < word.end]
                assert sum(part.seconds for part in inside) == pytest.approx(word.seconds, abs=0.001)


def test_stress_is_that_of_the_dictionary(corpus: Corpus) -> None:
    known = {
        "treasure": ["stressed", "unstressed"], "again": ["unstressed", "stressed"], "the": [], "boy": ["stressed"],
        "together": ["unstressed", "stressed", "unstressed"],
    }  # fmt: skip
    met = set()
    for utterance in corpus.utterances:
        for word in utterance.tiers.spoken("word"):
            if word.label.lower() in known:
                marks = [s.label for s in utterance.tiers.spoken(STRESS) if word.start <= s.start < word.end]
                assert marks == known[word.label.lower()], utterance.name
                met.add(word.label.lower())
    assert met == set(known)


def test_a_sound_is_as_long_as_its_tiers_say(corpus: Corpus) -> None:
    for index in range(0, len(corpus.utterances), 25):
        assert corpus.read(index).seconds == pytest.approx(corpus.utterances[index].seconds, abs=0.001)


def test_pauses_are_quiet_where_the_tiers_put_them(heard: dict[str, list[Clip]]) -> None:
    with_pauses = 0
    for speaker, clips in heard.items():
        pauses, phones = [], []
        for clip in clips:
            for item in clip.tiers["phone"]:
                if item.seconds < SHORTEST_SECONDS:
                    continue
                # not the edges: a sound dies away
                level = _decibels(_middle(clip, item))
                (phones if item.label else pauses).append(level)
        # espeak-ng leaves hardly any
        assert not pauses or np.median(phones) - np.median(pauses) > 15, speaker
        with_pauses += bool(pauses)
    assert with_pauses >= 10


def test_hisses_cross_zero_more_often_than_vowels_do(heard: dict[str, list[Clip]]) -> None:
    for speaker, clips in heard.items():
        crossings: dict[bool, list[float]] = {True: [], False: []}
        for clip in clips:
            for phone in clip.tiers.spoken("phone"):
                if phone.label in HISSES | VOWELS:
                    middle = _middle(clip, phone)
                    crossings[phone.label in HISSES].append(float((middle[1:] * middle[:-1] < 0).mean()))
        assert np.median(crossings[True]) > 2 * np.median(crossings[False]), speaker


def _middle(clip: Clip, item: Interval) -> np.ndarray:
    third = item.seconds / 3
    return clip.samples[clip.span(item.start + third, item.end - third)]


def _decibels(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.square(samples).mean() + 1e-10))


def test_words_are_found_by_their_phones_whatever_the_accent() -> None:
    known = {"the": ("dh", "ah"), "girl": ("g", "er", "l"), "took": ("t", "uh", "k"), "father": ("f", "aa", "dh", "er")}
    heard = ["dh", "iy", "g", "er", "l", "t", "uh", "k", "f", "aa", "dh", "ah"]
    phones = [Interval(0.1 * place, 0.1 * (place + 1), phone) for place, phone in enumerate(heard)]
    words = words_among(("the", "girl", "took", "father"), phones, known.__getitem__)
    assert [round(word.start, 3) for word in words] == [0.0, 0.2, 0.5, 0.8]


def test_a_vowel_turns_into_a_vowel_more_easily_than_into_a_consonant() -> None:
    assert difference(("d", "ao", "g"), ("d", "aa", "g")) == 0.5
    assert difference(("d", "ao", "g"), ("d", "ao", "k")) == 1.0
    assert difference(("d", "ao", "r"), ("d", "ao")) == 1.0
    assert difference(("ao",), ("g",)) == 2.0
