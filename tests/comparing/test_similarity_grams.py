"""CKA over a corpus is the same unbiased CKA, between all layers of two models, with an interval that holds it."""

import numpy as np
import pytest

from core import similarity
from core.activity import z_scores
from core.errors import MethodError
from core.similarity_grams import cross_likeness

RNG = np.random.default_rng(31)
UTTERANCES = np.arange(600) // 6


def _noise(width: int, count: int = 600) -> np.ndarray:
    return RNG.normal(size=(count, width)).astype(np.float32)


def _song(k: np.ndarray, other: np.ndarray) -> float:
    """Unbiased HSIC as printed by Song et al. 2012."""
    n, one = len(k), np.ones(len(k))
    return (
        np.trace(k @ other)
        + (one @ k @ one) * (one @ other @ one) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one @ k @ other @ one)
    ) / (n * (n - 3))


def _explicit(x: np.ndarray, y: np.ndarray) -> float:
    grams = [values.astype(float) @ values.astype(float).T for values in (x, y)]
    for gram in grams:
        np.fill_diagonal(gram, 0)
    own = [_song(gram, gram) for gram in grams]
    return _song(*grams) / np.sqrt(own[0] * own[1])


def test_every_pair_equals_the_printed_formula_on_standardised_units() -> None:
    first, second = [_noise(40), _noise(700)], [_noise(30)]
    second.append(first[0][:, :25] + 0.5 * _noise(25))
    found = cross_likeness(first, second, UTTERANCES)
    expected = [[_explicit(z_scores(x), z_scores(y)) for y in second] for x in first]
    assert found.matrix == pytest.approx(np.array(expected), abs=1e-5)
    alone = similarity.cka(z_scores(first[0]), z_scores(second[1]))
    assert found.matrix[0, 1] == pytest.approx(alone, abs=1e-5)


def test_a_layer_is_fully_like_itself_and_like_every_rotation_of_itself() -> None:
    x = z_scores(_noise(50))
    turned = x @ np.linalg.qr(RNG.normal(size=(50, 50)))[0].astype(np.float32)
    own = cross_likeness([x, turned], None, UTTERANCES)
    assert own.matrix == pytest.approx(cross_likeness([x, turned], [x, turned], UTTERANCES).matrix, abs=1e-9)
    assert np.diag(own.matrix) == pytest.approx(np.ones(2), abs=1e-6)
    assert similarity.cka(x, turned) == pytest.approx(1, abs=1e-6)


def test_unrelated_models_of_any_width_score_zero_and_the_interval_holds_it() -> None:
    found = cross_likeness([_noise(768), _noise(64)], [_noise(512)], UTTERANCES)
    assert np.abs(found.matrix).max() < 0.02
    assert abs(found.chance) < 0.02
    assert (found.low <= 0.01).all() and (found.high >= -0.01).all()


def test_the_interval_holds_what_other_utterances_give() -> None:
    """Twenty corpora of the same two models: the interval of one of them holds nearly all of the others."""
    mixing = RNG.normal(size=(20, 40))

    def likeness() -> float:
        hidden = np.repeat(_noise(20, 100), 6, 0) + 0.5 * _noise(20)
        return similarity.cka(z_scores(hidden), z_scores((hidden @ mixing + 6 * _noise(40)).astype(np.float32)))

    hidden = np.repeat(_noise(20, 100), 6, 0) + 0.5 * _noise(20)
    found = cross_likeness([hidden], [(hidden @ mixing + 6 * _noise(40)).astype(np.float32)], UTTERANCES)
    others = np.array([likeness() for _each in range(20)])
    width = found.high[0, 0] - found.low[0, 0]
    assert 2 * others.std() < width < 8 * others.std()


def test_moments_are_thinned_out_where_they_are_many_and_refused_where_they_are_few() -> None:
    many = _noise(4, 2500)
    assert cross_likeness([many], [many], np.arange(2500) // 10).moments == 2000
    with pytest.raises(MethodError, match="499"):
        cross_likeness([_noise(4, 499)], [_noise(4, 499)], np.arange(499))
