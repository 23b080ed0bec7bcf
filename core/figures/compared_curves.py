"""The curves of the Compare page: how many dimensions each layer has, and what it has in common with the sound."""

from collections.abc import Sequence

import numpy as np

from core.cca import Common
from core.comparing.comparison import AGAINST, Comparison, Side
from core.figures.charts import NEUTRAL
from core.figures.compared import DIGITS, named, place
from core.figures.figure import Cell, Figure, Spec, axis, frame, tips
from core.figures.palette import depth
from core.intrinsic_dimension import Dimension
from core.text import _

HEIGHT = 280


def dimension(found: Comparison) -> Figure:
    """Draw the intrinsic dimension of every layer with its interval; hollow where it hangs on their number."""
    points = [(side, layer, each) for side in _sides(found) for layer, each in enumerate(side.dimension)]
    records = [_point(*point, _noted(point[2])) for point in points]
    rows = tuple((*_row(*point), point[2].count, point[2].caution) for point in points)
    said = "; ".join(_range(side, [each.value for each in side.dimension], ".1f") for side in _sides(found))
    alt = _("Intrinsic dimension (TwoNN) over the layers: {said}.").format(said=said)
    columns = ("model", "layer", "dimensions", "low", "high", "points", "caution")
    return Figure(_curves(found, records, _("dimensions"), ".2~f", None), alt, columns, rows)


def subsamples(found: Comparison) -> Figure:
    """Draw how the dimension of every layer hangs on the number of points: level lines can be trusted."""
    records: list[Spec] = [
        {"points": size, "value": round(value, DIGITS), "layer": layer, "model": named(side), "line": f"{at} {layer}"}
        | {"colour": depth(layer, side.layers)}
        for at, side in enumerate(_sides(found))
        for layer, each in enumerate(side.dimension)
        for size, value in zip(each.sizes, each.values, strict=True)
    ]
    steepest = max(
        ((each.values[0] / each.values[-1], side, layer) for side in _sides(found) for layer, each in _told(side)),
        key=lambda item: item[0],
        default=None,
    )
    alt = _("Intrinsic dimension from fewer and fewer points.")
    if steepest:
        alt += " " + _("It hangs most on their number at layer {layer} of {model}: {times:.2f} times as many.").format(
            layer=steepest[2], model=named(steepest[1]), times=steepest[0]
        )
    sizes = sorted({record["points"] for record in records})
    x = axis(
        "points",
        _("points"),
        scale={"type": "log", "nice": False, "padding": 20},
        axis={"values": sizes, "format": "d", "grid": False},
    )
    y = axis("value", _("dimensions"), scale={"zero": True}, axis={"tickCount": 5, "grid": True, "gridOpacity": 0.25})
    models = {"field": "model", "type": "nominal", "legend": None, "sort": None}
    dashes = {**models, "scale": {"domain": [named(side) for side in _sides(found)], "range": [[1, 0], [6, 4]]}}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    tip = tips(model=_("Model"), layer=_("Layer"), points=_("points"), value=_("dimensions"))
    line = {"type": "line", "strokeWidth": 2, "point": {"size": 30}, "tooltip": True}
    encoding = {"x": x, "y": y, "color": colour, "detail": {"field": "line", "type": "nominal"}, "tooltip": tip}
    marks: list[Spec] = [{"mark": line, "encoding": {**encoding, "strokeDash": dashes}}]
    rows = tuple((record["model"], record["layer"], record["points"], record["value"]) for record in records)
    return Figure(frame(records, marks, HEIGHT), alt, ("model", "layer", "points", "dimensions"), rows)


def _told(side: Side) -> Sequence[tuple[int, Dimension]]:
    return list(enumerate(side.dimension))


def _noted(each: Dimension) -> str:
    return each.caution if each.noisy or each.twins else ""


