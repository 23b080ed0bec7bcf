"""TwoNN finds the dimension that was planted, says when noise is counted along, and refuses too few points."""

import numpy as np
import pytest

from core.errors import MethodError
from core.intrinsic_dimension import Dimension, dimension, slope, two_neighbours

WIDTH = 20


def _cloud(dimensions: int, noise: float = 0.0, count: int = 2000, seed: int = 5) -> np.ndarray:
    """A flat cloud of some dimensions, turned into 20, with a little noise in all of them."""
    chance = np.random.default_rng(seed)
    turn = np.linalg.qr(chance.normal(size=(WIDTH, WIDTH)))[0][:dimensions]
    return chance.normal(size=(count, dimensions)) @ turn + noise * chance.normal(size=(count, WIDTH))


@pytest.mark.parametrize(("true", "share"), [(2, 0.1), (5, 0.1), (10, 0.2)])
def test_a_planted_dimension_is_found_without_a_warning(true: int, share: float) -> None:
    found = dimension(_cloud(true))
    assert found.value == pytest.approx(true, rel=share)
    assert not found.noisy
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(("true", "noise"), [(1, 0.01), (2, 0.01), (2, 0.03)])
def test_noise_is_counted_along_and_the_warning_says_so(true: int, noise: float) -> None:
    found = dimension(_cloud(true, noise))
    assert found.value > 2 * true, "else there would be nothing to warn of"
    assert found.noisy
    assert "noise" in found.caution


def test_fewer_points_see_less_of_the_noise() -> None:
    found = dimension(_cloud(2, 0.01))
    assert found.sizes == (2000, 1000, 500, 250)
    assert list(found.values) == sorted(found.values, reverse=True)


def test_near_twins_make_the_dimension_too_small_and_the_warning_says_so() -> None:
    cloud = _cloud(5, count=1000)
    twins = np.concatenate([cloud, cloud[:500] + 0.02 * _cloud(5, count=500, seed=9)])
    found = dimension(twins)
    assert found.value < 4
    assert found.twins and not found.noisy
    assert "near twin" in found.caution


def test_many_dimensions_are_said_to_be_too_few() -> None:
    found = dimension(_cloud(20))
    assert found.value < 20
    assert found.caution.startswith("Above 10 dimensions")


def test_few_points_or_the_same_ones_over_and_over_are_refused() -> None:
    with pytest.raises(MethodError, match="999"):
        dimension(_cloud(2, count=999))
    with pytest.raises(MethodError, match="500"):
        dimension(np.tile(_cloud(2, count=500), (4, 1)))


def test_the_ratios_equal_those_from_all_distances_sorted() -> None:
    points = _cloud(5, count=700)
    apart = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)
    assert two_neighbours(points) == pytest.approx(apart[:, 2] / apart[:, 1], rel=1e-6)


def test_ratios_drawn_from_the_law_of_a_dimension_give_that_dimension() -> None:
    # in d dimensions a ratio exceeds m with probability m ** -d
    draws = np.random.default_rng(8).uniform(size=50_000) ** (-1 / 7)
    assert slope(draws) == pytest.approx(7, rel=0.02)


def test_the_interval_is_wider_where_the_points_of_an_utterance_hang_together() -> None:
    # every tenth utterance has points in a plane alone, the others in five dimensions
    plane, full = _cloud(2, count=400), _cloud(5, count=1600, seed=6)
    points = np.concatenate([plane, full + 50])
    together: Dimension = dimension(points, np.arange(2000) // 200)
    alone = dimension(points)
    assert together.high - together.low > 1.3 * (alone.high - alone.low)
