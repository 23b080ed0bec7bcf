"""Turn a clip and rows into the bytes that the strip draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.clip import Clip
from core.text import N_, _
from core.tiers import Interval
from core.timeline import TimeAxis
from pages._kit.browser.payload import Packer, Payload, levelled, limits, pack, quantised
from pages._kit.colours import table
from pages._kit.strip.rows import Choice, Colours, Curve, Labels, Matrix, Row, Slice, Strata

FULL_SCALE = 32767  # of 16-bit sound
TIER_NAMES = {"sentence": N_("sentence"), "word": N_("word"), "syllable": N_("syllable"), "phone": N_("phone")}


@dataclass(frozen=True)
class Shown:
    """A clip as the strip shows it: the sound with its tiers, and the spectrogram, which can change by itself."""

    sound: Payload
    picture: Payload

    @property
    def id(self) -> str:
        """Identity of the sound."""
        return self.sound.id


def clip_payload(clip: Clip, picture: Matrix) -> Shown:
    """Pack the sound, its tiers and its spectrogram (``picture``); the result is worth keeping per clip and picture."""
    packer = Packer()
    pcm = np.round(np.clip(clip.samples, -1.0, 1.0) * FULL_SCALE).astype(np.int16)
    tree = {
        "clip": clip.fingerprint,
        "name": clip.name,
        "seconds": clip.seconds,
        "rate": clip.sample_rate,
        "pcm": packer.array(pcm),
        "tiers": [_tier(name, intervals) for name, intervals in clip.tiers if any(item.label for item in intervals)],
        "tables": {name: packer.array(table(name)) for name in ("sound", "signed")},
    }
    return Shown(pack("clip", tree, packer), _picture(clip.fingerprint, picture))


def _picture(clip: str, picture: Matrix) -> Payload:
    packer = Packer()
    tables = {picture.colours: packer.array(table(picture.colours))}
    return pack("picture", {"clip": clip, "picture": _row(picture, packer), "tables": tables}, packer)


def rows_payload(rows: Sequence[Row]) -> Payload:
    """Pack the rows of a page; the result is worth keeping where the rows are."""
    packer = Packer()
    tree = {
        "rows": [_row(row, packer) for row in rows],
        "tables": {name: packer.array(table(name)) for name in sorted(_maps(rows))},
    }
    return pack("rows", tree, packer)


def _tier(name: str, intervals: Iterable[Interval]) -> dict[str, Any]:
    return {"name": name, "title": _(TIER_NAMES[name]) if name in TIER_NAMES else name, "items": _items(intervals)}


def _items(intervals: Iterable[Interval]) -> list[list[Any]]:
    return [[round(item.start, 5), round(item.end, 5), item.label] for item in intervals]


def _time(time: TimeAxis) -> dict[str, float]:
    return {"start": time.start, "step": time.step}


def _maps(rows: Iterable[Row]) -> set[str]:
    """Names of the colour maps that rows need."""
    names: set[str] = set()
    for row in rows:
        if isinstance(row, Matrix):
            names.add(row.colours)
        elif isinstance(row, Choice):
            names |= _maps(row.options)
    return names


def _row(row: Row, packer: Packer) -> dict[str, Any]:
    return WRITE[type(row)](row, packer)


def _curve(row: Curve, packer: Packer) -> dict[str, Any]:
    low, high = limits(row.values, row.low, row.high)
    return {
        "kind": "curve",
        "name": row.name,
        "help": row.help,
        "unit": row.unit,
        "low": low,
        "high": high,
        "colour": row.colour,
        "chance": row.chance,
        "over": row.over,
        "values": packer.array(levelled(row.values, low, high)),
        **_time(row.time),
    }


def _matrix(row: Matrix, packer: Packer) -> dict[str, Any]:
    ready = row.values.dtype == np.uint8
    low, high = limits((0, 255) if ready else row.values, row.low, row.high)
    levels = row.values if ready else quantised(row.values, low, high, row.levels)
    return {
        "kind": "matrix",
        "name": row.name,
        "help": row.help,
        "unit": row.unit,
        "low": low,
        "high": high,
        "bands": list(row.bands),
        "ticks": [list(tick) for tick in row.ticks],
        "upward": row.upward,
        "colours": row.colours,
        "units": list(row.units),
        "chooses": row.chooses if row.units else "",
        "over": row.over,
        "colour": row.colour,
        "against": row.against,
        "values": packer.array(levels, 0 if ready else row.levels),
        **_time(row.time),
    }


def _colours(row: Colours, packer: Packer) -> dict[str, Any]:
    # one colour after another in three rows, so that neighbours in time lie side by side
    return {"kind": "colours", "name": row.name, "help": row.help, "values": packer.array(row.rgb.T), **_time(row.time)}


def _strata(row: Strata, packer: Packer) -> dict[str, Any]:
    # each line as three rows, red, green and blue, so that neighbours in time lie side by side
    lines, frames, _three = row.rgb.shape
    return {
        "kind": "strata",
        "name": row.name,
        "help": row.help,
        "bands": list(row.lines),
        "units": list(row.values),
        "chooses": row.chooses,
        "ticks": [list(tick) for tick in row.ticks],
        "values": packer.array(row.rgb.transpose(0, 2, 1).reshape(3 * lines, frames)),
        **_time(row.time),
    }


def _labels(row: Labels, packer: Packer) -> dict[str, Any]:
    return {
        "kind": "labels",
        "name": row.name,
        "help": row.help,
        "colour": row.colour,
        "items": _items(row.intervals),
        "confidence": [round(float(value), 3) for value in row.confidence],
        "colours": list(row.colours),
        "said": list(row.values),
    }


def _slice(row: Slice, packer: Packer) -> dict[str, Any]:
    return {"kind": "slice", "name": row.name, "help": row.help, "of": row.of, "colour": row.colour, "over": row.over}


def _choice(row: Choice, packer: Packer) -> dict[str, Any]:
    return {
        "kind": "choice",
        "choice": row.choice,
        "label": row.label,
        "labels": list(row.labels) or [str(index) for index in range(len(row.options))],
        "colours": list(row.colours),
        "first": row.first,
        "base": row.base,
        "options": [_row(option, packer) for option in row.options],
    }


WRITE: dict[type, Any] = {
    Curve: _curve,
    Matrix: _matrix,
    Colours: _colours,
    Strata: _strata,
    Labels: _labels,
    Slice: _slice,
    Choice: _choice,
}
