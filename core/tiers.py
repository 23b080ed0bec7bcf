"""What is said when: sentences, words, syllables, phones."""

from collections.abc import Iterator
from dataclasses import dataclass

TIERS = ("sentence", "word", "syllable", "phone")


@dataclass(frozen=True)
class Interval:
    """A stretch of a clip with a name; start and end in seconds."""

    start: float
    end: float
    label: str

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True)
class Tiers:
    """Named rows of intervals, coarse to fine; intervals are ordered and do not overlap within a row."""

    rows: tuple[tuple[str, tuple[Interval, ...]], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, tuple[Interval, ...]]]:
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __contains__(self, name: str) -> bool:
        return any(name == row for row, _ in self.rows)

    def __getitem__(self, name: str) -> tuple[Interval, ...]:
        """Intervals of one row, silences included (their label is empty)."""
        return dict(self.rows)[name]

    def spoken(self, name: str) -> tuple[Interval, ...]:
        """Intervals of one row that have a label; empty where the row is unknown."""
        return tuple(item for item in self[name] if item.label) if name in self else ()
