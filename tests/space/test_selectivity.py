"""A unit is called selective where it is, and not where it is not."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.errors import MethodError
from core.space import directions, selectivity
from core.space.directions import Asked, direction, halves
from core.space.gallery import gallery
from core.space.selectivity import auroc, dissect, judge
from tests.space import planted


def test_the_area_under_the_curve_is_that_of_scikit_learn_ties_included() -> None:
    random = np.random.default_rng(0)
    values = random.integers(0, 6, (200, 4)).astype(float)
    masks = random.random((3, 200)) < 0.3
    from scipy.stats import rankdata

    found = auroc(masks, rankdata(values, axis=0))
    for label in range(3):
        for unit in range(4):
            assert found[label, unit] == pytest.approx(roc_auc_score(masks[label], values[:, unit]), abs=1e-12)


def test_a_unit_that_follows_a_phone_is_found_and_named() -> None:
    bank = planted.bank()
    bank = planted.with_unit(bank, 1, 5, planted.is_phone(bank, "s"))
    first, *others = dissect(bank, 1)
    assert (first.unit, first.about, first.label) == (5, "phone", "s")
    assert first.auroc >= 0.99
    assert first.selective
    assert not [one for one in others if one.selective]


@pytest.mark.parametrize("about", ["pitch", "loudness"])
def test_a_unit_that_follows_how_high_or_loud_it_is_is_found(about: str) -> None:
    bank = planted.bank()
    bank = planted.with_unit(bank, 1, 2, getattr(bank, about).astype(float), 0.01)
    first = dissect(bank, 1)[0]
    assert (first.unit, first.about, first.selective) == (2, about, True)
    # each recording is judged by its own middle, and their middles differ a little
    assert first.auroc > 0.95


def test_a_unit_that_follows_a_voice_is_found() -> None:
    bank = planted.bank()
    speaks = np.array([row.speaker == "ben" for row in bank.segments.rows], float)
    bank = planted.with_unit(bank, 1, 2, speaks)
    first = judge(bank, direction(bank, 1, Asked("unit", 2)))[0]
    assert (first.about, first.label) == ("speaker", "ben")
    assert first.auroc >= 0.99
    assert first.selective


def test_a_unit_of_one_recording_is_not_taken_for_one_of_a_voice() -> None:
    bank = planted.bank()
    once = np.array([row.utterance == 1 for row in bank.segments.rows], float)
    bank = planted.with_unit(bank, 1, 2, once)
    assert not [one for one in judge(bank, direction(bank, 1, Asked("unit", 2))) if one.selective]


def test_units_of_noise_are_not_called_selective_more_than_the_twentieth_part_of_the_time() -> None:
    units = 120
    bank = planted.bank(seed=3, units=units)
    judged = [judge(bank, direction(bank, 1, Asked("unit", unit)))[0] for unit in range(units)]
    # of 120, 6 are expected at the level of 5 %, and 12 or more come with a chance of 2 %
    assert sum(one.selective for one in judged) < 12
    # asked all at once, hardly any layer of noise has even one
    layers = [dissect(planted.bank(seed=seed), 1)[0] for seed in range(10, 20)]
    assert sum(one.selective for one in layers) <= 2


def test_units_that_change_slowly_are_not_taken_for_units_of_a_pitch_that_changes_slowly() -> None:
    moments = planted.MOMENTS
    found = 0
    for seed in range(10):
        bank, random = planted.bank(seed=seed), np.random.default_rng(seed)
        places = bank.segments.places("moment")

        def slow() -> np.ndarray:
            steps = np.cumsum(random.standard_normal((planted.RECORDINGS, moments)), 1)  # noqa: B023  used at once
            return (steps - steps.mean(1, keepdims=True)).reshape(-1).astype(np.float32)

        pitch, scores = bank.pitch.copy(), bank.scores[1].copy()
        pitch[places] = 150 + slow()
        scores[places] = np.stack([slow() for _unit in range(planted.UNITS)], 1)
        bank = replace(bank, pitch=pitch, scores={**bank.scores, 1: scores})
        found += any(one.selective for one in dissect(bank, 1))
    assert found <= 2


def test_a_direction_is_judged_on_recordings_that_it_was_not_learned_from() -> None:
    bank = planted.bank()
    bank = planted.with_unit(bank, 1, 4, 3 * planted.is_phone(bank, "iy"))
    found = direction(bank, 1, Asked("difference", a="iy", b="t"))
    learned, held_out = halves(bank)
    assert found.learned == learned
    assert not learned & held_out
    assert learned | held_out == frozenset(range(planted.RECORDINGS))
    assert np.abs(found.weight).argmax() == 4
    assert np.linalg.norm(found.weight) == pytest.approx(1, abs=1e-5)
    first = judge(bank, found)[0]
    assert (first.label, first.selective) == ("iy", True)


def test_a_main_direction_is_that_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    bank = planted.bank()
    bank = planted.with_unit(bank, 1, 3, 6 * planted.is_phone(bank, "t"))
    found = direction(bank, 1, Asked("principal", 0))
    moments = bank.of("moment")
    inside = [row.utterance in found.learned for row in moments.rows]
    theirs = PCA(1).fit(bank.scores[1][bank.segments.places("moment")].astype(float)[inside]).components_[0]
    assert abs(float(found.weight @ theirs)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "asked",
    [
        Asked("unit", 99),
        Asked("principal", 99),
        Asked("difference", a="aa", b="zh"),
        Asked("difference", a="aa", b="aa"),
    ],
)
def test_a_direction_that_is_not_there_is_refused_with_the_way_on(asked: Asked) -> None:
    with pytest.raises(MethodError) as refused:
        direction(planted.bank(), 1, asked)
    assert refused.value.hint


def test_the_gallery_shows_what_lies_furthest_one_moment_of_each_recording() -> None:
    bank = planted.bank()
    moments = bank.segments.places("moment")
    values = np.zeros(len(bank.segments))
    values[moments] = np.arange(len(moments))
    bank = planted.with_unit(bank, 1, 0, values / len(moments), 0.0)
    found = gallery(bank, direction(bank, 1, Asked("unit", 0)))
    rows = bank.of("moment").rows
    last = [rows[place].utterance for place in found.most]
    assert last == list(range(planted.RECORDINGS - 1, planted.RECORDINGS - 10, -1))
    assert [rows[place].utterance for place in found.least] == list(range(9))
    assert found.counts.sum() == len(moments)
    assert (found.top, found.recordings) == (10, 1)  # the highest hundredth of 960 moments lies in the last recording
    assert found.sound.shape == (80, 41)


def test_what_is_asked_is_written_with_its_warning() -> None:
    assert "detector" in directions.CAVEAT
    assert selectivity.LEVEL == 0.05
