"""Nothing of the test is learned from; where there is too little, a rung says how much it needs."""

import numpy as np
import pytest

from core.errors import CancelledError
from core.probing.gathering import DEVELOP, SPARE, TEST, TRAIN, Most, gather
from core.probing.rungs import rungs
from core.progress import Step
from tests.probing.hearing import WORDS, corpus


@pytest.mark.parametrize("name", ["spectrum", "loudness", "pitch", "phone", "word"])
def test_no_voice_and_no_sentence_of_the_test_is_learned_from_or_chosen_by(name: str) -> None:
    task = gather(corpus(), {name: rungs()[name]})[0][name]
    test, rest = task.rows(TEST), np.flatnonzero(task.part != TEST)
    assert not set(task.voice[test]) & set(task.voice[rest])
    assert not set(task.sentence[test]) & set(task.sentence[rest])
    train, develop = task.rows(TRAIN), task.rows(DEVELOP)
    assert not set(task.voice[train]) & set(task.voice[develop])
    assert not set(task.sentence[train]) & set(task.sentence[develop])
    assert task.rows(SPARE).size
    assert set(task.taught) == set(rest)


def test_sentences_are_tested_by_new_voices_and_speakers_by_new_sentences() -> None:
    tasks, _refused = gather(corpus(), {name: rungs()[name] for name in ("sentence", "speaker")})
    sentence, speaker = tasks["sentence"], tasks["speaker"]
    assert not set(sentence.voice[sentence.rows(TEST)]) & set(sentence.voice[sentence.taught])
    assert set(sentence.target[sentence.rows(TEST)]) <= set(sentence.target[sentence.taught])
    assert not set(speaker.sentence[speaker.rows(TEST)]) & set(speaker.sentence[speaker.taught])
    assert set(speaker.target[speaker.rows(TEST)]) <= set(speaker.target[speaker.taught])
    assert len(speaker.labels) == 12


def test_a_class_that_is_never_tested_or_hardly_taught_is_left_out() -> None:
    task = gather(corpus(), {"word": rungs()["word"]})[0]["word"]
    for place, label in enumerate(task.labels):
        assert label in WORDS
        assert (task.target[task.taught] == place).sum() >= rungs()["word"].fewest.taught
        assert (task.target[task.rows(TEST)] == place).sum() >= rungs()["word"].fewest.tested


def test_the_pitch_of_each_voice_is_what_is_measured_of_it() -> None:
    task = gather(corpus(), {"pitch": rungs()["pitch"]})[0]["pitch"]
    for number, name in enumerate(sorted(f"voice {voice}" for voice in range(12))):
        found = np.exp(task.target[task.voice == number, 0])
        assert np.median(found) == pytest.approx(90 + 20 * int(name.split()[1]), rel=0.02)


def test_spectrum_loudness_and_pitch_are_read_at_the_same_moments() -> None:
    tasks, _refused = gather(corpus(), {name: rungs()[name] for name in ("spectrum", "loudness")})
    assert (tasks["spectrum"].stretches.start == tasks["loudness"].stretches.start).mean() > 0.5


def test_no_more_items_are_taken_than_allowed_and_the_same_ones_every_time() -> None:
    most = Most(train=100, develop=10, test=30)
    first, again = (gather(corpus(), {"phone": rungs()["phone"]}, most=most)[0]["phone"] for _turn in range(2))
    assert (len(first.rows(TRAIN)) + len(first.rows(SPARE)), len(first.rows(DEVELOP))) == (100, 10)
    assert len(first.rows(TEST)) == 30
    assert (first.stretches.start == again.stretches.start).all()


def test_what_cannot_be_asked_is_refused_with_what_it_needs_and_what_there_is() -> None:
    tasks, refused = gather(corpus(voices=2, sentences=2), rungs())
    assert set(tasks) | set(refused) == set(rungs())
    assert "40 times" in refused["stress"]
    assert "In this corpus: 0" in refused["stress"]
    assert "400 together" in refused["phone"]


def test_a_corpus_of_one_voice_is_tested_by_sentences_and_says_so() -> None:
    tasks, refused = gather(corpus(voices=1, sentences=90), {name: rungs()[name] for name in ("word", "speaker")})
    assert tasks["word"].division.unseen == "sentences"
    assert tasks["word"].division.caution
    assert "voices" in refused["speaker"]


def test_gathering_stops_when_asked_to() -> None:
    def stop(step: Step) -> None:
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        gather(corpus(), rungs(), report=stop)
