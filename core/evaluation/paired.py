"""Whether a change between two classifiers is more than chance, on the same clips."""

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int64

from core.errors import MethodError
from core.evaluation.intervals import NORMAL, Estimate, difference
from core.evaluation.metrics import ACCURACY
from core.evaluation.predictions import Predictions
from core.text import _

LIKELY_CHANCE = 0.05
"""From this p value on, a difference is not told from chance."""


@dataclass(frozen=True, eq=False)
class Flips:
    """Places, within the predictions, of the clips whose answer changed between wrong and right."""

    fixed: Int64[np.ndarray, " fixed"]
    broken: Int64[np.ndarray, " broken"]


@dataclass(frozen=True)
class Paired:
    """Two classifiers on the same clips.

    fixed, broken           clips that only the second, and only the first, answers right
    both_right, both_wrong  all others
    p           of McNemar's exact test: how often chance alone makes fixed and broken differ this much or more
    difference  accuracy after minus before, with its interval
    """

    fixed: int
    broken: int
    both_right: int
    both_wrong: int
    p: float
    difference: Estimate

    @property
    def clear(self) -> bool:
        """Whether the test and the interval both rule chance out."""
        return self.p < LIKELY_CHANCE and self.difference.excludes_zero


def flips(before: Predictions, after: Predictions) -> Flips:
    """Find the clips that were fixed and those that were broken, surest answers first."""
    _check_same(before, after)
    certain = after.probabilities.max(axis=1)
    fixed = np.flatnonzero(after.correct & ~before.correct)
    broken = np.flatnonzero(before.correct & ~after.correct)
    return Flips(*(places[np.argsort(-certain[places], kind="stable")] for places in (fixed, broken)))


def mcnemar(fixed: int, broken: int) -> float:
    """Return the two-sided p value of McNemar's exact test (a binomial test of fixed against broken at one half).

    It takes clips to be independent of each other; where clips share speakers, read it beside the interval.
    """
    from scipy.special import bdtr

    changed = fixed + broken
    return min(1.0, 2 * float(bdtr(min(fixed, broken), changed, 0.5))) if changed else 1.0


def paired(before: Predictions, after: Predictions, seed: int = 0) -> Paired:
    """Compare two classifiers on the same clips; MethodError where the clips are not the same, in the same order."""
    changed = flips(before, after)
    fixed, broken = len(changed.fixed), len(changed.broken)
    return Paired(
        fixed,
        broken,
        int((before.correct & after.correct).sum()),
        int((~before.correct & ~after.correct).sum()),
        mcnemar(fixed, broken),
        _at_least_by_clip(difference(ACCURACY, before, after, seed), fixed, broken),
    )


def _at_least_by_clip(found: Estimate, fixed: int, broken: int) -> Estimate:
    """Where all draws are alike, give the interval of Agresti & Min (2005) for paired shares: never a width of zero."""
    if found.high - found.low > 1e-12:
        return found
    b, c, n = fixed + 0.5, broken + 0.5, found.n + 2
    half = NORMAL * math.sqrt(b + c - (b - c) ** 2 / n) / n
    low, high = min((b - c) / n - half, found.value), max((b - c) / n + half, found.value)
    return replace(found, low=max(low, -1.0), high=min(high, 1.0), method="clips")


def _check_same(before: Predictions, after: Predictions) -> None:
    same = np.array_equal(before.items, after.items) and np.array_equal(before.targets, after.targets)
    if not same or before.labels != after.labels:
        raise MethodError(
            _("Before and after were not tested on the same sounds with the same classes."),
            hint=_("Test both on one and the same held-out part."),
        )
