"""Control labels can only be learned by heart; shuffled ones cannot be learned at all."""

import numpy as np
import pytest

from core.probing.controls import cells, control, shuffled
from core.probing.curve_of import Heard, curve_of
from core.probing.ladder import Curve
from core.progress import silent
from tests.probing.hearing import planted_task, planted_vectors

COUNT, CLASSES = 3000, 5
TARGET = np.random.default_rng(3).integers(0, CLASSES, COUNT)
LABELS = ("a", "b", "c", "d", "e")
INPUTS = ("log-mel", "log-mel in context", "MFCC")


def _curve(task_name: str = "phone") -> Curve:
    task = planted_task(task_name, TARGET, LABELS)
    clear = {
        stop: planted_vectors(TARGET, CLASSES, clear=much) for stop, much in ((-1, 0.1), (0, 0.3), (1, 1), (2, 0.5))
    }
    chance = {stop: planted_vectors(TARGET, CLASSES, clear=0.0, seed=stop + 7) for stop in clear}
    inputs = {name: planted_vectors(TARGET, CLASSES, clear=0.2, seed=20) for name in INPUTS}
    opened = [{key: (lambda rows=rows: rows) for key, rows in part.items()} for part in (clear, chance, inputs)]
    return curve_of(task, Heard(*opened), 0, silent, "")[0]


def test_a_curve_peaks_where_the_class_is_clearest_and_stands_above_all_its_references() -> None:
    curve = _curve()
    assert curve.best == 1
    assert curve.interior
    best = curve.at(1).value
    assert best > curve.best_input[1].value + 0.15
    assert best > curve.random_at(1).value + 0.3
    assert curve.selectivity(1) > 0.3


def test_shuffled_labels_and_random_vectors_give_no_more_than_the_commonest_class() -> None:
    curve = _curve()
    assert curve.shuffled.value <= curve.majority + 0.1
    assert all(item.value <= curve.majority + 0.1 for item in curve.random)


def test_a_cell_keeps_its_control_label_everywhere_and_labels_follow_the_real_distribution() -> None:
    sound = np.random.default_rng(0).normal(size=(COUNT, 6)).astype(np.float32)
    taught = np.arange(2400)
    skewed = (np.random.default_rng(1).random(COUNT) < 0.2).astype(int)
    cell, count = cells(sound, taught)
    assert count == 200
    found = control(skewed, cell, taught)
    assert all(len(set(found[cell == one])) == 1 for one in np.unique(cell))
    assert found.mean() == pytest.approx(0.2, abs=0.1)


def test_few_items_get_few_cells() -> None:
    sound = np.random.default_rng(0).normal(size=(90, 6)).astype(np.float32)
    assert cells(sound, np.arange(60))[1] == 6


def test_shuffling_leaves_the_test_as_it_is() -> None:
    taught = np.arange(2000)
    found = shuffled(TARGET, taught)
    assert (found[2000:] == TARGET[2000:]).all()
    assert (found[:2000] != TARGET[:2000]).mean() > 0.5
    assert sorted(found[:2000]) == sorted(TARGET[:2000])


def test_the_same_seed_gives_the_same_curve() -> None:
    assert _curve() == _curve()
