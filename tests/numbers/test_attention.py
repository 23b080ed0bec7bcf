"""Measures of heads equal their closed forms; pooling and rollout keep every row a share of one."""

from itertools import pairwise

import numpy as np
import pytest

from core import attention
from core.errors import MethodError
from core.rollout import rollout, rollouts

FRAMES = 199
PLACE = np.arange(FRAMES)
DISTANCE = np.abs(PLACE[:, None] - PLACE[None, :])


def _rows(values: np.ndarray) -> np.ndarray:
    return (values / values.sum(-1, keepdims=True)).astype(np.float32)


UNIFORM = _rows(np.ones((FRAMES, FRAMES)))
IDENTITY = np.eye(FRAMES, dtype=np.float32)
COLUMN = _rows(np.tile(PLACE == 70, (FRAMES, 1)).astype(float))
BAND = _rows(np.exp(-DISTANCE / 3))
WIDE = _rows(np.exp(-DISTANCE / 60))
HEADS = np.stack([UNIFORM, IDENTITY, COLUMN, BAND, WIDE])
LOUDNESS = np.where(PLACE == 70, -80.0, -20.0).astype(np.float32)


@pytest.fixture(scope="module")
def found() -> attention.Measures:
    return attention.measures([HEADS], 0.02, LOUDNESS)


def test_closed_forms_hold_for_uniform_identity_column_and_band(found: attention.Measures) -> None:
    log = np.log(FRAMES)
    uniform_distance = (FRAMES**2 - 1) / (3 * FRAMES)  # mean |i - j| over all pairs
    assert found.globality[0, :3] == pytest.approx([log, 0.0, 0.0], abs=1e-3)
    assert found.verticality[0, :3] == pytest.approx([-log, -log, 0.0], abs=1e-3)
    assert found.diagonality[0, :2] == pytest.approx([-uniform_distance / FRAMES, 0.0], abs=1e-4)
    assert found.entropy[0, :2] == pytest.approx([1.0, 0.0], abs=1e-4)
    assert found.span[0, :2] == pytest.approx([0.02 * uniform_distance, 0.0], abs=1e-3)


def test_the_exponential_band_has_its_known_values(found: attention.Measures) -> None:
    # computed once from the formulas for 199 frames and a decay of 3 frames
    assert found.globality[0, 3] == pytest.approx(2.75, abs=0.005)
    assert found.diagonality[0, 3] == pytest.approx(-0.0145, abs=5e-5)
    assert found.span[0, 3] / 0.02 == pytest.approx(2.9, abs=0.05)


def test_entropy_agrees_with_scipy(found: attention.Measures) -> None:
    from scipy.stats import entropy

    assert found.globality[0, 3] == pytest.approx(entropy(BAND.astype(float), axis=1).mean(), abs=1e-4)
    assert found.verticality[0, 3] == pytest.approx(-entropy(BAND.astype(float).mean(0)), abs=1e-4)


def test_each_head_is_of_the_kind_in_which_it_ranks_highest(found: attention.Measures) -> None:
    names = [attention.KINDS[kind][0] for kind in found.kind[0]]
    assert names == ["global", "diagonal", "vertical", "diagonal", "global"]


def test_shares_on_edges_and_quiet_frames_are_what_was_planted(found: attention.Measures) -> None:
    assert found.edges[0, 0] == pytest.approx(2 / FRAMES)
    assert found.chance[0] == pytest.approx(2 / FRAMES)
    assert found.quiet[0, 2] == pytest.approx(1.0)
    assert found.quiet[0, 0] == pytest.approx(found.chance[1])


def test_one_frame_is_measured_without_a_warning() -> None:
    with np.errstate(all="raise"):
        single = attention.measures([np.ones((2, 1, 1), dtype=np.float32)], 0.02, np.zeros(1, dtype=np.float32))
    assert single.entropy.tolist() == [[0.0, 0.0]]


def _segments(*cuts: int) -> list[slice]:
    return [slice(first, stop) for first, stop in pairwise(cuts)]


