"""One measured figure and the bound it is held against."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A figure, what was measured, and the most or the least it may be; neither means that it is only reported."""

    name: str
    measured: float
    unit: str
    bound: float | None = None
    note: str = ""
    least: float | None = None

    @property
    def verdict(self) -> str:
        """Say ok, short, or told (no bound)."""
        if self.bound is None and self.least is None:
            return "told"
        within = self.bound is None or self.measured <= self.bound
        return "ok" if within and (self.least is None or self.measured >= self.least) else "short"

    def row(self) -> str:
        """One line of the printed table."""
        bound = "" if self.bound is None else f"<= {self.bound:g}"
        bound = bound if self.least is None else f">= {self.least:g}"
        return f"{self.name:58s} {self.measured:10.3g} {self.unit:8s} {bound:12s} {self.verdict:5s} {self.note}"

    def record(self) -> dict[str, Any]:
        """The figure as it stands in latest.json."""
        return {**asdict(self), "verdict": self.verdict}
