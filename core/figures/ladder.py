"""The charts of the ladder: what can be read off every stop of a model, beside what that is compared with."""

from collections.abc import Mapping, Sequence

from core.figures.charts import MARKED, NEUTRAL
from core.figures.depths import Depths, ribbon, ruler
from core.figures.figure import Cell, Figure, Spec, axis, frame
from core.probing.ladder import Curve, Score
from core.probing.rung import METRIC_TITLES
from core.text import N_, _

DIGITS = 4
LARGE, SMALL = 330, 168  # pixels of height
LABELS = 112  # pixels that the longest name of a line of comparison may take
APART = 0.062  # of the height between two of these names
NOTHING = -0.005  # half a percent below zero: what lies above is written as 0%
LOWEST = -0.3  # of R², below which it is not drawn: it has no lower end
COMPARED = {"log-mel": N_("log-mel"), "log-mel in context": N_("log-mel in context"), "MFCC": N_("MFCC")}
INPUT, CONTROL = "#9a6b2f", "#a8497f"  # ochre for the sound itself, plum for labels by chance
TEXTS = {True: "#4a515c", False: "#b3bac5"}  # of a light page, of a dark one
COLUMNS = (
    "rung", "stop", "score", "95 % from", "to", "control labels", "random weights", "log-mel", "log-mel in context",
    "MFCC", "always the commonest", "shuffled labels", "metric", "classes", "items learned from", "items tested",
    "voices tested", "sentences tested",
)  # fmt: skip


def curve(found: Curve, depths: Depths, stop: int | None = None, light: bool = True) -> Figure:
    """Draw one rung large, its lines of comparison named at the right; a click is the selection ``stop``."""
    records, domain = _records(found, depths), _domain(found)
    marks: list[Spec] = [*_stops(found, depths, domain, large=True), *_references(found, depths, domain, light)]
    if stop in found.stops:
        marks.insert(0, _marked(depths.place(stop)))
    return Figure(frame(records, marks, LARGE), spoken(found, depths), COLUMNS, rows(found))


def panel(found: Curve, depths: Depths, light: bool = True) -> Figure:
    """Draw one rung small, without names: the curve, the lines of comparison, the depth below."""
    records, domain = _records(found, depths), _domain(found)
    marks = [*_stops(found, depths, domain, large=False), *_lines(found, depths, domain, large=False)]
    return Figure(frame(records, marks, SMALL), spoken(found, depths), COLUMNS, rows(found))


def spoken(found: Curve, depths: Depths) -> str:
    """Say a curve in words, for who cannot see it."""
    best = found.at(found.best)
    name, plain = found.best_input
    return _(
        "{metric} over the depth of the model, from {first:.2f} at {from_stop} to {last:.2f} at {to_stop}. Highest: "
        "{best:.2f} at {stop}, between {low:.2f} and {high:.2f}. From the sound itself at best {plain:.2f} ({name}), "
        "with random weights at best {random:.2f}, with control labels {control:.2f}."
    ).format(
        metric=_(METRIC_TITLES[found.metric]), first=found.score[0].value, from_stop=depths.name(found.stops[0]),
        last=found.score[-1].value, to_stop=depths.name(found.stops[-1]), best=best.value, low=best.low,
        high=best.high, stop=depths.name(found.best), plain=plain.value, name=_(COMPARED.get(name, name)),
        random=max(score.value for score in found.random), control=found.control_at(found.best).value,
    )  # fmt: skip


def rows(found: Curve) -> tuple[tuple[Cell, ...], ...]:
    """List the numbers of a curve, one row per stop."""
    plain = [found.inputs[name].value if name in found.inputs else "" for name in COMPARED]
    about = (found.metric, found.classes, found.train, found.test, found.voices, found.sentences)
    return tuple(
        (
            found.rung, stop, score.value, score.low, score.high, control.value, random.value, *plain, found.majority,
            found.shuffled.value, *about,
        )
        for stop, score, control, random in zip(
            found.stops, found.score, found.control, found.random, strict=True
        )
    )  # fmt: skip


