"""The paired test agrees with scipy's binomial test and with the published table."""

import numpy as np
import pytest
from scipy.stats import binomtest

from core.errors import MethodError
from core.evaluation import paired
from tests.evaluation.made import said


@pytest.mark.parametrize(("fixed", "broken"), [(10, 2), (25, 10), (0, 0), (1, 0), (5, 5), (3, 40), (900, 800)])
def test_mcnemar_agrees_with_the_binomial_test_of_scipy(fixed: int, broken: int) -> None:
    reference = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert paired.mcnemar(fixed, broken) == pytest.approx(reference, abs=1e-12)


def test_mcnemar_gives_the_numbers_of_the_literature() -> None:
    assert paired.mcnemar(10, 2) == pytest.approx(0.039, abs=5e-4)
    assert paired.mcnemar(25, 10) == pytest.approx(0.017, abs=5e-4)


def test_flips_are_found_and_the_surest_come_first() -> None:
    true = np.zeros(6, int)
    before, after = said(true, [0, 1, 1, 0, 1, 0]), said(true, [0, 0, 0, 1, 1, 0])
    after.probabilities[2] = [0.6, 0.2, 0.2]
    changed = paired.flips(before, after)
    assert changed.fixed.tolist() == [1, 2]
    assert changed.broken.tolist() == [3]
    found = paired.paired(before, after)
    assert (found.fixed, found.broken, found.both_right, found.both_wrong) == (2, 1, 2, 1)
    assert found.difference.value == pytest.approx(1 / 6)
    assert not found.clear


def test_no_change_at_all_is_not_certainty_that_there_is_none() -> None:
    same = said(np.zeros(20, int), [0] * 15 + [1] * 5)
    found = paired.paired(same, same)
    assert found.p == 1.0
    assert found.difference.low < 0 < found.difference.high


def test_answers_to_other_sounds_cannot_be_compared() -> None:
    with pytest.raises(MethodError, match="same sounds"):
        paired.paired(said([0, 1], [0, 1]), said([1, 0], [0, 1]))
