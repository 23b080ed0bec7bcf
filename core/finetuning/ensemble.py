"""Let several kept runs answer together."""

from collections.abc import Sequence

import numpy as np

from core.errors import DatasetError
from core.evaluation.predictions import Predictions
from core.finetuning.outcome import Outcome
from core.text import _

NAME = "together"


def average(outcomes: Sequence[Outcome]) -> Predictions:
    """Average the probabilities of runs that were tested on the same sounds.

    DatasetError where there are fewer than two, or where sounds or classes differ: a run that has learned from a sound
    that tests another one would make the average look better than it is.
    """
    if len(outcomes) < 2:
        raise DatasetError(_("One run alone cannot be averaged."), hint=_("Keep at least two runs on the same sounds."))
    first = outcomes[0].after
    for outcome in outcomes[1:]:
        after = outcome.after
        if (
            (outcome.data, after.labels) != (outcomes[0].data, first.labels)
            or not np.array_equal(after.items, first.items)
            or not np.array_equal(after.targets, first.targets)
        ):
            raise DatasetError(
                _("These runs were not tested on the same sounds."),
                hint=_("Choose runs on the same data, with the same split and the same seed of the split."),
            )
    mean = np.mean([outcome.after.probabilities for outcome in outcomes], axis=0)
    return Predictions(NAME, first.items, first.targets, mean / mean.sum(1, keepdims=True), first.labels, first.groups)