def common(found: Comparison, name: str) -> Figure:
    """Draw what every layer has in common with the sound or with the phones, on stretches that were not fitted on."""
    there = [side for side in _sides(found) if name in side.common]
    points = [(side, layer, each) for side in there for layer, each in enumerate(side.common[name])]
    records = [_point(*point) for point in points]
    rows = tuple((*_row(*point), point[2].ridge, point[2].test) for point in points)
    said = "; ".join(_range(side, [each.value for each in side.common[name]], ".2f") for side in there)
    alt = _("What the layers have in common with {what}, held-out CCA: {said}.").format(
        what=_(AGAINST[name]), said=said
    )
    columns = (
        "model",
        "layer",
        "mean held-out canonical correlation of 12 pairs",
        "low",
        "high",
        "ridge",
        "test stretches",
    )
    return Figure(_curves(found, records, _("in common (0 to 1)"), ".2~f", 1.0), alt, columns, rows)


def _sides(found: Comparison) -> Sequence[Side]:
    return (found.first,) if found.itself else (found.first, found.second)


def _range(side: Side, values: Sequence[float], form: str) -> str:
    if not values:
        return _("{model} was not measured").format(model=named(side))
    at = int(np.argmax(values))
    return _("{model} from {first} at the input to {last} at the last layer, most at layer {at} with {most}").format(
        model=named(side), first=f"{values[0]:{form}}", last=f"{values[-1]:{form}}", at=at, most=f"{values[at]:{form}}"
    )


def _row(side: Side, layer: int, each: Dimension | Common) -> tuple[Cell, ...]:
    return (named(side), layer, *(round(value, DIGITS) for value in (each.value, each.low, each.high)))


def _point(side: Side, layer: int, each: Dimension | Common, note: str = "") -> Spec:
    value, low, high = (round(number, DIGITS) for number in (each.value, each.low, each.high))
    return {
        "depth": round(layer / max(side.layers, 1), DIGITS), "layer": layer, "model": named(side), "value": value,
        "low": low, "high": high, "colour": depth(layer, side.layers), "note": note, "hollow": bool(note),
    }  # fmt: skip


def _curves(found: Comparison, records: list[Spec], title: str, form: str, top: float | None) -> Spec:
    """Draw one line for each model over relative depth; the second dashed, with squares."""
    names = [named(side) for side in _sides(found)]
    scale: Spec = {"zero": True} if top is None else {"domain": [0, top]}
    if found.itself:
        x = place(found.first, "depth")
    else:
        percent = {"format": ".0%", "tickCount": 5}
        x = axis("depth", _("Depth (0 %: what the first block receives)"), scale={"domain": [0, 1]}, axis=percent)
    y = axis("value", title, scale=scale, axis={"format": form, "tickCount": 5, "grid": True, "gridOpacity": 0.25})
    legend = None if len(names) == 1 else {"orient": "top", "labelLimit": 240}
    by = {"field": "model", "type": "nominal", "title": None}
    dashes = {**by, "scale": {"domain": names, "range": [[1, 0], [6, 4]][: len(names)]}, "legend": legend}
    shapes = {**by, "scale": {"domain": names, "range": ["circle", "square"][: len(names)]}, "legend": legend}
    tip = tips(
        model=_("Model"), layer=_("Layer"), value=title, low=_("95 % interval from"), high=_("to"), note=_("Note")
    )
    ends = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    filled = {"condition": {"test": "datum.hollow", "value": 0}, "value": 1}
    point = {"type": "point", "size": 80, "opacity": 1, "strokeWidth": 2, "tooltip": True}
    painted = {"fill": colour, "stroke": colour, "fillOpacity": filled, "shape": shapes}
    marks: list[Spec] = [
        {"mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.6}, "encoding": {**ends, "color": colour}},
        {"mark": {"type": "line", "color": NEUTRAL}, "encoding": {"x": x, "y": y, "strokeDash": dashes}},
        {"mark": point, "encoding": {"x": x, "y": y, **painted, "tooltip": tip}},
    ]
    return frame(records, marks, HEIGHT)
