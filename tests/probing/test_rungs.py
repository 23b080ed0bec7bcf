"""Rungs: what is asked, of what, and with which words it is refused."""

import numpy as np
import pytest

from core.clip import Clip
from core.corpus.corpus import Utterance
from core.probing.rung import PAUSE, Rung
from core.probing.rungs import rungs
from core.tiers import Interval, Tiers
from tests.probing.planted import planted_ladder

ROWS = {
    "sentence": [Interval(0.1, 0.9, "Mat sun.")],
    "word": [Interval(0.1, 0.5, "mat"), Interval(0.5, 0.9, "sun")],
    "syllable": [Interval(0.1, 0.5, "mat"), Interval(0.5, 0.9, "sun")],
    "phone": [Interval(0.0, 0.1, ""), Interval(0.1, 0.5, "m"), Interval(0.5, 0.9, "s"), Interval(0.9, 1.0, "")],
    "stress": [Interval(0.1, 0.5, "stressed"), Interval(0.5, 0.9, "unstressed")],
}
SAID = Utterance("one", "ann", "mat sun", 1.0, Tiers.of(ROWS.items()))
LADDER = ["spectrum", "loudness", "pitch", "phone", "syllable", "word", "sentence", "speaker", "stress"]


def test_the_ladder_goes_from_sound_to_sentence_with_speaker_and_stress_beside_it() -> None:
    assert list(rungs()) == LADDER
    assert [name for name, rung in rungs().items() if rung.beside] == ["speaker", "stress"]


@pytest.mark.parametrize("rung", rungs().values(), ids=lambda rung: rung.name)
def test_what_a_rung_reads_lies_inside_the_utterance_and_depends_on_the_seed_alone(rung: Rung) -> None:
    first, again = (list(rung.items(SAID, np.random.default_rng(3))) for _ in range(2))
    assert first and first == again
    assert all(0 <= item.start <= item.end <= SAID.seconds for item in first)
    assert all(bool(item.label) == (rung.kind == "classes") for item in first)
    assert (rung.measure is None) == (rung.kind == "classes")


@pytest.mark.parametrize("rung", rungs().values(), ids=lambda rung: rung.name)
def test_a_rung_says_in_numbers_what_it_needs(rung: Rung) -> None:
    sentence = rung.need.format(**vars(rung.fewest))
    assert str(rung.fewest.items) in sentence
    assert "{" not in sentence


def test_phones_are_read_at_one_moment_each_and_pauses_have_a_label_of_their_own() -> None:
    found = list(rungs()["phone"].items(SAID, np.random.default_rng(0)))
    assert [item.label for item in found] == [PAUSE, "m", "s", PAUSE]
    assert all(item.start == item.end for item in found)


def test_words_are_read_from_edge_to_edge_and_a_sentence_without_the_silence_around_it() -> None:
    words = list(rungs()["word"].items(SAID, np.random.default_rng(0)))
    assert [(item.start, item.end, item.label) for item in words] == [(0.1, 0.5, "mat"), (0.5, 0.9, "sun")]
    (sentence,) = rungs()["sentence"].items(SAID, np.random.default_rng(0))
    assert (sentence.start, sentence.end, sentence.label) == (0.1, 0.9, "mat sun")


@pytest.mark.parametrize("hertz", [80.0, 120.0, 210.0, 390.0])
def test_pitch_is_that_of_a_planted_voice_within_one_percent(hertz: float) -> None:
    seconds = np.arange(16_000) / 16_000
    voice = sum(np.sin(2 * np.pi * hertz * k * seconds) / k for k in range(1, 9))
    measure = rungs()["pitch"].measure
    assert measure is not None
    found = measure(Clip.of("voice", 0.1 * voice, 16_000), np.array([0.3, 0.5, 0.7]))
    assert np.exp(found[:, 0]) == pytest.approx([hertz] * 3, rel=0.01)


def test_noise_and_silence_have_no_pitch() -> None:
    measure = rungs()["pitch"].measure
    assert measure is not None
    noise = np.random.default_rng(0).normal(size=16_000) * 0.1
    moments = np.linspace(0.1, 0.9, 20)
    assert np.isnan(measure(Clip.of("noise", noise, 16_000), moments)).mean() >= 0.95
    assert np.isnan(measure(Clip.of("silence", np.zeros(16_000), 16_000), moments)).all()


def test_loudness_of_a_sine_of_full_scale_is_3_db_below_full_scale_and_falls_by_20_at_a_tenth() -> None:
    measure = rungs()["loudness"].measure
    assert measure is not None
    sine = np.sin(2 * np.pi * 400 * np.arange(16_000) / 16_000)
    full, tenth = (measure(Clip.of("sine", gain * sine, 16_000), np.array([0.5]))[0, 0] for gain in (1.0, 0.1))
    assert full == pytest.approx(-3.01, abs=0.01)
    assert full - tenth == pytest.approx(20.0, abs=0.01)


def test_a_curve_knows_its_best_stop_and_how_selective_it_is_there() -> None:
    curve = planted_ladder().curves["phone"]
    assert curve.best == 6
    assert curve.interior
    assert curve.selectivity(6) == pytest.approx(0.85 - 0.16)
    assert curve.best_input[0] == "log-mel in context"


def test_a_word_is_the_same_word_at_the_beginning_and_at_the_end_of_a_sentence() -> None:
    rows = {"word": [Interval(0.0, 0.5, "Sun,"), Interval(0.5, 1.0, "“sun.”")]}
    said = Utterance("one", "ann", "sun sun", 1.0, Tiers.of(rows.items()))
    assert [item.label for item in rungs()["word"].items(said, np.random.default_rng(0))] == ["sun", "sun"]