def test_pooled_rows_still_sum_to_one() -> None:
    pooled = attention.pool(_rows(np.random.default_rng(0).random((3, 4, 50, 50))), _segments(0, 7, 8, 30, 50))
    assert pooled.shape == (3, 4, 4, 4)
    assert pooled.sum(-1) == pytest.approx(np.ones((3, 4, 4)), abs=1e-6)


def test_pooling_is_the_mean_of_queries_and_the_sum_of_keys_as_matrices() -> None:
    cuts = (0, 20, 90, 199)
    member = np.stack([(first <= PLACE) & (stop > PLACE) for first, stop in pairwise(cuts)]).astype(float)
    expected = (member / member.sum(1, keepdims=True)) @ BAND @ member.T
    assert attention.pool(BAND, _segments(*cuts)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("cuts", [[slice(0, 100)], [slice(0, 50), slice(60, FRAMES)], [slice(5, FRAMES)]])
def test_segments_that_leave_frames_out_are_a_mistake(cuts: list[slice]) -> None:
    with pytest.raises(ValueError, match="leave frames out"):
        attention.pool(BAND, cuts)


def test_a_region_looks_where_its_frames_look_and_is_seen_by_who_looks_there() -> None:
    shifted = np.roll(IDENTITY, 5, axis=1)[None]  # every frame looks five frames ahead
    assert np.flatnonzero(attention.looks_at(shifted, slice(10, 20))[0]).tolist() == list(range(15, 25))
    assert attention.looks_at(HEADS, slice(10, 20)).sum(1) == pytest.approx(np.ones(5), abs=1e-5)
    assert np.flatnonzero(attention.looked_at_by(shifted, slice(15, 25))[0]).tolist() == list(range(10, 20))


def test_a_head_that_looks_ahead_leads_by_as_much_and_one_that_looks_back_trails() -> None:
    ahead = np.eye(FRAMES, dtype=np.float32)[np.minimum(np.arange(FRAMES) + 2, FRAMES - 1)]
    expected = (2 * FRAMES - 3) / FRAMES * 0.02  # the last but one leads by one frame, the last by none
    assert attention.lead(ahead, 0.02) == pytest.approx(expected)
    assert attention.lead(ahead[::-1, ::-1].copy(), 0.02) == pytest.approx(-expected)
    assert attention.lead(IDENTITY, 0.02) == 0.0


def test_rollout_of_identities_is_the_identity_and_rows_sum_to_one() -> None:
    assert rollout([IDENTITY[None]] * 3) == pytest.approx(IDENTITY)
    assert rollout([HEADS] * 4).sum(1) == pytest.approx(np.ones(FRAMES), abs=1e-4)


def test_rollout_of_two_layers_is_worked_out_by_hand() -> None:
    first = np.array([[[0.0, 1.0], [0.0, 1.0]]], dtype=np.float32)
    second = np.array([[[1.0, 0.0], [1.0, 0.0]]], dtype=np.float32)
    # half identity, half attention: [[.5, .5], [0, 1]] below [[1, 0], [.5, .5]]
    assert rollout([first, second]) == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75]]))
    assert [step.tolist() for step in rollouts([first, second])] == [
        rollout([first]).tolist(),
        rollout([first, second]).tolist(),
    ]
    assert rollout([first, second], residual=0.0) == pytest.approx(np.array([[0.0, 1.0], [0.0, 1.0]]))


def test_layers_of_other_sizes_are_measured_over_the_same_time() -> None:
    half = np.full((2, 100, 100), 1 / 100, dtype=np.float32)
    found = attention.measures([HEADS, half], 0.02, LOUDNESS)
    assert found.kind.shape == (2, 5)
    assert found.kind[1, 2:].tolist() == [-1, -1, -1]
    assert np.isnan(found.span[1, 2:]).all()
    assert found.entropy[1, :2] == pytest.approx([1.0, 1.0], abs=1e-5)
    assert found.span[1, 0] == pytest.approx(found.span[0, 0], rel=1e-3)
    with pytest.raises(MethodError):
        rollout([HEADS, half])


def test_a_model_without_attention_is_refused_in_words() -> None:
    with pytest.raises(MethodError):
        attention.measures([], 0.02, LOUDNESS)
    with pytest.raises(MethodError):
        rollout([])
