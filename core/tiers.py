"""What is said when: sentences, words, syllables, phones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from core.errors import ClipError
from core.text import _

TIERS = ("sentence", "word", "syllable", "phone")

EXACT_SECONDS = 1e-6
"""Rounding of times that is no overlap."""

NESTING_SECONDS = 2e-3
"""How far a phone may reach over the edge of its word before the two contradict each other."""

Rows = Iterable[tuple[str, Iterable["Interval"]]]


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

    @classmethod
    def of(cls, rows: Rows, seconds: float | None = None) -> "Tiers":
        """Check rows and sort the four known ones coarse to fine, others after them; any of them may be missing.

        Raises ClipError where intervals are out of order, overlap, lie outside the ``seconds`` of the clip, or where
        one of the four known rows crosses the edge of a labelled interval of a coarser one.
        """
        found = [(name, tuple(row)) for name, row in rows]
        for name, row in found:
            _check_order(name, row, seconds)
        if len({name for name, row in found}) < len(found):
            raise ClipError(_("Two rows of the annotation have the same name."), hint=_("Rename one of them."))
        found.sort(key=lambda item: TIERS.index(item[0]) if item[0] in TIERS else len(TIERS))
        known = [item for item in found if item[0] in TIERS]
        for coarse, fine in pairwise(known):
            _check_nesting(coarse, fine)
        return cls(tuple(found))

    def __iter__(self) -> Iterator[tuple[str, tuple[Interval, ...]]]:
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in dict(self.rows)

    def __getitem__(self, name: str) -> tuple[Interval, ...]:
        """Intervals of one row, silences included (their label is empty)."""
        return dict(self.rows)[name]

    def spoken(self, name: str) -> tuple[Interval, ...]:
        """Intervals of one row that have a label; empty where the row is unknown."""
        return tuple(item for item in self[name] if item.label) if name in self else ()

    def at(self, second: float) -> dict[str, Interval]:
        """What every row says at one moment, coarse to fine; a row that says nothing there is left out."""
        return {name: item for name, row in self for item in row if item.start <= second < item.end and item.label}

    def cut(self, start: float, end: float) -> "Tiers":
        """Keep what lies between two moments in seconds, cut at them; time begins anew at ``start``."""
        return Tiers(tuple((name, tuple(_cut_row(row, start, end))) for name, row in self))


def _cut_row(row: tuple[Interval, ...], start: float, end: float) -> Iterator[Interval]:
    for item in row:
        first, last = max(item.start, start), min(item.end, end)
        if last > first:
            yield Interval(first - start, last - start, item.label)


def _check_order(name: str, row: tuple[Interval, ...], seconds: float | None) -> None:
    last = float("inf") if seconds is None else seconds
    before = 0.0
    for item in row:
        # a comparison with a value that is not a number is false, so that such times are refused too
        if not (before - EXACT_SECONDS <= item.start < item.end <= last + EXACT_SECONDS):
            raise ClipError(
                _("The row {name} of the annotation is not in order at {label}, {second:.3f} s.").format(
                    name=name, label=item.label or "–", second=item.start
                ),
                hint=_("Intervals must follow one another, without overlap, inside the sound."),
            )
        before = item.end


def _check_nesting(coarse: tuple[str, tuple[Interval, ...]], fine: tuple[str, tuple[Interval, ...]]) -> None:
    (outer_name, outer_row), (inner_name, inner_row) = coarse, fine
    wholes = [item for item in outer_row if item.label]
    position = 0
    for part in (item for item in inner_row if item.label):
        while position < len(wholes) and wholes[position].end <= part.start + NESTING_SECONDS:
            position += 1
        if position < len(wholes) and _crosses(part, wholes[position]):
            raise ClipError(
                _("{part} ({inner}) crosses the edge of {whole} ({outer}) near {second:.3f} s.").format(
                    part=part.label,
                    inner=inner_name,
                    whole=wholes[position].label,
                    outer=outer_name,
                    second=part.start,
                ),
                hint=_("Every phone lies in one syllable, every syllable in one word, every word in one sentence."),
            )


def _crosses(part: Interval, whole: Interval) -> bool:
    apart = part.end <= whole.start + NESTING_SECONDS
    inside = part.start >= whole.start - NESTING_SECONDS and part.end <= whole.end + NESTING_SECONDS
    return not (apart or inside)
