"""The chart of what can be recovered of a sound's picture from every stop of a model."""

from core.figures.charts import MARKED, NEUTRAL
from core.figures.depths import Depths, ribbon, ruler
from core.figures.figure import Figure, Spec, axis, frame, tips
from core.inversion.inversion import Inversion, Recovered
from core.text import _

DIGITS = 4
HEIGHT = 300
COLUMNS = (
    "stop", "recovered R2", "95 % from", "to", "loudness R2", "shape R2", "detail R2", "untaught R2",
    "untaught loudness R2", "untaught shape R2", "untaught detail R2",
)  # fmt: skip


def curve(found: Inversion, kind: str = "r2", convolutions: int = 0, stop: int | None = None) -> Figure:
    """Draw the share that is recovered over depth, of all (``r2``) or one ``kind`` of detail; ``stop`` is marked."""
    depths = Depths(found.stops[-1], convolutions)
    records = _records(found, kind, depths)
    x = ruler(depths, _("Depth: convolutions c1 to c{count}, then layers").format(count=convolutions) if convolutions
              else _("Layer"))  # fmt: skip
    marks = [ribbon(x), *_untaught(x), *_taught(x, kind)]
    if stop in found.stops:
        marks.insert(0, _here(depths.place(stop), x))
    best = max(found.stops, key=lambda at: _value(found.scores[at], kind))
    alt = _(
        "Share recovered over depth, from {first:.0%} at {from_stop} to {last:.0%} at {to_stop}; most, {most:.0%}, at "
        "{best}. With random weights at the end {other:.0%}."
    ).format(
        first=_value(found.scores[found.stops[0]], kind), from_stop=depths.name(found.stops[0]),
        last=_value(found.scores[found.stops[-1]], kind), to_stop=depths.name(found.stops[-1]),
        most=_value(found.scores[best], kind), best=depths.name(best),
        other=_value(found.untaught_scores[found.stops[-1]], kind),
    )  # fmt: skip
    return Figure(frame(records, marks, HEIGHT), alt, COLUMNS, tuple(_row(found, at) for at in found.stops))


def _value(score: Recovered, kind: str) -> float:
    value: float = getattr(score, kind)
    return value


def _records(found: Inversion, kind: str, depths: Depths) -> list[Spec]:
    return [
        {
            "at": depths.place(stop),
            "left": depths.place(stop) - 0.5,
            "right": depths.place(stop) + 0.5,
            "name": depths.name(stop),
            "colour": depths.colour(stop),
            "value": round(max(_value(found.scores[stop], kind), 0.0), DIGITS),
            "low": round(max(found.scores[stop].low, 0.0), DIGITS),
            "high": round(found.scores[stop].high, DIGITS),
            "untaught": round(max(_value(found.untaught_scores[stop], kind), 0.0), DIGITS),
        }
        for stop in found.stops
    ]


def _y(field: str) -> Spec:
    ticks = {"format": ".0%", "tickCount": 5, "grid": True, "gridOpacity": 0.18, "domain": False}
    return axis(field, _("Recovered (held-out R²)"), scale={"domain": [0, 1], "nice": False}, axis=ticks)


def _taught(x: Spec, kind: str) -> list[Spec]:
    as_is = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    tip = tips(name=_("Stop"), value=_("Recovered"), low=_("95 % from"), high=_("to"), untaught=_("Untaught network"))
    tip = [one if one["field"] == "name" else {**one, "format": ".1%", "type": "quantitative"} for one in tip]
    tip = tip if kind == "r2" else [one for one in tip if one["field"] not in {"low", "high"}]
    band = {
        "mark": {"type": "area", "opacity": 0.16, "color": NEUTRAL},
        "encoding": {"x": x, "y": _y("low"), "y2": {"field": "high"}},
    }
    line = {"mark": {"type": "line", "color": NEUTRAL, "strokeWidth": 2}, "encoding": {"x": x, "y": _y("value")}}
    points = {
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1, "tooltip": True},
        "encoding": {"x": x, "y": _y("value"), "color": as_is, "tooltip": tip},
    }
    return [*([band] if kind == "r2" else []), line, points]


def _untaught(x: Spec) -> list[Spec]:
    encoding = {"x": x, "y": _y("untaught")}
    line = {"type": "line", "color": NEUTRAL, "strokeDash": [5, 4], "strokeWidth": 1.5}
    named = {
        "type": "text",
        "align": "right",
        "dy": -9,
        "color": NEUTRAL,
        "fontSize": 12,
        "text": _("untaught network"),
    }
    last = [
        {"window": [{"op": "last_value", "field": "at", "as": "end"}], "frame": [None, None]},
        {"filter": "datum.at == datum.end"},
    ]
    return [{"mark": line, "encoding": encoding}, {"transform": last, "mark": named, "encoding": encoding}]


def _here(place: int, x: Spec) -> Spec:
    return {
        "transform": [{"filter": f"datum.at == {place}"}],
        "mark": {"type": "rule", "color": MARKED, "strokeWidth": 1.5},
        "encoding": {"x": x},
    }


def _row(found: Inversion, stop: int) -> tuple[int | float, ...]:
    taught, other = found.scores[stop], found.untaught_scores[stop]
    return (
        stop, taught.r2, taught.low, taught.high, taught.loudness, taught.shape, taught.detail, other.r2,
        other.loudness, other.shape, other.detail,
    )  # fmt: skip
