"""What is worked out once for every part of before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from core.dataset.home import home
from core.dataset.prepared import PreparedSet
from core.evaluation import calibration
from core.evaluation.calibration import Floor, Reliability
from core.evaluation.compare import Comparison, compare, flips, title
from core.evaluation.errors import ErrorAnalysis, analyse
from core.evaluation.intervals import Estimate, estimate, estimates
from core.evaluation.metrics import PRECISION, RECALL, Metric, confusion
from core.evaluation.paired import Flips
from core.evaluation.predictions import Predictions
from core.finetuning.outcome import Outcome
from pages._kit import engine

PARTS = {"precision": PRECISION, "recall": RECALL}


@dataclass(frozen=True, eq=False)
class Judged:
    """A run as the page shows it.

    whole   estimates of every metric for everyone, {metric: {who: estimate}}
    errors  where the taught copy goes wrong
    """

    outcome: Outcome
    data: PreparedSet
    comparison: Comparison
    flips: Flips
    whole: dict[str, dict[str, Estimate]]
    errors: ErrorAnalysis

    @property
    def partner(self) -> Predictions:
        """The fair "before" that the taught copy is compared with."""
        return self.comparison.partner.predictions

    @property
    def after(self) -> Predictions:
        """What the taught copy said."""
        return self.outcome.after

    @property
    def everyone(self) -> tuple[Predictions, ...]:
        """All that were asked, the taught copy last."""
        return (*self.outcome.before, self.outcome.after)

    def places(self, rows: Sequence[int] | Int64[np.ndarray, " rows"]) -> tuple[int, ...]:
        """Turn places within the test into places within the set."""
        return tuple(int(self.after.items[row]) for row in rows)

    def row(self, place: int) -> int | None:
        """Find where a sound of the set stands within the test; None where it took no part."""
        found = np.flatnonzero(self.after.items == place)
        return int(found[0]) if found.size else None


def judged(outcome: Outcome) -> Judged:
    """Compare before and after, once for everyone who looks at this run."""
    data = prepared(outcome)
    return engine.once(("judged", outcome.run), lambda: _judge(outcome, data))


def prepared(outcome: Outcome) -> PreparedSet:
    """Open the sounds of a run; DatasetError where they are gone."""
    from core.dataset.preparing import open_prepared

    return engine.store().get(("set", outcome.data), lambda: open_prepared(home() / "sets" / outcome.data))


def _judge(outcome: Outcome, data: PreparedSet) -> Judged:
    comparison = compare(outcome.before, outcome.after)
    return Judged(
        outcome,
        data,
        comparison,
        flips(comparison.partner.predictions, outcome.after),
        {
            metric.name: {said.name: estimate(metric, said) for said in (*outcome.before, outcome.after)}
            for metric in calibration.METRICS
        },
        analyse(data, outcome.after),
    )


def per_class(found: Judged, name: str) -> list[tuple[str, tuple[Estimate, ...]]]:
    """Give one number per class, before and after."""
    metric: Metric = PARTS[name]
    return engine.once(
        ("per class", found.outcome.run, name),
        lambda: [(who(said.name), estimates(metric, said)) for said in (found.partner, found.after)],
    )


def reliable(found: Judged) -> tuple[Reliability, Reliability, Floor]:
    """Give the reliability of before and after, and the floor of the after."""
    return engine.once(
        ("reliable", found.outcome.run),
        lambda: (
            calibration.reliability(found.partner),
            calibration.reliability(found.after),
            calibration.floor(found.after),
        ),
    )


def counts(said: Predictions) -> Int64[np.ndarray, "classes classes"]:
    """Count what was called what."""
    return confusion(said)


def who(name: str) -> str:
    """Name who answered, in words for a person."""
    return title(name)
