"""The charts of the Space page: what lies near what over depth, and how a unit is spread over a corpus."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from core.figures.charts import NEUTRAL
from core.figures.depths import Depths, ribbon, ruler
from core.figures.figure import Cell, Figure, Spec, axis, frame, tips
from core.space.gallery import Gallery
from core.space.neighbours import Neighbours
from core.space.segments import Label
from core.space.separation import Agreement
from core.text import _

DIGITS = 4
NAMES = 104  # pixels at the right, where lines are named
APART = 0.075  # of the height between two names
# of a light page and a dark one; after Okabe & Ito (2008)
LINES: Mapping[str, tuple[str, str, str]] = {
    "phone": ("#0072b2", "#4fb0ee", "circle"),
    "word": ("#c04a00", "#ff9350", "square"),
    "speaker": ("#00785a", "#35d0a4", "triangle-up"),
    "sentence": ("#a8458a", "#ee9cc8", "diamond"),
    "sound": ("#8a6100", "#f0c04a", "cross"),
}


def titles() -> dict[str, str]:
    """Name what stretches can have in common."""
    return {
        "phone": _("same phone"), "word": _("same word"), "speaker": _("same voice"), "sentence": _("same sentence"),
        "sound": _("alike in sound"),
    }  # fmt: skip


def separation(found: Mapping[Label, Agreement], depths: Depths, light: bool, stop: int | None = None) -> Figure:
    """Draw over depth how often the nearest stretch agrees; broken: by chance, dotted: by the spectrum alone."""
    records = [
        {
            **_at(depths, at), **_line(one.label, light), "value": _short(value), "low": _short(low),
            "high": _short(high), "chance": _short(one.chance), "sound": _short(one.sound), "random": _short(random),
        }
        for one in found.values()
        for at, value, low, high, random in zip(one.stops, one.value, one.low, one.high, _random(one), strict=True)
    ]  # fmt: skip
    x, colour = _across(depths), _as_is("ink")
    marks = _marks(records, depths, stop, dashed={"chance": [6.0, 4.0], "sound": [1.5, 3.0], "random": [1.0, 0.0]})
    band = {"x": x, "color": colour, "detail": _detail(), "y": axis("low", ""), "y2": {"field": "high"}}
    marks.insert(1, {"mark": {"type": "area", "opacity": 0.16}, "encoding": band})
    rows: list[tuple[Cell, ...]] = [
        (one.label, at, *map(float, numbers), one.chance, one.sound, one.count, one.recordings)
        for one in found.values()
        for at, *numbers in zip(one.stops, one.value, one.low, one.high, _random(one), strict=True)
    ]
    columns = (
        "what the nearest stretch shares", "stop", "share", "95 % from", "to", "with random weights", "by chance",
        "by log-mel alone",
        "stretches", "recordings",
    )  # fmt: skip
    return Figure(_framed(records, marks, 300), _separation_alt(found, depths), columns, tuple(rows))


def _random(one: Agreement) -> Float64[np.ndarray, " stops"]:
    return np.full(len(one.stops), np.nan) if one.random is None else one.random


def _separation_alt(found: Mapping[Label, Agreement], depths: Depths) -> str:
    named = titles()
    said = (
        _("{what}: most at {stop}, {value:.0%} (by chance {chance:.0%})").format(
            what=named[one.label], stop=depths.name(one.best), value=float(one.value.max()), chance=one.chance
        )
        for one in found.values()
    )
    return _("How often the nearest stretch of another recording agrees, over depth. {said}.").format(
        said="; ".join(said)
    )


def shares(found: Sequence[Neighbours], depths: Depths, light: bool, stop: int | None = None) -> Figure:
    """Draw over depth what the nearest stretches have in common with what was asked; broken: by chance."""
    records, rows = [], []
    for one in found:
        of_labels = [(label, share.value, share.chance) for label, share in one.shares.items()]
        for what, value, chance in [*of_labels, ("sound", one.sound, 0.5)]:
            point = {**_line(what, light), "value": _short(value), "chance": _short(chance)}
            records.append({**_at(depths, one.stop), **point})
            rows.append((what, one.stop, value, chance))
    marks = _marks(records, depths, stop, dashed={"chance": [6.0, 4.0]})
    alt = _("What the nearest stretches have in common with the chosen one, over {count} places in the model.").format(
        count=len(found)
    )
    columns = ("what is shared", "stop", "share of the nearest", "by chance")
    return Figure(_framed(records, marks, 220), alt, columns, tuple(rows))


def _marks(records: Sequence[Spec], depths: Depths, stop: int | None, dashed: Mapping[str, list[float]]) -> list[Spec]:
    """Draw the ribbon of depth, a rule at the chosen stop, and for each kind a line, named at its right end."""
    x, colour, detail = _across(depths), _as_is("ink"), _detail()
    y = axis("value", _("Share"), scale={"domain": [0, 1]}, axis={"format": ".0%", "tickCount": 5})
    shape = {"field": "shape", "type": "nominal", "scale": None, "legend": None}
    tip = tips(what=_("Shared"), name=_("Where"), value=_("Share"), chance=_("By chance"))
    chosen: Spec = {"type": "rule", "color": NEUTRAL, "strokeWidth": 9, "opacity": 0.22}
    at = {"data": {"values": [{"at": depths.place(depths.stops[0] if stop is None else stop)}]}}
    line: Spec = {"type": "line", "strokeWidth": 1.3, "opacity": 0.8}
    return [
        ribbon(x),
        {"mark": {"type": "line", "strokeWidth": 2.2}, "encoding": {"x": x, "y": y, "color": colour, "detail": detail}},
        *(
            {
                "mark": {**line, "strokeDash": dash},
                "encoding": {"x": x, "y": axis(name, ""), "color": colour, "detail": detail},
            }
            for name, dash in dashed.items()
        ),
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "tooltip": True},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tip},
        },
        {
            "data": {"values": _names(records)},
            "mark": {"type": "text", "align": "left", "dx": 10, "fontSize": 12, "fontWeight": 600},
            "encoding": {"x": x, "y": axis("level", ""), "text": {"field": "what"}, "color": colour},
        },
        *([{**at, "mark": chosen, "encoding": {"x": x}}] if stop is not None else []),
    ]


def _names(records: Sequence[Spec]) -> list[Spec]:
    """Name every line at its right end, far enough from one another to be read."""
    last = max((record["at"] for record in records), default=0)
    ends = sorted((record for record in records if record["at"] == last), key=lambda record: record["value"])
    level, named = -1.0, []
    for record in ends:
        level = max(record["value"], level + APART)
        named.append({**{name: record[name] for name in ("at", "what", "ink")}, "level": level})
    return named


def _framed(records: Sequence[Spec], marks: Sequence[Spec], height: int) -> Spec:
    spec = frame(records, marks, height)
    spec["padding"] = {"right": NAMES, "left": 0, "top": 4, "bottom": 4}
    return spec


def _across(depths: Depths) -> Spec:
    return ruler(depths, _("Depth (c: convolutions, in: what layer 1 receives)"))


def _as_is(field: str) -> Spec:
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def _detail() -> Spec:
    return {"field": "what", "type": "nominal"}


def _line(kind: str, light: bool) -> Spec:
    on_light, on_dark, shape = LINES[kind]
    return {"what": titles()[kind], "ink": on_light if light else on_dark, "shape": shape}


def histogram(found: Gallery, colour: str) -> Figure:
    """Draw how far all moments of the corpus lie along a direction."""
    records: list[Spec] = [
        {"from": _short(low), "to": _short(high), "count": int(count)}
        for low, high, count in zip(found.edges[:-1], found.edges[1:], found.counts, strict=True)
    ]
    x = axis("from", _("Standard deviations (σ) from the average"), bin={"binned": True}, axis={"tickCount": 7})
    y = axis("count", _("Moments"))
    bar = {"type": "bar", "color": colour, "tooltip": True, "binSpacing": 0.5}
    tip = tips(**{"from": _("From (σ)"), "to": _("to (σ)"), "count": _("Moments")})
    marks = [{"mark": bar, "encoding": {"x": x, "x2": {"field": "to"}, "y": y, "tooltip": tip}}]
    alt = _("How often each value occurs over {count} moments of the corpus, from {low:.1f} to {high:.1f} σ.").format(
        count=int(found.counts.sum()), low=float(found.edges[0]), high=float(found.edges[-1])
    )
    rows = tuple((float(row["from"]), float(row["to"]), int(row["count"])) for row in records)
    return Figure(frame(records, marks, 200), alt, ("from (standard deviations)", "to", "moments"), rows)


def _at(depths: Depths, stop: int) -> Spec:
    at = depths.place(stop)
    return {"at": at, "left": at - 0.5, "right": at + 0.5, "colour": depths.colour(stop), "name": depths.name(stop)}


def _short(value: float | np.floating) -> float | None:
    return round(float(value), DIGITS) if np.isfinite(value) else None
