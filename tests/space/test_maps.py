"""Maps of layers show what they say they show."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.errors import MethodError
from core.space import maps
from core.space.maps import MapSettings, embedded, methods, principal, principal_maps, smoothed, turned


def clouds(seed: int = 0, count: int = 60, units: int = 20) -> np.ndarray:
    """Three groups of points far apart in many dimensions."""
    random = np.random.default_rng(seed)
    centres = 8 * random.standard_normal((3, units))
    return (centres[np.arange(count) % 3] + random.standard_normal((count, units))).astype(np.float32)


def test_main_directions_are_those_of_scikit_learn() -> None:
    values = clouds() * np.linspace(0.1, 100, 20, dtype=np.float32) + 7
    found = principal(values)
    scores = (values - values.mean(0)) / values.std(0)
    fitted = PCA(2).fit(scores)
    theirs = fitted.transform(scores)
    for axis in range(2):
        assert abs(np.corrcoef(found.points[:, axis], theirs[:, axis])[0, 1]) == pytest.approx(1, abs=1e-4)
    assert found.share == pytest.approx(fitted.explained_variance_ratio_.sum(), abs=1e-5)
    # both directions are scaled alike: the map is not stretched
    assert found.points.std(0)[1] / found.points.std(0)[0] == pytest.approx(
        theirs.std(0)[1] / theirs.std(0)[0], abs=1e-3
    )
    assert (found.points**2).mean() == pytest.approx(1, abs=1e-4)


def test_a_stretch_of_the_corpus_falls_onto_its_own_point() -> None:
    values = clouds()
    found = principal(values)
    np.testing.assert_allclose(found.placed(values), found.points, atol=1e-4)
    of_neighbours = embedded(values, "tsne", MapSettings(perplexity=8.0))
    np.testing.assert_allclose(of_neighbours.placed(values[:5]), of_neighbours.points[:5], atol=0.02)


def test_a_map_is_turned_towards_the_one_before_without_changing_a_distance() -> None:
    values = clouds()
    before = principal(values)
    angle = np.radians(70)
    mirror = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]], np.float32)
    back = turned(turned(before, before.points @ mirror), before.points)
    np.testing.assert_allclose(back.points, before.points, atol=1e-4)
    np.testing.assert_allclose(back.placed(values), before.points, atol=1e-4)
    off = turned(before, before.points @ mirror)
    np.testing.assert_allclose(np.linalg.norm(off.points, axis=1), np.linalg.norm(before.points, axis=1), atol=1e-4)


def test_a_layer_whose_units_are_in_another_order_shows_the_same_map() -> None:
    values = clouds()
    found = principal_maps({1: values, 2: -values[:, ::-1]})
    np.testing.assert_allclose(found[1].points, found[2].points, atol=1e-4)


@pytest.mark.parametrize("method", methods())
def test_the_same_settings_give_the_same_map_and_neighbours_are_kept(method: maps.Method) -> None:
    values = clouds()
    one, other = (principal(values), principal(values)) if method == "pca" else _twice(values, method)
    np.testing.assert_allclose(one.points, other.points, atol=1e-5)
    assert one.trust > 0.8
    random = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)
    assert maps.trust(one.standard.scores(values), random) < 0.65


def _twice(values: np.ndarray, method: maps.Method) -> tuple[maps.Map, maps.Map]:
    settings = MapSettings(perplexity=8.0)
    return embedded(values, method, settings), embedded(values, method, settings)


def test_too_few_stretches_are_refused_with_how_many_it_takes() -> None:
    with pytest.raises(MethodError, match="only 5") as refused:
        principal(clouds(count=5))
    assert "12" in refused.value.hint


def test_a_frame_is_averaged_with_its_neighbours_and_no_further() -> None:
    frames = np.array([[0.0], [0.0], [3.0], [0.0], [0.0]])
    assert smoothed(frames, 3)[:, 0].tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]
    assert smoothed(frames, 1)[:, 0].tolist() == [0.0, 0.0, 3.0, 0.0, 0.0]
