"""The ladder at a glance: one row per rung, one place per stop; the larger a circle, the more can be read there."""

from collections.abc import Mapping

from core.figures.charts import MARKED, NEUTRAL
from core.figures.depths import Depths, ribbon, ruler
from core.figures.figure import Figure, Spec, axis, frame
from core.figures.ladder import COLUMNS, DIGITS, TEXTS, percent, rows, way
from core.probing.ladder import Curve, Ladder
from core.text import _

ROW = 37  # pixels of a row
LEAST, MOST, ROOM = 6.0, 420.0, 6800.0  # areas of circles; all of a row together have so much
GAP = " "  # the row that parts the rungs of the ladder from those beside it


def glance(
    ladder: Ladder,
    titles: Mapping[str, str],
    beside: frozenset[str],
    chosen: tuple[str, int] | None = None,
    light: bool = True,
) -> Figure:
    """Draw every rung over depth, the sound at the bottom, with a path through the places where most can be read.

    titles  of the rungs by name, lowest first, those beside the ladder last
    beside  names of those beside it
    chosen  a rung and a stop, outlined

    A circle is full where clearly more can be read than from the sound itself, else hollow. A click on one is the
    selection ``place`` with the fields ``rung`` and ``stop``.
    """
    depths = Depths.of(ladder)
    records = [
        record
        for at, (rung, found) in enumerate(ladder.curves.items())
        for record in _records(found, depths, titles[rung], -1 if rung in beside else at)
    ]
    order = _order(titles, beside, ladder)
    marks = _marks(depths, order, light)
    refused = [titles[rung] for rung in ladder.refused if rung in titles]
    if refused:
        marks.append(_refused(refused, depths, order, light))
    if chosen is not None:
        marks.append(_outlined(chosen, depths, order))
    marks.insert(0, _path(depths, order))
    spec = frame(records, marks, ROW * len(order) + 50)
    numbers = tuple(row for found in ladder.curves.values() for row in rows(found))
    return Figure(spec, spoken(ladder, titles), COLUMNS, numbers)


def spoken(ladder: Ladder, titles: Mapping[str, str]) -> str:
    """Say where each rung can be read best."""
    depths = Depths.of(ladder)
    said = ", ".join(
        _("{rung} at {stop} ({score})").format(
            rung=titles[rung], stop=depths.name(found.best), score=percent(found.at(found.best).value)
        )
        for rung, found in ladder.curves.items()
    )
    return _("Where each rung can be read best: {said}.").format(said=said)


def _order(titles: Mapping[str, str], beside: frozenset[str], ladder: Ladder) -> list[str]:
    """List the rows from top to bottom."""
    there = [rung for rung in titles if rung in ladder.curves or rung in ladder.refused]
    upward = [titles[rung] for rung in there if rung not in beside][::-1]
    rest = [titles[rung] for rung in there if rung in beside]
    return [*upward, GAP, *rest] if rest and upward else upward or rest


def _records(found: Curve, depths: Depths, title: str, step: int) -> list[Spec]:
    _name, plain = found.best_input
    return [
        {
            "rung": found.rung,
            "title": title,
            "step": step,
            "stop": stop,
            "at": depths.place(stop),
            "left": depths.place(stop) - 0.5,
            "right": depths.place(stop) + 0.5,
            "name": depths.name(stop),
            "colour": depths.colour(stop),
            "way": round(way(score, found), DIGITS),
            "score": round(score.value, DIGITS),
            "plain": round(plain.value, DIGITS),
            "clear": 1 if score.low > plain.value else 0.12,
            "top": stop == found.best,
            "shown": percent(score.value),
            "said": f"{title}, {depths.name(stop)}: {percent(score.value)}",
        }
        for stop, score in zip(found.stops, found.score, strict=True)
    ]


def _marks(depths: Depths, order: list[str], light: bool) -> list[Spec]:
    x, y = _axes(depths, order)
    as_is = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    size = {"field": "way", "type": "quantitative", "legend": None,
            "scale": {"domain": [0, 1], "range": [LEAST, min(MOST, ROOM / len(depths.stops))]}}  # fmt: skip
    tip = [
        {"field": "title", "title": _("Rung")},
        {"field": "name", "title": _("Stop")},
        {"field": "score", "title": _("Can be read"), "type": "quantitative", "format": ".1%"},
        {"field": "plain", "title": _("from the sound itself"), "type": "quantitative", "format": ".1%"},
    ]
    fill = {"field": "clear", "type": "quantitative", "scale": None, "legend": None}
    circle = {"type": "point", "shape": "circle", "filled": True, "strokeWidth": 1.8, "tooltip": True,
              "cursor": "pointer", "opacity": 1}  # fmt: skip
    return [
        {
            "params": [{"name": "place", "select": {"type": "point", "fields": ["rung", "stop"], "toggle": False}}],
            "mark": circle,
            "encoding": {"x": x, "y": y, "size": size, "fill": as_is, "stroke": as_is, "fillOpacity": fill,
                         "description": {"field": "said"},
                         "tooltip": tip},
        },
        {
            "transform": [{"filter": "datum.top"}],
            "mark": {"type": "text", "aria": False, "align": "left", "dx": 10, "fontSize": 13, "fontWeight": 600,
                     "color": TEXTS[light]},
            "encoding": {"x": {"value": "width"}, "y": y, "text": {"field": "shown"}},
        },
        ribbon(x),
    ]  # fmt: skip


def _axes(depths: Depths, order: list[str]) -> tuple[Spec, Spec]:
    words = {
        "labelLimit": 96,
        "ticks": False,
        "domain": False,
        "labelOverlap": False,
        "labelFontSize": 13,
        "title": None,
    }
    y = axis(
        "title", "", "nominal", sort=None, scale={"domain": order}, axis={**words, "grid": True, "gridOpacity": 0.1}
    )
    return ruler(depths), y


def _path(depths: Depths, order: list[str]) -> Spec:
    """Lead from the highest place of each rung to that of the next: the way up the ladder."""
    x, y = _axes(depths, order)
    line = {"type": "line", "aria": False, "color": NEUTRAL, "strokeWidth": 1.5, "strokeDash": [3, 3], "opacity": 0.8}
    return {
        "transform": [{"filter": "datum.top && datum.step >= 0"}],
        "mark": line,
        "encoding": {"x": x, "y": y, "order": {"field": "step", "type": "quantitative"}},
    }


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refused(titles: list[str], depths: Depths, order: list[str], light: bool) -> Spec:
    x, y = _axes(depths, order)
    middle = (depths.layers + depths.convolutions) / 2
    return {
        "data": {
            "values": [{"title": title, "at": middle, "said": _("too little of it in this corpus")} for title in titles]
        },
        "mark": {"type": "text", "fontSize": 12, "fontStyle": "italic", "color": TEXTS[light]},
        "encoding": {"x": x, "y": y, "text": {"field": "said"}},
    }


def _outlined(chosen: tuple[str, int], depths: Depths, order: list[str]) -> Spec:
    x, y = _axes(depths, order)
    rung, stop = chosen
    return {
        "transform": [{"filter": f"datum.rung == {_quoted(rung)} && datum.stop == {stop}"}],
        "mark": {
            "type": "point",
            "aria": False,
            "filled": False,
            "size": 620,
            "strokeWidth": 2,
            "color": MARKED,
            "opacity": 1,
        },
        "encoding": {"x": x, "y": y},
    }
