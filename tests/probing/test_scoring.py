"""Scores equal scikit-learn's, and their intervals hold the truth for new voices and sentences."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, r2_score

from core.probing.scoring import balanced, score

CHANCE = np.random.default_rng(5)
TARGET, ANSWER = CHANCE.integers(0, 4, 200), CHANCE.integers(0, 4, 200)
VALUES = CHANCE.normal(size=(200, 3))
GUESSES = VALUES + CHANCE.normal(size=(200, 3)) * [0.3, 1.0, 2.0]
VOICE, SENTENCE = np.arange(200) % 8, np.arange(200) // 8 % 5


def test_scores_equal_those_of_scikit_learn() -> None:
    assert score("accuracy", TARGET, ANSWER, [VOICE]).value == pytest.approx(accuracy_score(TARGET, ANSWER))
    even = balanced_accuracy_score(TARGET, ANSWER)
    assert score("balanced accuracy", TARGET, ANSWER, [VOICE]).value == pytest.approx(even)
    assert balanced(TARGET, ANSWER) == pytest.approx(even)
    assert score("R2", VALUES, GUESSES, [VOICE]).value == pytest.approx(r2_score(VALUES, GUESSES))


def test_what_is_worse_than_saying_the_mean_scores_below_zero() -> None:
    found = score("R2", VALUES, -VALUES, [VOICE, SENTENCE])
    assert found.value == pytest.approx(-3.0, abs=0.1)
    assert found.low < found.value < found.high


def test_a_value_that_does_not_vary_in_the_test_is_left_out() -> None:
    still = np.concatenate([VALUES, np.full((200, 1), 4.0)], axis=1)
    guesses = np.concatenate([GUESSES, np.full((200, 1), 3.0)], axis=1)
    assert score("R2", still, guesses, []).value == pytest.approx(r2_score(VALUES, GUESSES))


def test_the_interval_holds_the_truth_for_new_voices_and_sentences_in_about_95_of_100_corpora() -> None:
    chance, held, tests = np.random.default_rng(2), 0, 200
    for _test in range(tests):
        by_voice, by_sentence = chance.normal(0, 0.08, 10), chance.normal(0, 0.08, 12)
        voice, sentence = (part.ravel() for part in np.indices((10, 12)).repeat(5, axis=2))
        right = chance.random(len(voice)) < 0.6 + by_voice[voice] + by_sentence[sentence]
        found = score("accuracy", np.ones(len(voice), int), right.astype(int), [voice, sentence], draws=300)
        held += found.low <= 0.6 <= found.high
    assert 0.92 <= held / tests <= 1.0


def test_items_of_one_voice_make_a_wider_interval_than_as_many_of_many() -> None:
    voice = np.arange(200) // 50
    answer = np.where(voice < 2, TARGET, ANSWER)
    few, many = (score("accuracy", TARGET, answer, [axis]) for axis in (voice, np.arange(200)))
    assert few.high - few.low > 2 * (many.high - many.low)
