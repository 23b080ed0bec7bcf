"""What is worked out once for every part of before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from core.dataset.home import home
from core.dataset.prepared import PreparedSet
from core.errors import DatasetError
from core.evaluation import calibration
from core.evaluation.calibration import Floor, Reliability
from core.evaluation.compare import Comparison, compare, flips, title
from core.evaluation.errors import ErrorAnalysis, analyse, confused, parts, worst
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

    data    the sounds; None where they are no longer on this computer
    whole   estimates of every metric for everyone, {metric: {who: estimate}}
    errors  where the taught copy goes wrong
    """

    outcome: Outcome
    data: PreparedSet | None
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
    return engine.once(("judged", outcome.run, data is None), lambda: _judge(outcome, data))


def prepared(outcome: Outcome) -> PreparedSet | None:
    """Open the sounds of a run; None where they are gone or are not those it was tested on."""
    from core.dataset.preparing import open_prepared

    folder = home() / "sets" / outcome.data
    if not folder.is_dir():
        return None
    try:
        data = engine.store().get(("set", outcome.data), lambda: open_prepared(folder))
    except DatasetError:
        return None
    return data if outcome.after.items.size and int(outcome.after.items.max()) < len(data.items) else None


def _judge(outcome: Outcome, data: PreparedSet | None) -> Judged:
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
        analyse(data, outcome.after) if data else _without_sounds(outcome.after),
    )


def _without_sounds(after: Predictions) -> ErrorAnalysis:
    """Say where it goes wrong as far as that can be told without length and loudness of the sounds."""
    labels = [after.labels[target] for target in after.targets]
    return ErrorAnalysis(
        worst(after), confused(after), parts("class", labels, after), parts("group", after.groups, after), (), ()
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
