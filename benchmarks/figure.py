"""One measured figure and the bound it is held against."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A figure, what was measured, and the most it may be; ``bound`` None means that it is only reported."""

    name: str
    measured: float
    unit: str
    bound: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say ok, short, or told (no bound)."""
        if self.bound is None:
            return "told"
        return "ok" if self.measured <= self.bound else "short"

    def row(self) -> str:
        """One line of the printed table."""
        bound = "" if self.bound is None else f"<= {self.bound:g}"
        return f"{self.name:58s} {self.measured:10.3g} {self.unit:8s} {bound:12s} {self.verdict:5s} {self.note}"

    def record(self) -> dict[str, Any]:
        """The figure as it stands in latest.json."""
        return {**asdict(self), "verdict": self.verdict}
