"""What a CTC model writes, with times and probabilities that can be worked out by hand."""

from functools import cache
from itertools import groupby

import numpy as np
import pytest

from core import ctc
from core.timeline import TimeAxis

LABELS = ("", "k", "ae", "t", "<s>")
BLANK = 0
AXIS = TimeAxis(start=0.0125, step=0.02, field=0.025, count=8)
RNG = np.random.default_rng(5)


def _logits(text: str, sure: float = 4.0) -> np.ndarray:
    """One character per frame: ``_`` blank, k, a, t, ``s`` the mark <s>; the winner has ``sure``, the others 0."""
    classes = ["_kats".index(letter) for letter in text]
    return (sure * np.eye(5)[classes]).astype(np.float32)


def test_repeats_are_joined_and_blanks_and_marks_dropped() -> None:
    written = ctc.greedy(_logits("_kk_aats"), LABELS, BLANK, AXIS)
    assert [symbol.label for symbol in written] == ["k", "ae", "t"]
    assert ctc.spell(written) == "k ae t"


def test_a_blank_between_two_equal_symbols_keeps_both() -> None:
    assert len(ctc.greedy(_logits("tt_tt___"), LABELS, BLANK, AXIS)) == 2


def test_times_are_those_of_the_frames_in_which_a_symbol_wins() -> None:
    logits = _logits("_kk_aats")
    logits[2, 1] = 6.0
    symbol = ctc.greedy(logits, LABELS, BLANK, AXIS)[0]
    assert (symbol.first, symbol.stop) == (1, 3)
    assert (symbol.start, symbol.end, symbol.peak) == pytest.approx((0.0225, 0.0625, 0.0525))
    assert symbol.probability == pytest.approx(np.exp(6) / (np.exp(6) + 4), rel=1e-5)


def test_greedy_equals_the_textbook_collapse() -> None:
    logits = RNG.normal(size=(300, 5)).astype(np.float32)
    axis = TimeAxis(0.0125, 0.02, 0.025, 300)
    expected = [LABELS[index] for index, _run in groupby(logits.argmax(1)) if index not in (BLANK, 4)]
    assert [symbol.label for symbol in ctc.greedy(logits, LABELS, BLANK, axis)] == expected


def test_letters_are_spelt_together_and_a_bar_is_a_space() -> None:
    letters = [ctc.Symbol(letter, 0.0, 0.1, 0.05, 1.0, 0, 1, 0) for letter in "THE|CAT|"]
    assert ctc.spell(letters) == "THE CAT"
    assert ctc.spell([]) == ""


def test_a_region_holds_the_symbols_whose_peak_lies_in_it() -> None:
    written = ctc.greedy(_logits("k_a_t___"), LABELS, BLANK, AXIS)
    assert [symbol.label for symbol in ctc.between(written, 0.04, 0.09)] == ["ae"]


def test_probabilities_agree_with_torch() -> None:
    import torch

    logits = (30 * RNG.normal(size=(50, 20))).astype(np.float32)
    assert ctc.probabilities(logits) == pytest.approx(torch.from_numpy(logits).softmax(-1).numpy(), abs=1e-6)


def test_entropy_is_one_where_all_symbols_are_alike_and_zero_where_one_is_sure() -> None:
    logits = np.zeros((8, 5), dtype=np.float32)
    logits[4:, 2] = 100.0
    reading = ctc.readings([logits], LABELS, BLANK, AXIS)[0]
    assert reading.entropy[:4] == pytest.approx(np.ones(4))
    assert reading.entropy[4:] == pytest.approx(np.zeros(4), abs=1e-6)


def test_under_the_blank_the_best_other_symbol_is_found() -> None:
    logits = _logits("________", sure=2.0)
    logits[3:5, 3] = 1.0
    logits[:, 4] = 1.5  # a mark of the tokenizer never counts
    reading = ctc.readings([logits], LABELS, BLANK, AXIS)[0]
    assert reading.symbols == ()
    assert "t" in [symbol.label for symbol in reading.under_blank if (symbol.first, symbol.stop) == (3, 5)]
    assert reading.best[3] == 3
    total = np.exp(2) + np.exp(1) + np.exp(1.5) + 2
    assert reading.blank[3] == pytest.approx(np.exp(2) / total, rel=1e-5)
    assert reading.best_probability[3] == pytest.approx(np.exp(1) / total, rel=1e-5)


def test_the_last_reading_is_what_the_model_writes() -> None:
    layers = [_logits("t___kk__"), _logits("_kk_aatt")]
    found = ctc.readings(layers, LABELS, BLANK, AXIS)
    assert [reading.layer for reading in found] == [0, 1]
    assert found[-1].symbols == ctc.greedy(layers[-1], LABELS, BLANK, AXIS)


def test_a_symbol_settles_at_the_layer_from_which_it_wins_for_good() -> None:
    layers = [_logits(text) for text in ("kk______", "tt__aa__", "kk__tt__", "kk__aa__", "kk__aa__")]
    k, ae = ctc.settled(layers, LABELS, BLANK, AXIS)
    assert (k.symbol.label, k.layer, k.before) == ("k", 2, "t")  # it won at layer 0 too, but did not stay
    assert (ae.symbol.label, ae.layer, ae.before) == ("ae", 3, "t")


def test_a_symbol_that_the_blank_covered_before_has_nothing_before_it() -> None:
    assert ctc.settled([_logits("________"), _logits("k_______")], LABELS, BLANK, AXIS)[0].before == ""


@pytest.mark.parametrize(
    ("said", "written", "insertions", "deletions", "substitutions"),
    [
        ("kat", "kat", 0, 0, 0),
        ("kat", "", 0, 3, 0),
        ("", "kat", 3, 0, 0),
        ("kitten", "sitting", 1, 0, 2),
        ("abcd", "acd", 0, 1, 0),
        ("abc", "axbc", 1, 0, 0),
    ],
)
def test_edits_are_those_counted_by_hand(
    said: str, written: str, insertions: int, deletions: int, substitutions: int
) -> None:
    found = ctc.errors(said, written)
    assert (found.insertions, found.deletions, found.substitutions) == (insertions, deletions, substitutions)
    assert found.rate == (insertions + deletions + substitutions) / max(len(said), 1)


def test_edit_counts_equal_the_recursive_definition() -> None:
    @cache
    def distance(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))

    for _trial in range(40):
        a, b = ("".join(RNG.choice(list("abc"), RNG.integers(0, 9))) for _ in range(2))
        found = ctc.errors(a, b)
        assert found.insertions + found.deletions + found.substitutions == distance(a, b)
        assert len(a) - found.deletions + found.insertions == len(b)


def test_exclusive_classes_share_one_and_independent_ones_stand_alone() -> None:
    logits = np.array([0.0, np.log(3.0), -50.0], dtype=np.float32)
    shared = ctc.top(logits, ("dog", "cat", "bell"), 2)
    assert [(score.label, score.probability) for score in shared] == [
        ("cat", pytest.approx(0.75)),
        ("dog", pytest.approx(0.25)),
    ]
    alone = ctc.top(logits, ("dog", "cat", "bell"), 3, multi_label=True)
    assert [score.probability for score in alone] == pytest.approx([0.75, 0.5, 0.0], abs=1e-6)
