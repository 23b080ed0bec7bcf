"""The charts of before and after: how good, class by class, how far probabilities can be believed."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np

from core.evaluation.calibration import Floor, Reliability
from core.evaluation.intervals import Estimate
from core.figures.figure import Figure, Spec, axis, frame, tips
from core.text import _

BEFORE, AFTER = "#8a8f98", "#1b8a7a"  # grey and teal: told apart by lightness too
LINE = 30  # pixels of one row
LETTERS, HIGH = 46, 16  # letters of a name in one line, which a phone has room for; pixels of such a line
AXIS = 64  # pixels of the axis under the rows with its title
DIGITS = 4  # after the point, in what is sent to the browser
NAMES = {"axis": {"labelLimit": 150, "ticks": False, "domain": False, "labelOverlap": False}, "sort": None}


def estimates(
    rows: Sequence[tuple[str, Estimate]],
    title: str,
    taught: str = "",
    line: tuple[str, float] | None = None,
    most: float | None = 1.0,
    percent: bool = True,
) -> Figure:
    """Draw numbers with their intervals under one another, each below its name and value.

    taught  the row in the colour of after; all of them where empty
    line    name and place of a dashed line
    most    the end of the scale; None for as far as the numbers go
    percent the numbers are shares
    """
    there = [(name, found) for name, found in rows if found.defined]
    records, lines = _named(there, taught, "{:.0%}" if percent else "{:.3g}")
    said = "; ".join(
        _("{name} {value:.3g}, between {low:.3g} and {high:.3g}").format(
            name=name, value=found.value, low=found.low, high=found.high
        )
        for name, found in there
    )
    marks = _intervals(title, most, percent, lines)
    if line is not None:
        marks.append(_rule(*line))
    numbers = tuple((name, found.value, found.low, found.high, found.n, found.groups) for name, found in there)
    columns = ("who", title, "95 % from", "to", "sounds", "speakers or groups")
    height = (LINE + HIGH * lines) * max(len(records), 1) + AXIS
    return Figure(frame(records, marks, height), f"{title}: {said}.", columns, numbers)


def _named(there: Sequence[tuple[str, Estimate]], taught: str, number: str) -> tuple[list[Spec], int]:
    """Give one record per number, and how many lines their names take."""
    texts = [fill(f"{number.format(found.value)}  {name}", LETTERS) for name, found in there]
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    records: list[Spec] = [
        {
            "name": name,
            "row": "\n" * (lines - 1 - text.count("\n")) + text,  # every name ends right above its line
            "value": round(found.value, DIGITS),
            "low": round(found.low, DIGITS),
            "high": round(found.high, DIGITS),
            "colour": AFTER if taught in {"", name} else BEFORE,
            "n": found.n,
        }
        for text, (name, found) in zip(texts, there, strict=True)
    ]
    return records, lines


def _rows(lines: int) -> tuple[Spec, float]:
    """Give rows whose names stand above what is drawn, and how far below the middle that is."""
    top = (LINE + HIGH * lines) / 2 - 4
    axes = {
        "labelAlign": "left", "labelBaseline": "top", "labelPadding": 0, "labelOffset": 6 - top, "labelLimit": 420,
        "labelExpr": "split(datum.label, '\\n')", "labelLineHeight": HIGH, "labelFontSize": 13, "labelOverlap": False,
        "ticks": False, "domain": False,
    }  # fmt: skip
    return axis("row", "", "nominal", sort=None, axis=axes), HIGH * lines / 2


def _intervals(title: str, most: float | None, percent: bool, lines: int) -> list[Spec]:
    """Draw a line from the lower to the upper bound and a point at the number itself."""
    y, down = _rows(lines)
    scale = {"domain": [0, most]} if most else {"zero": True}
    x = axis("value", title, scale=scale, axis={"format": ".0%" if percent else "~g", "tickCount": 5})
    tip = tips(name=_("Who"), value=title, low=_("95 % from"), high=_("to"), n=_("sounds"))
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55, "yOffset": down},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour, "tooltip": tip},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1, "yOffset": down},
            "encoding": {"y": y, "x": x, "color": colour, "tooltip": tip},
        },
    ]


def _rule(label: str, at: float) -> Spec:
    return {
        "data": {"values": [{"at": round(at, DIGITS), "label": label}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": "#8a8f98", "tooltip": True},
        "encoding": {"x": {"field": "at", "type": "quantitative"}, "tooltip": tips(label=_("Line"), at=_("at"))},
    }


def reliability(
    before: Reliability | None, after: Reliability, floor: Floor, names: tuple[str, str] = ("before", "after")
) -> Figure:
    """Draw the share that is right over the confidence of the answers; the diagonal is what can be believed."""
    sides = ([(names[0], before)] if before else []) + [(names[1], after)]
    records: list[Spec] = [
        {
            "who": who,
            "sure": round(float(found.confidence[at]), DIGITS),
            "right": round(float(found.right[at]), DIGITS),
            "low": round(float(found.low[at]), DIGITS),
            "high": round(float(found.high[at]), DIGITS),
            "sounds": int(found.counts[at]),
        }
        for who, found in sides
        for at in np.flatnonzero(found.counts)
    ]
    alt = _(
        "Share right over confidence, in {bins} bins; on the diagonal confidence can be believed. As few sounds as "
        "these would show an error of about {floor:.2f} even if it were perfect."
    ).format(bins=len(after.counts), floor=floor.mean)
    columns = ("who", "confidence", "share right", "95 % from", "to", "sounds")
    fields = ("who", "sure", "right", "low", "high", "sounds")
    rows = tuple(tuple(record[field] for field in fields) for record in records)
    return Figure(frame(records, _reliable_marks([who for who, _found in sides]), 380), alt, columns, rows)


def _colour(names: Sequence[str], legend: bool = True) -> Spec:
    """Colour the sides, before grey and after teal, and say which is which."""
    colours = (BEFORE, AFTER) if len(names) > 1 else (AFTER,)
    key = {"orient": "top", "title": None, "columns": 1, "labelLimit": 380, "labelFontSize": 11, "symbolOpacity": 1}
    scale = {"domain": list(names), "range": list(colours)}
    return {"field": "who", "type": "nominal", "scale": scale, "legend": key if legend else None}


def _reliable_marks(names: Sequence[str]) -> list[Spec]:
    unit = {"domain": [0, 1]}
    x = axis("sure", _("how sure it was"), scale=unit, axis={"format": ".0%", "tickCount": 5})
    y = axis("right", _("share right"), scale=unit, axis={"format": ".0%", "tickCount": 5})
    tip = tips(who=_("Who"), sure=_("how sure it was"), right=_("share right"), sounds=_("sounds"))
    diagonal = {
        "data": {"values": [{"sure": 0, "right": 0}, {"sure": 1, "right": 1}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "color": "#8a8f98"},
        "encoding": {"x": x, "y": y},
    }
    size = axis("sounds", _("sounds"), scale={"range": [30, 320]}, legend=None)
    return [
        diagonal,
        {
            "mark": {"type": "rule", "opacity": 0.45, "strokeWidth": 2},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": _colour(names, False)},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 0.95},
            "encoding": {"x": x, "y": y, "color": _colour(names), "size": size, "tooltip": tip},
        },
    ]


def classes(labels: Sequence[str], found: Sequence[tuple[str, Sequence[Estimate]]], title: str) -> Figure:
    """Draw one number per class with its interval, before and after beside each other.

    found  [(name, one estimate per class)], before first; a class without a value is left out, and said in the table
    """
    records: list[Spec] = [
        {
            "class": label, "who": who, "value": round(one.value, DIGITS), "low": round(one.low, DIGITS),
            "high": round(one.high, DIGITS), "sounds": one.n, "at": at,
        }
        for at, (who, several) in enumerate(found)
        for label, one in zip(labels, several, strict=True)
        if one.defined
    ]  # fmt: skip
    rows = tuple(
        (who, label, *((one.value, one.low, one.high) if one.defined else ("never said", "", "")), one.n)
        for who, several in found
        for label, one in zip(labels, several, strict=True)
    )
    alt = f"{title}: " + "; ".join(
        f"{record['class']} {record['who']} {record['value']:.0%}"
        for record in records
        if record["at"] == len(found) - 1
    )
    columns = ("who", "class", title, "95 % from", "to", "sounds")
    marks = _class_intervals(title, [who for who, _several in found])
    height = (LINE + 6) * len(labels) + AXIS + 24 * len(found) + 24
    return Figure(frame(records, marks, height), f"{alt}.", columns, rows)


def _class_intervals(title: str, names: Sequence[str]) -> list[Spec]:
    """Draw before and after of a class one above the other."""
    y = axis("class", "", "nominal", **NAMES)
    offset = {"field": "at", "type": "nominal", "scale": {"paddingOuter": 0.35}}
    x = axis("value", title, scale={"domain": [0, 1]}, axis={"format": ".0%", "tickCount": 5})
    tip = tips(**{"class": _("class")}, who=_("Who"), value=title, low=_("95 % from"), high=_("to"), sounds=_("sounds"))
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 2.5, "opacity": 0.5},
            "encoding": {"y": y, "yOffset": offset, "x": {**x, "field": "low"}, "x2": {"field": "high"},
                         "color": _colour(names, False), "tooltip": tip},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
            "encoding": {"y": y, "yOffset": offset, "x": x, "color": _colour(names), "tooltip": tip},
        },
    ]  # fmt: skip
