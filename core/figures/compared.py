"""The matrices of the Compare page: which layers of one model are like which of another, by relative depth."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.comparing.comparison import Comparison, Side, standing_out
from core.figures.charts import MARKED, NEUTRAL
from core.figures.figure import Figure, Spec, axis, frame, tips
from core.figures.image import data_address, levels, png
from core.figures.palette import SOUND, depth, to_hex
from core.text import _

DIGITS = 4
CELL = 32  # pixels of the picture for each pair of layers
HEIGHT = 460
TICKS = 13  # layers named along an axis at most


def cka(found: Comparison, light: bool = False) -> Figure:
    """Draw unbiased CKA of every layer with every layer, and the best match of each; on a ``light`` page dark is alike.

    The layers of both models lie at their relative depth.
    """
    low, high = found.cka.low, found.cka.high
    drawn = _Drawn(
        found.cka.matrix, low, high, "unbiased linear CKA", _("Likeness"), found.cka.chance, found.best, found.clear
    )
    return _matrix(found, drawn, light)


def rsa(found: Comparison, light: bool = False) -> Figure:
    """Draw how far every layer agrees with every layer on which utterances are alike (RSA)."""
    matrix, chance = found.rsa.matrix, float(np.median(found.rsa.chance))
    name, best = "rank correlation of distances (RSA)", matrix.argmax(1).astype(np.int64)
    ends = found.rsa.low, found.rsa.high
    return _matrix(found, _Drawn(matrix, *ends, name, _("Agreement"), chance, best, standing_out(matrix, *ends)), light)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """One matrix with its interval: its name in the numbers, what a cell is called, chance, and the best matches.

    clear  the best match stands out
    """

    values: Float64[np.ndarray, "first second"]
    low: Float64[np.ndarray, "first second"]
    high: Float64[np.ndarray, "first second"]
    name: str
    called: str
    chance: float
    best: Int64[np.ndarray, " first"]
    clear: Bool[np.ndarray, " first"]


def _matrix(found: Comparison, drawn: _Drawn, light: bool) -> Figure:
    first, second, values, name = found.first, found.second, drawn.values, drawn.name
    pairs = [(a, b) for a in range(len(values)) for b in range(values.shape[1])]
    rows = tuple(
        (a, b, *(round(float(part[a, b]), DIGITS) for part in (values, drawn.low, drawn.high))) for a, b in pairs
    )
    records: list[Spec] = [
        {
            **_cell(first.layers, int(a), "y"),
            **_cell(second.layers, int(b), "x"),
            "one": a,
            "other": b,
            "value": value,
            "low": low,
            "high": high,
        }
        for a, b, value, low, high in rows
    ]
    bounds = _bounds(values, found.itself)
    marks = [
        _picture(values, bounds, light, first.layers, second.layers),
        _readable(found, bounds, light, drawn.called),
        *_swatches(first, second),
        *_matches(found, drawn),
    ]
    columns = (f"layer of {first.model}", f"layer of {second.model}", name, f"{name}, low", f"{name}, high")
    return Figure(frame(records, marks, HEIGHT), _said(found, values, name, drawn.chance), columns, rows)


def _cell(layers: int, layer: int, side: str) -> Spec:
    half = 0.5 / max(layers, 1)
    middle = layer / max(layers, 1)
    return {
        side: round(middle, DIGITS),
        f"{side}0": round(middle - half, DIGITS),
        f"{side}1": round(middle + half, DIGITS),
    }


def _bounds(values: Float64[np.ndarray, "first second"], itself: bool) -> tuple[float, float]:
    """Begin the scale at the tenth below the least alike pair, and end it at 1 or the tenth above the most alike."""
    low = float(np.clip(np.floor(10 * values.min()) / 10, 0.0, 0.9))
    high = 1.0 if itself else float(np.clip(np.ceil(10 * values.max()) / 10, low + 0.1, 1.0))
    return low, high


def _reach(layers: int) -> list[float]:
    half = 0.5 / max(layers, 1)
    return [-half, 1 + half]


def place(side: Side, name: str) -> Spec:
    """Lay layers out by relative depth, named by their number."""
    step = max(1, -(-(side.layers + 1) // TICKS))
    layers = range(0, side.layers + 1, step)
    scale = {"domain": _reach(side.layers), "nice": False, "zero": False, "reverse": name == "y"}
    shown = {
        "values": [round(layer / max(side.layers, 1), DIGITS) for layer in layers],
        "labelExpr": f"round(datum.value * {side.layers})",
        "labelAngle": 0, "offset": 12, "domain": False, "ticks": False, "labelOverlap": True,
    }  # fmt: skip
    return axis(name, _("Layer of {model}").format(model=named(side)), scale=scale, axis=shown)


def named(side: Side) -> str:
    """Name a model, and say where it has learned nothing."""
    return _("{model}, untaught").format(model=side.model) if side.untaught else side.model


def _picture(
    values: Float64[np.ndarray, "first second"], bounds: tuple[float, float], light: bool, first: int, second: int
) -> Spec:
    """Show the matrix as one picture, stretched over the cells."""
    table = SOUND[::-1] if light else SOUND
    address = data_address(png(levels(values, *bounds), np.ascontiguousarray(table), CELL))
    across, down = _reach(second), _reach(first)
    where = {"x0": across[0], "x1": across[1], "y0": down[0], "y1": down[1], "picture": address}
    return {
        "data": {"values": [where]},
        "mark": {"type": "image", "aspect": False},
        "encoding": {
            "x": {"field": "x0", "type": "quantitative"},
            "x2": {"field": "x1"},
            "y": {"field": "y0", "type": "quantitative"},
            "y2": {"field": "y1"},
            "url": {"field": "picture", "type": "nominal"},
        },
    }


def _readable(found: Comparison, bounds: tuple[float, float], light: bool, called: str) -> Spec:
    """Lay over the picture what shows under the pointer, and the legend; itself it is not seen."""
    stops = [to_hex(SOUND[at]) for at in np.linspace(0, len(SOUND) - 1, 12).round().astype(int)]
    scale = {"domain": list(bounds), "range": stops[::-1] if light else stops, "interpolate": "lab", "clamp": True}
    legend = {"orient": "top", "gradientLength": 160, "gradientOpacity": 1}
    tip = tips(one=place(found.first, "y")["title"], other=place(found.second, "x")["title"], value=called)
    tip += tips(low=_("95 % interval from"), high=_("to"))
    return {
        "mark": {"type": "rect", "opacity": 0, "tooltip": True},
        "encoding": {
            "x": {**place(found.second, "x"), "field": "x0"},
            "x2": {"field": "x1"},
            "y": {**place(found.first, "y"), "field": "y0"},
            "y2": {"field": "y1"},
            "fill": axis("value", called, scale=scale, legend=legend),
            "tooltip": tip,
        },
    }


def _swatches(first: Side, second: Side) -> list[Spec]:
    """Draw the colour of each layer along both axes."""
    mark: Spec = {"type": "square", "size": 70, "opacity": 1, "clip": False}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    across = {"x": {"field": "at", "type": "quantitative"}, "y": {"value": "height"}, "color": colour}
    down = {"x": {"value": 0}, "y": {"field": "at", "type": "quantitative"}, "color": colour}
    return [
        {"data": {"values": _colours(second)}, "mark": {**mark, "yOffset": 6}, "encoding": across},
        {"data": {"values": _colours(first)}, "mark": {**mark, "xOffset": -6}, "encoding": down},
    ]


def _colours(side: Side) -> list[Spec]:
    return [
        {"at": round(float(at), DIGITS), "colour": depth(layer, side.layers)} for layer, at in enumerate(side.depths)
    ]


def _matches(found: Comparison, drawn: _Drawn) -> list[Spec]:
    """Draw the line of equal depth and, for two models, every best match that stands out."""
    x, y = {"field": "x", "type": "quantitative"}, {"field": "y", "type": "quantitative"}
    equal: Spec = {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "color": NEUTRAL, "strokeWidth": 1.5},
        "encoding": {"x": x, "y": y},
    }
    if found.itself:
        return []
    places = [
        {
            "y": round(float(at), DIGITS),
            "x": round(float(found.second.depths[other]), DIGITS),
            "one": one,
            "other": int(other),
        }
        for one, (at, other) in enumerate(zip(found.first.depths, drawn.best, strict=True))
        if drawn.clear[one]
    ]
    tip = tips(one=_("Layer"), other=_("is most like layer"))
    ring = {"type": "point", "filled": False, "size": 110, "strokeWidth": 2.5, "color": MARKED, "tooltip": True}
    return [
        equal,
        {"data": {"values": places}, "mark": ring, "encoding": {"x": x, "y": y, "tooltip": tip}},
    ]


def _said(found: Comparison, values: Float64[np.ndarray, "first second"], name: str, chance: float) -> str:
    if found.itself:
        pairs = [(a, b) for a in range(len(values)) for b in range(a + 1, len(values))]
        least = min(pairs, key=lambda pair: values[pair], default=(0, 0))
        return _(
            "{what} of the {layers} layers of {model} with each other. Least alike are layers {a} and {b} at "
            "{value:.2f}; chance gives {chance:.2f}."
        ).format(
            what=name, layers=len(values), model=named(found.first), a=least[0], b=least[1], value=values[least],
            chance=round(chance, 2) + 0.0,
        )  # fmt: skip
    most = np.unravel_index(values.argmax(), values.shape)
    return _(
        "{what} of the layers of {first} with those of {second}. Most alike are layer {a} and layer {b} at "
        "{value:.2f}; chance gives {chance:.2f}."
    ).format(
        what=name, first=named(found.first), second=named(found.second), a=int(most[0]), b=int(most[1]),
        value=values[most], chance=round(chance, 2) + 0.0,
    )  # fmt: skip
