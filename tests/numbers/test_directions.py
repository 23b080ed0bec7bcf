"""Colours from main directions are the same each time, shared by clips, and free of loudness where that is asked."""

from pathlib import Path

import numpy as np
import pytest

from core import directions
from core.errors import MethodError

RNG = np.random.default_rng(2)


def _clip(seed: int = 3, frames: int = 120, width: int = 30) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(frames, width)) * np.linspace(3, 0.3, width)
    mixing = np.random.default_rng(99).normal(size=(width, width))
    return (values @ mixing).astype(np.float32)


def test_the_same_clip_twice_has_the_same_colours() -> None:
    first, second = (directions.colours(directions.fit(_clip()), _clip()) for _ in range(2))
    assert (first == second).all()
    assert first.dtype == np.uint8
    assert first.shape == (120, 3)


def test_two_clips_share_a_basis_so_equal_moments_have_equal_colours() -> None:
    basis = directions.fit(np.concatenate([_clip(3), _clip(4)]), origin="reference")
    other = _clip(4)
    other[10] = _clip(3)[40]
    assert (directions.colours(basis, other)[10] == directions.colours(basis, _clip(3))[40]).all()
    assert basis.origin == "reference"
    assert basis.frames == 240


@pytest.mark.parametrize(("frames", "width"), [(120, 30), (40, 90)])
def test_directions_agree_with_scikit_learn(frames: int, width: int) -> None:
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    values = _clip(5, frames, width)
    standard = StandardScaler().fit_transform(values.astype(float))
    reference = PCA(3, svd_solver="full").fit(standard)
    found = directions.fit(values)
    assert found.explained == pytest.approx(reference.explained_variance_ratio_, abs=1e-5)
    assert np.abs((found.axes * reference.components_).sum(1)) == pytest.approx(np.ones(3), abs=1e-5)
    expected = (standard @ reference.components_.T) * np.sign((found.axes * reference.components_).sum(1))
    assert directions.scores(found, values) == pytest.approx(expected, abs=1e-3)


def test_signs_are_fixed_by_the_largest_entry() -> None:
    found = directions.fit(_clip())
    assert (found.axes[np.arange(3), np.abs(found.axes).argmax(1)] > 0).all()


def test_three_planted_directions_are_all_that_is_explained() -> None:
    values = (RNG.normal(size=(300, 3)) @ RNG.normal(size=(3, 20))).astype(np.float32)
    assert directions.fit(values).share == pytest.approx(1.0, abs=1e-4)


def test_colours_use_the_full_range_and_cut_two_percent_at_each_end() -> None:
    painted = directions.colours(directions.fit(_clip(frames=1000)), _clip(frames=1000))
    assert (painted == 0).mean(0) == pytest.approx(np.full(3, 0.02), abs=0.005)
    assert (painted == 255).mean(0) == pytest.approx(np.full(3, 0.02), abs=0.005)


def test_without_loudness_no_direction_follows_it() -> None:
    loudness = np.linspace(-60, -10, 120).astype(np.float32)
    values = _clip() + np.outer(loudness, np.full(30, 2.0)).astype(np.float32)
    left_in = directions.scores(directions.fit(values), values)
    taken_out = directions.fit(values, loudness)
    scores = directions.scores(taken_out, values, loudness)
    assert abs(np.corrcoef(left_in[:, 0], loudness)[0, 1]) > 0.9
    assert max(abs(np.corrcoef(scores[:, at], loudness)[0, 1]) for at in range(3)) < 1e-3
    with pytest.raises(ValueError, match="loudness"):
        directions.scores(taken_out, values)


def test_a_layer_that_only_turns_the_one_before_keeps_its_colours() -> None:
    layer = _clip(6, 200, 30)
    swapped = -layer[:, ::-1]
    first, second = directions.fit_layers([layer, swapped])
    assert directions.colours(first, layer) == pytest.approx(directions.colours(second, swapped), abs=1)


def test_layers_of_other_lengths_are_fitted_on_their_own() -> None:
    found = directions.fit_layers([_clip(1, 100), _clip(2, 50)], loudness=np.zeros(100, dtype=np.float32))
    assert [item.frames for item in found] == [100, 50]
    assert np.isnan(found[1].loudness)


def test_what_is_saved_is_what_is_read(tmp_path: Path) -> None:
    fitted = {0: directions.fit(_clip(1)), 7: directions.fit(_clip(2), origin="reference")}
    directions.save(tmp_path / "basis.npz", fitted)
    read = directions.load(tmp_path / "basis.npz")
    assert list(read) == [0, 7]
    assert read[7].origin == "reference"
    assert (directions.colours(read[7], _clip(2)) == directions.colours(fitted[7], _clip(2))).all()


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(MethodError):
        directions.fit(_clip(frames=9))


def test_silence_has_colours_too() -> None:
    painted = directions.colours(
        directions.fit(np.zeros((20, 8), dtype=np.float32)), np.zeros((20, 8), dtype=np.float32)
    )
    assert len(np.unique(painted, axis=0)) == 1