def _records(found: Curve, depths: Depths) -> list[Spec]:
    """Give one record per stop; each holds the next score too, so that the line between them has a colour."""
    following = [*found.score[1:], found.score[-1]]
    return [
        {
            "at": depths.place(stop), "left": depths.place(stop) - 0.5, "right": depths.place(stop) + 0.5,
            "next": depths.place(stop) + (1 if after is not score else 0), "stop": stop,
            "name": depths.name(stop), "colour": depths.colour(stop), "onward": round(after.value, DIGITS),
            "score": round(score.value, DIGITS), "low": round(score.low, DIGITS), "high": round(score.high, DIGITS),
            "random": round(random.value, DIGITS), "control": round(control.value, DIGITS),
            "top": stop == found.best, "said": f"{depths.name(stop)}: {percent(score.value)}",
        }
        for stop, score, after, random, control in zip(
            found.stops, found.score, following, found.random, found.control, strict=True
        )
    ]  # fmt: skip


def percent(value: float) -> str:
    """Write a share in whole percent; less than nothing is worse than always saying the mean, however much worse."""
    return f"{max(value, 0.0):.0%}" if value > NOTHING else _("below {nothing}").format(nothing=f"{0:.0%}")


def _domain(found: Curve) -> tuple[float, float]:
    if found.kind == "classes":
        return 0.0, 1.0
    every = [*found.score, *found.random, *found.control, *found.inputs.values()]
    return max(LOWEST, min(0.0, *(score.value for score in every))), 1.0


def _across(depths: Depths, large: bool) -> Spec:
    if not large:
        return ruler(depths, sparse=True)
    title = _("Depth: convolutions c1 to c{count}, then layers").format(count=depths.convolutions)
    return ruler(depths, title if depths.convolutions else _("Layer"))


def _value(found: Curve, domain: tuple[float, float], large: bool) -> Spec:
    title = _(METRIC_TITLES[found.metric]) if large else ""
    settings = {"format": ".0%", "tickCount": 5 if large else 3, "grid": True, "gridOpacity": 0.18, "domain": False}
    return axis("score", title, scale={"domain": list(domain), "nice": False, "clamp": True}, axis=settings)


