"""Read and write Praat TextGrid, the annotation format of phonetics.

Praat reads such a file as a row of free-standing numbers, quoted strings and flags and skips every other word; that is
also what makes its long and its short format the same thing (Boersma and Weenink, Praat manual, "TextGrid file
formats").
"""

import codecs
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import chain, count
from math import isfinite

from core.errors import ClipError
from core.text import _, n_
from core.tiers import EXACT_SECONDS, TIERS, Interval, Tiers

LARGEST_BYTES = 5_000_000
MOST_TIERS = 100
MOST_INTERVALS = 200_000
LONGEST_NAME = 40

NAMES = {
    "sentences": "sentence",
    "utterance": "sentence",
    "utterances": "sentence",
    "words": "word",
    "syllables": "syllable",
    "phones": "phone",
    "phoneme": "phone",
    "phonemes": "phone",
    "segments": "phone",
}
"""What the four known rows are called by others, such as the Montreal Forced Aligner."""

ITEMS = re.compile(
    r'"((?:[^"]|"")*)"|(?<!\S)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)|(<exists>|<absent>)|![^\n]*'
)
"""A quoted string, a free-standing number, a flag, or a comment."""


@dataclass(frozen=True)
class TextGrid:
    """An annotation as it was read.

    tiers    the rows of intervals; time begins at zero
    seconds  length of the sound that it belongs to
    notices  sentences on what was left out
    """

    tiers: Tiers
    seconds: float
    notices: tuple[str, ...] = ()


def read(name: str, data: bytes) -> TextGrid:
    """Read a TextGrid in the long or the short format, in UTF-8, UTF-16 or Latin-1.

    Raises ClipError where it is no TextGrid, is cut short, or its intervals contradict each other.
    """
    if len(data) > LARGEST_BYTES:
        raise ClipError(_("{name} is too large for an annotation.").format(name=name))
    items = _Items(name, _decoded(name, data))
    start, end = _opening(items, name)
    rows, points = _rows(items, start) if items.flag() else ([], 0)
    notices = (
        n_(
            "{count} row of points in {name} was left out.", "{count} rows of points in {name} were left out.", points
        ).format(count=points, name=name),
    )
    return TextGrid(Tiers.of(rows, end - start), end - start, notices if points else ())


def write(tiers: Tiers, seconds: float) -> bytes:
    """Write rows as a TextGrid in the long format, UTF-8; gaps between intervals become empty ones."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {seconds!r}"]
    lines += ["tiers? <exists>", f"size = {len(tiers.rows)}", "item []:"]
    for number, (name, row) in enumerate(tiers, start=1):
        filled = tuple(_filled(row, seconds))
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f"        name = {_quoted(name)}"]
        lines += ["        xmin = 0", f"        xmax = {seconds!r}", f"        intervals: size = {len(filled)}"]
        for place, item in enumerate(filled, start=1):
            lines += [f"        intervals [{place}]:", f"            xmin = {item.start!r}"]
            lines += [f"            xmax = {item.end!r}", f"            text = {_quoted(item.label)}"]
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _filled(row: tuple[Interval, ...], seconds: float) -> Iterator[Interval]:
    now = 0.0
    for item in row:
        if item.start > now + EXACT_SECONDS:
            yield Interval(now, item.start, "")
        yield item
        now = item.end
    if seconds > now + EXACT_SECONDS:
        yield Interval(now, seconds, "")


def _decoded(name: str, data: bytes) -> str:
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ClipError(_("{name} is damaged.").format(name=name), hint=_("Save it again in Praat.")) from None
        # older versions of Praat wrote Latin-1 without saying so
        return data.decode("latin-1")


def _opening(items: "_Items", name: str) -> tuple[float, float]:
    """First and last moment of the sound, in seconds."""
    try:
        titles = items.text(), items.text()
    except ClipError:
        titles = "", ""
    # files of old say "ooTextFile short"
    if not (titles[0].startswith("ooTextFile") and titles[1] == "TextGrid"):
        raise ClipError(_("{name} is not a TextGrid of Praat.").format(name=name), hint=_("Choose another file."))
    start, end = items.number(), items.number()
    if not (end > start and isfinite(end - start)):
        raise items.broken()
    return start, end


def _rows(items: "_Items", origin: float) -> tuple[list[tuple[str, tuple[Interval, ...]]], int]:
    """Read every row; the second value counts rows of points, which are skipped."""
    rows: dict[str, tuple[Interval, ...]] = {}
    points = 0
    for _row in range(items.count(MOST_TIERS)):
        kind, name = items.text(), items.text()
        items.number(), items.number()
        if kind == "IntervalTier":
            rows[_name(name, rows)] = tuple(_intervals(items, origin))
        elif kind == "TextTier":
            points += 1
            for _point in range(items.count(MOST_INTERVALS)):
                items.number(), items.text()
        else:
            raise items.broken()
    return list(rows.items()), points


def _intervals(items: "_Items", origin: float) -> Iterator[Interval]:
    for _place in range(items.count(MOST_INTERVALS)):
        start, end = items.number() - origin, items.number() - origin
        yield Interval(start, end, items.text().strip())


def _name(name: str, taken: Container[str]) -> str:
    """Name a row as Strata does: "words" and "speaker 1 - words" are both "word"; no name is given twice."""
    plain = name.strip()[:LONGEST_NAME]
    last = plain.rsplit(" - ", 1)[-1].lower()
    known = NAMES.get(last, last)
    wanted = known if known in TIERS and known not in taken else plain
    return next(free for free in chain([wanted], (f"{plain} {number}" for number in count(2))) if free not in taken)


class _Items:
    """The numbers, strings and flags of a TextGrid, taken one after the other."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._found = (match for match in ITEMS.finditer(text) if match.lastindex)

    def text(self) -> str:
        return self._next(1).replace('""', '"')

    def number(self) -> float:
        return float(self._next(2))

    def flag(self) -> bool:
        return self._next(3) == "<exists>"

    def count(self, most: int) -> int:
        number = self.number()
        if not (0 <= number <= most and number == int(number)):
            raise self.broken()
        return int(number)

    def broken(self) -> ClipError:
        return ClipError(
            _("{name} is damaged.").format(name=self._name), hint=_("Save it again in Praat, as a text file.")
        )

    def _next(self, kind: int) -> str:
        match = next(self._found, None)
        if match is None:
            raise ClipError(_("{name} ends too early.").format(name=self._name), hint=_("Save it again in Praat."))
        if match.lastindex != kind:
            raise self.broken()
        return match[kind]
