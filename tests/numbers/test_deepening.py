"""The CTC lens along the depth: from which layer on the right symbol wins for good, frame by frame."""

import numpy as np
import pytest

from core.ctc import Reading, readings
from core.lens import NONE, deepening, spoken
from core.tiers import Interval
from core.timeline import TimeAxis

SYMBOLS = ("<pad>", "k", "ae", "t")
BLANK, K, AE, T = range(4)
TIME = TimeAxis(0.01, 0.02, 0.025, 4)


def planted(winners: list[list[int]], sure: float = 6.0) -> tuple[Reading, ...]:
    """Make one layer per list; each names the symbol that wins under a blank that is likelier still."""
    layers = []
    for row in winners:
        logits = np.zeros((len(row), len(SYMBOLS)), dtype=np.float32)
        logits[:, BLANK] = 2 * sure
        logits[np.arange(len(row)), row] = sure
        layers.append(logits)
    return readings(layers, SYMBOLS, BLANK, TIME)


WINNERS = [[K, K, T, T], [K, T, T, AE], [K, K, AE, AE], [K, K, AE, T]]


def test_the_right_symbol_wins_from_the_first_layer_from_which_on_it_never_loses_again() -> None:
    found = deepening(planted(WINNERS))
    assert found.right.tolist() == [K, K, AE, T]
    assert found.layer.tolist() == [0, 2, 2, 3], "the second frame has k at layer 0, loses it, and finds it again"
    assert found.best.tolist() == WINNERS


def test_what_is_said_to_be_right_counts_rather_than_what_the_model_writes() -> None:
    right = np.array([K, T, AE, NONE])
    found = deepening(planted(WINNERS), right)
    assert found.layer.tolist() == [0, NONE, 2, NONE], "the last layer hears k where t is right"
    assert found.shares().tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3, 2 / 3])


def test_nothing_known_to_be_right_gives_no_share() -> None:
    found = deepening(planted(WINNERS), np.full(4, NONE))
    assert not found.known.any()
    assert np.isnan(found.shares()).all()


def test_how_likely_a_symbol_is_leaves_the_blank_out_and_doubt_counts_it() -> None:
    even = readings([np.zeros((1, 4), dtype=np.float32)], SYMBOLS, BLANK, TIME)
    found = deepening([*even, *planted([[K]])])
    assert found.entropy[0, 0] == pytest.approx(1.0)
    assert found.probability[0, 0] == pytest.approx(1 / 3)
    e = np.exp(6.0)
    assert found.probability[1, 0] == pytest.approx(e / (e + 2), rel=1e-3)
    assert found.entropy[1, 0] < 0.02, "it is sure: of the blank"


def test_a_phone_is_right_in_the_frames_whose_centres_lie_in_it() -> None:
    time = TimeAxis(0.01, 0.02, 0.025, 6)
    phones = [Interval(0.0, 0.025, "k"), Interval(0.025, 0.065, "ae"), Interval(0.065, 0.095, "zz")]
    assert spoken(phones, SYMBOLS, time).tolist() == [K, AE, AE, NONE, NONE, NONE]
