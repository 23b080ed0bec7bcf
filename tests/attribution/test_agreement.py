"""Two explanations side by side, as a number."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.attribution.agreement import Agreement, agreement, alike, correlation, onto, sentence
from core.segments import Segment
from core.timeline import TimeAxis
from tests.attribution.test_part_and_decision import an_attribution

EDGES = tuple(float(hz) for hz in range(0, 900, 100))


def test_an_explanation_agrees_with_itself_and_not_with_its_opposite() -> None:
    values = np.random.default_rng(0).normal(size=(8, 50))
    same = agreement(an_attribution(values, EDGES), an_attribution(3 * values, EDGES))
    assert same.correlation == pytest.approx(1.0)
    assert same.overlap == 1.0
    other = agreement(an_attribution(values, EDGES), an_attribution(-values, EDGES))
    assert other.correlation == pytest.approx(-1.0)
    assert other.overlap == 0.0


def test_unrelated_explanations_agree_as_chance_does() -> None:
    draw = np.random.default_rng(0)
    found = [alike(draw.normal(size=1000), draw.normal(size=1000)) for _trial in range(50)]
    assert np.mean([item.correlation for item in found]) == pytest.approx(0.0, abs=0.02)
    assert np.mean([item.overlap for item in found]) == pytest.approx(found[0].chance, abs=0.02)


def test_the_correlation_is_spearmans() -> None:
    draw = np.random.default_rng(0)
    first, second = draw.integers(0, 5, 60).astype(float), draw.normal(size=60)
    assert correlation(first, second) == pytest.approx(float(spearmanr(first, second).statistic))
    assert correlation(np.ones(5), second[:5]) == 0.0


def test_a_method_without_a_sign_is_compared_by_strength() -> None:
    values = np.random.default_rng(0).normal(size=(8, 50))
    found = agreement(an_attribution(values, EDGES), an_attribution(np.abs(values), EDGES))
    assert found.correlation == pytest.approx(1.0)


def test_grids_of_different_grain_are_brought_to_the_coarser_one_without_loss() -> None:
    fine = np.random.default_rng(0).normal(size=(8, 50))
    coarse = fine.reshape(4, 2, 25, 2).sum((1, 3))
    first, second = an_attribution(fine, EDGES), an_attribution(coarse, EDGES[::2], step=0.02)
    found = agreement(first, second)
    assert found.cells == 100
    assert found.correlation == pytest.approx(1.0, abs=1e-6)
    moved = onto(fine, first.time, EDGES, TimeAxis(0.01, 0.02, 0.02, 25), EDGES[::2])
    np.testing.assert_allclose(moved, coarse, atol=1e-9)
    assert moved.sum() == pytest.approx(fine.sum())


def test_where_one_tells_only_time_apart_time_is_compared() -> None:
    values = np.random.default_rng(0).normal(size=(8, 50))
    found = agreement(an_attribution(values, EDGES), an_attribution(values.sum(0, keepdims=True)))
    assert found.cells == 50
    assert found.correlation == pytest.approx(1.0)


def test_where_one_works_on_pieces_the_other_is_added_up_over_them() -> None:
    cells = np.repeat([[1.0, 4.0, 2.0, 3.0, -1.0]], 10, axis=1)
    pieces = tuple(Segment(str(at), at / 10, (at + 1) / 10, 10 * at, 10 * at + 10) for at in range(5))
    contributions = (10.0, 40.0, 20.0, 30.0, -10.0)
    by_piece = an_attribution(cells, segments=pieces, contributions=contributions)
    found = agreement(by_piece, an_attribution(cells))
    assert found.cells == 5
    assert found.correlation == pytest.approx(1.0)


@pytest.mark.parametrize(("rank", "word"), [(0.7, "agree:"), (0.4, "in part"), (0.1, "hardly"), (-0.6, "contradict")])
def test_the_agreement_is_said_in_words(rank: float, word: str) -> None:
    assert word in sentence(Agreement(rank, 0.5, 0.1, 100))
