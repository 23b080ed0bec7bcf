"""How long work tells of its progress without knowing who listens."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One unit of work done, out of a known total."""

    done: int
    total: int
    note: str = ""

    @property
    def fraction(self) -> float:
        """Share of the work that is done, 0 to 1."""
        return self.done / self.total


Report = Callable[[Step], None]
PARTS = 1000  # steps that a whole of several parts is told in


def silent(step: Step) -> None:
    """Listen to nothing."""


def between(report: Report, first: float, last: float) -> Report:
    """Report one part of a work, from ``first`` to ``last`` of it, as a part of the whole."""
    return lambda step: report(Step(round(PARTS * (first + (last - first) * step.fraction)), PARTS, step.note))
