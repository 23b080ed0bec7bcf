"""The shares of a mixture of layers find the layer that holds the answer, and say when they are not steady."""

import numpy as np
import pytest

from core.errors import MethodError
from core.layer_use import Task, layer_normed, layer_use, overlap, share_right
from core.vectors.vectors import Vectors

RNG = np.random.default_rng(41)
CLASSES, WIDTH, COUNT = 6, 32, 1200
LABELS = RNG.integers(0, CLASSES, COUNT)
TASK = Task(
    "phone",
    LABELS,
    tuple("abcdef"),
    np.arange(700),
    np.arange(700, 850),
    np.arange(850, COUNT),
    tuple(f"voice {place % 8}" for place in range(COUNT)),
)


def _vectors(strengths: dict[int, float], loudness: float = 1.0) -> Vectors:
    """Layers of noise in which the classes lie as far apart as ``strengths`` says; later ones are louder."""
    places = RNG.normal(size=(CLASSES, WIDTH))
    return Vectors.holding(
        {
            stop: ((strength * places[LABELS] + RNG.normal(size=(COUNT, WIDTH))) * loudness**stop).astype(np.float32)
            for stop, strength in strengths.items()
        }
    )


def test_the_layer_that_alone_holds_the_classes_gets_the_largest_share() -> None:
    with _vectors({0: 0.0, 1: 0.0, 2: 0.6, 3: 0.0}, loudness=5.0) as vectors:
        found = layer_use(vectors, TASK)
    assert found.most == found.best == 2
    assert found.weights[2] > 0.6
    assert found.weights.sum() == pytest.approx(1) and found.contribution.sum() == pytest.approx(1)
    assert found.agreement > 0.8 and not found.caution
    assert found.mixture.value > found.majority + 0.3
    assert found.single.groups == 8


def test_a_loud_layer_that_holds_nothing_gets_no_share_for_its_loudness() -> None:
    with _vectors({0: 0.6, 1: 0.0}, loudness=100.0) as vectors:
        found = layer_use(vectors, TASK)
    assert found.contribution[0] > 0.75


def test_layers_that_hold_the_same_leave_the_shares_open_and_it_says_so() -> None:
    same = 0.8 * RNG.normal(size=(CLASSES, WIDTH))[LABELS] + RNG.normal(size=(COUNT, WIDTH))
    with Vectors.holding({stop: same.astype(np.float32) for stop in range(6)}) as vectors:
        found = layer_use(vectors, TASK)
    assert found.agreement < 0.8
    assert "many mixtures do equally well" in found.caution
    assert found.by_run.shape == (2, 6)


def test_convolutions_of_another_width_are_left_out() -> None:
    with Vectors.holding(
        {stop: RNG.normal(size=(COUNT, width)).astype(np.float32) for stop, width in ((-1, 16), (0, 32), (1, 32))}
    ) as vectors:
        assert layer_use(vectors, TASK).stops == (0, 1)


def test_the_same_seeds_give_the_same_shares() -> None:
    with _vectors({0: 0.2, 1: 0.5}) as vectors:
        first, second = (layer_use(vectors, TASK).weights for _twice in range(2))
    assert first == pytest.approx(second)


def test_too_little_to_learn_from_is_refused() -> None:
    few = Task("word", LABELS, TASK.classes, np.arange(199), np.arange(0), np.arange(200, 300), TASK.groups)
    with _vectors({0: 0.5}) as vectors, pytest.raises(MethodError, match="199"):
        layer_use(vectors, few)


def test_layer_norm_leaves_neither_mean_nor_loudness() -> None:
    values = np.array([[1.0, 3.0], [10.0, 30.0], [5.0, 5.0]], np.float32)
    assert layer_normed(values).tolist() == [[-1, 1], [-1, 1], [0, 0]]


def test_the_overlap_of_two_runs_is_what_they_have_in_common() -> None:
    assert overlap(np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])) == pytest.approx(0.5)
    assert overlap(np.array([[0.2, 0.8]])) == 1.0


def test_the_interval_of_a_share_draws_voices() -> None:
    right = np.arange(200) < 100
    by_voice = share_right(right, [str(place // 20) for place in range(200)])
    by_clip = share_right(right, [""] * 200)
    assert by_voice.value == by_clip.value == 0.5
    assert by_voice.high - by_voice.low > 2 * (by_clip.high - by_clip.low)