def _stops(found: Curve, depths: Depths, domain: tuple[float, float], large: bool) -> list[Spec]:
    """Draw the interval, the curve in the colours of depth, the ribbon of depth below, and what a pointer reads."""
    x = _across(depths, large)
    y, as_is = _value(found, domain, large), {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    between = {"x": x, "y": y, "x2": {"field": "next"}, "y2": {"field": "onward"}, "color": as_is}
    marks: list[Spec] = [
        {
            "mark": {"type": "area", "aria": False, "color": NEUTRAL, "opacity": 0.22},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "rule", "aria": False, "strokeWidth": 4 if large else 3, "strokeCap": "round"},
            "encoding": between,
        },
        {
            "mark": {"type": "point", "aria": False, "filled": True, "size": 80 if large else 26, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": as_is},
        },
        _peak(x, y, large),
        ribbon(x),
    ]
    return [*marks, _pointer(found, x)] if large else marks


def _peak(x: Spec, y: Spec, large: bool) -> Spec:
    """Put a ring around the highest score."""
    ring = {
        "type": "point",
        "aria": False,
        "filled": False,
        "size": 300 if large else 130,
        "strokeWidth": 2,
        "color": MARKED,
    }
    return {"transform": [{"filter": "datum.top"}], "mark": {**ring, "opacity": 1}, "encoding": {"x": x, "y": y}}


def _pointer(found: Curve, x: Spec) -> Spec:
    """Let every stop be read and clicked from top to bottom of the chart."""
    fields = {"score": _(METRIC_TITLES[found.metric]), "low": _("95 % from"), "high": _("to")}
    fields |= {"random": _("with random weights"), "control": _("with control labels")}
    numbers = [
        {"field": name, "title": title, "type": "quantitative", "format": ".1%"} for name, title in fields.items()
    ]
    return {
        "params": [{"name": "stop", "select": {"type": "point", "fields": ["stop"], "toggle": False}}],
        "mark": {"type": "rect", "opacity": 0, "cursor": "pointer", "tooltip": True},
        "encoding": {
            "x": {**x, "field": "left"}, "x2": {"field": "right"}, "y": {"value": 0}, "y2": {"value": "height"},
            "tooltip": [{"field": "name", "title": _("Stop")}, *numbers], "description": {"field": "said"},
        },
    }  # fmt: skip


def _marked(place: int) -> Spec:
    """Stand a line at the chosen stop."""
    return {
        "data": {"values": [{"at": place}]},
        "mark": {"type": "rule", "aria": False, "color": MARKED, "strokeWidth": 1.5, "opacity": 0.8},
        "encoding": {"x": axis("at", "")},
    }


def _lines(found: Curve, depths: Depths, domain: tuple[float, float], large: bool) -> list[Spec]:
    """Draw what the curve is compared with: plain inputs, random weights, control labels, the commonest answer."""
    x, y = _across(depths, large), _value(found, domain, large)

    def over(field: str, dash: Sequence[int], colour: str) -> Spec:
        line = {"type": "line", "aria": False, "strokeDash": list(dash), "color": colour, "strokeWidth": 1.6}
        return {"mark": line, "encoding": {"x": x, "y": {**y, "field": field}}}

    return [
        *(_rule(score.value, INPUT, [7, 3]) for score in found.inputs.values()),
        over("random", [2, 3], NEUTRAL),
        over("control", [1, 3], CONTROL),
        _rule(found.majority, NEUTRAL, []),
    ]


def _rule(value: float, colour: str, dash: Sequence[int]) -> Spec:
    return {
        "data": {"values": [{"score": round(value, DIGITS)}]},
        "mark": {
            "type": "rule",
            "aria": False,
            "color": colour,
            "strokeDash": list(dash),
            "strokeWidth": 1.3,
            "clip": True,
        },
        "encoding": {"y": axis("score", "")},
    }


def _references(found: Curve, depths: Depths, domain: tuple[float, float], light: bool) -> list[Spec]:
    """Draw the lines of comparison with a name at the right end of each."""
    text = {"type": "text", "aria": False, "align": "left", "dx": 8, "fontSize": 11, "limit": LABELS}
    names: Spec = {
        "data": {"values": _named(found, domain)},
        "mark": {**text, "color": TEXTS[light]},
        "encoding": {
            "x": {"value": "width"},
            "y": axis("y", "", scale={"domain": list(domain)}),
            "text": {"field": "name"},
        },
    }
    return [*_lines(found, depths, domain, large=True), names]


def _named(found: Curve, domain: tuple[float, float]) -> list[Spec]:
    """Place the names beside their lines, pushed apart where they would cover each other."""
    wanted = {_(COMPARED.get(name, name)): score.value for name, score in found.inputs.items()}
    wanted |= {_("random weights"): found.random[-1].value, _("control labels"): found.control[-1].value}
    wanted[_("always the mean") if found.kind == "values" else _("commonest answer")] = found.majority
    return [{"name": name, "y": round(at, DIGITS)} for name, at in apart(wanted, domain).items()]


def apart(wanted: Mapping[str, float], domain: tuple[float, float]) -> dict[str, float]:
    """Move places along an axis as little as it takes for each to have room; from the lowest upwards, then back."""
    low, high = domain
    step = APART * (high - low)
    placed: dict[str, float] = {}
    floor = low
    for name, value in sorted(wanted.items(), key=lambda item: item[1]):
        placed[name] = max(floor, min(max(value, low), high))
        floor = placed[name] + step
    ceiling = high
    for name in reversed(placed):
        placed[name] = min(placed[name], ceiling)
        ceiling = placed[name] - step
    return placed


def way(score: Score, found: Curve) -> float:
    """Share of the way from the commonest answer (of values: the mean) to the best score; 0 to 1."""
    best = found.at(found.best).value - found.majority
    return 0.0 if best <= 0 else min(max((score.value - found.majority) / best, 0.0), 1.0)
