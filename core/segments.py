"""Gather frames into words, phones, symbols or equal windows, and the silences between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from core.errors import MethodError
from core.text import _
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis

SILENCE = "·"
REST = "…"
MOST = 40  # segments that BertViz draws without becoming slow


@dataclass(frozen=True)
class Segment:
    """A stretch of a clip and the frames whose centres lie in it.

    start, end   seconds
    first, stop  frames, stop not included
    """

    label: str
    start: float
    end: float
    first: int
    stop: int

    @property
    def frames(self) -> slice:
        """Frames of the segment."""
        return slice(self.first, self.stop)


def of_tier(tiers: Tiers, name: str, axis: TimeAxis, seconds: float) -> tuple[Segment, ...]:
    """Turn a row of tiers into segments that cover all frames.

    Raises MethodError where the row says nothing.
    """
    spoken = tiers.spoken(name)
    if not spoken:
        raise MethodError(
            _("Nothing is written under this clip that could be gathered into pieces."),
            hint=_("Choose equal windows instead."),
        )
    return of_intervals(spoken, axis, seconds)


def of_intervals(intervals: Iterable[Interval], axis: TimeAxis, seconds: float) -> tuple[Segment, ...]:
    """Turn ordered intervals, such as CTC symbols, into segments; what lies between becomes silence.

    Every frame belongs to the interval that holds its centre; an interval between two centres has no frame and is left
    out.
    """
    centres = axis.centres()
    owner = np.full(axis.count, -1)
    known = [interval for interval in intervals if interval.label]
    for index, interval in enumerate(known):
        owner[(centres >= interval.start) & (centres < interval.end)] = index
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    stops = np.r_[starts[1:], axis.count]
    pieces = [
        (known[owner[first]] if owner[first] >= 0 else None, int(first), int(stop))
        for first, stop in zip(starts, stops, strict=True)
    ]
    edges = _edges(pieces, centres, axis, seconds)
    return tuple(
        Segment(piece.label if piece else SILENCE, edges[at], edges[at + 1], first, stop)
        for at, (piece, first, stop) in enumerate(pieces)
    )


def _edges(
    pieces: Sequence[tuple[Interval | None, int, int]], centres: np.ndarray, axis: TimeAxis, seconds: float
) -> list[float]:
    """Place the borders: where an interval begins or ends, else half-way between two frames."""
    edges = [0.0]
    for (left, _first, stop), (right, _start, _stop) in pairwise(pieces):
        middle = float(centres[stop] - axis.step / 2)
        edges.append(right.start if right else left.end if left else middle)
    return [*edges, max(seconds, edges[-1])]


def windows(axis: TimeAxis, seconds: float, count: int = 20) -> tuple[Segment, ...]:
    """Cut the frames into at most ``count`` equal windows, labelled with their middle in seconds."""
    cuts = np.unique(np.linspace(0, axis.count, min(count, axis.count) + 1).round().astype(int))
    borders = axis.start + axis.step * (cuts - 0.5)
    borders[0], borders[-1] = 0.0, max(seconds, float(borders[-2]))
    return tuple(
        Segment(f"{(start + end) / 2:.2f} s", float(start), float(end), int(first), int(stop))
        for start, end, first, stop in zip(borders, borders[1:], cuts, cuts[1:], strict=False)
    )


def limited(segments: Sequence[Segment], around: float, most: int = MOST) -> tuple[Segment, ...]:
    """Keep at most ``most`` segments, those nearest to ``around`` seconds; the rest at either side becomes one."""
    if len(segments) <= most:
        return tuple(segments)
    middle = min(range(len(segments)), key=lambda at: abs((segments[at].start + segments[at].end) / 2 - around))
    kept = most - 2
    first = min(max(middle - kept // 2, 0), len(segments) - kept)
    before, after = segments[:first], segments[first + kept :]
    ends = tuple([_merged(part)] if part else [] for part in (before, after))
    return (*ends[0], *segments[first : first + kept], *ends[1])


def within(segments: Sequence[Segment], start: float, end: float) -> tuple[int, ...]:
    """List the segments that overlap a region in seconds."""
    return tuple(at for at, item in enumerate(segments) if item.start < end and item.end > start)


def _merged(segments: Sequence[Segment]) -> Segment:
    return replace(segments[0], label=REST, end=segments[-1].end, stop=segments[-1].stop)
