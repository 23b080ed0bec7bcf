"""The charts of the Layers, Attention and Listen pages."""

from collections.abc import Sequence

import numpy as np

from core.attention import KINDS, MEASURES, Measures
from core.ctc import Score
from core.figures.figure import Figure, Spec, axis, frame, layer_title, tips
from core.figures.palette import SOUND, depth, depths, to_hex
from core.similarity import Likeness, Steps
from core.text import _

DIGITS = 4  # after the point, in what is sent to the browser
NEUTRAL = to_hex(SOUND[126])  # stands out from white and from near black
MARKED = "#d6336c"  # a ring or an outline around what was chosen
SHAPES = ("circle", "square", "triangle-up")  # global, vertical, diagonal


def likeness(found: Likeness, layer: int | None = None, light: bool = False) -> Figure:
    """Draw which layers resemble which; ``layer`` is outlined; on a ``light`` page what is alike is dark."""
    layers = len(found.matrix)
    pairs = [(a, b) for a in range(layers) for b in range(a + 1, layers)]
    least = min(pairs, key=lambda pair: found.matrix[pair], default=(0, 0))
    alt = _(
        "Likeness of {layers} layers to each other, 0 to 1. Least alike are layers {a} and {b} at {value:.2f}; chance "
        "gives {chance:.2f}."
    ).format(layers=layers, a=least[0], b=least[1], value=found.matrix[least], chance=round(found.chance, 2) + 0.0)
    rows = tuple((a, b, float(found.matrix[a, b])) for a in range(layers) for b in range(layers))
    colours = depths(layers)
    records: list[Spec] = [
        {"x": x, "y": y, "value": round(value, DIGITS), "x_colour": colours[x], "y_colour": colours[y]}
        for x, y, value in rows
    ]
    # most layers of one model are much alike: the scale begins at the tenth below the least alike pair
    low = float(np.clip(np.floor(10 * found.matrix[least]) / 10, 0.0, 0.9))
    marks = _likeness_marks(layer, _sequential(low, 1.0, light))
    return Figure(frame(records, marks, 420), alt, ("layer", "other layer", "unbiased linear CKA"), rows)


def _likeness_marks(layer: int | None, scale: Spec) -> list[Spec]:
    """Draw the matrix, the colour of each layer along both axes, and an outline around one row."""
    x, y = (
        axis(name, layer_title(), "ordinal", axis={"labelAngle": 0, "offset": 12, "domain": False}) for name in "xy"
    )
    colour = axis("value", _("Likeness"), scale=scale, legend={"orient": "top", "gradientLength": 160})
    tip = tips(y=_("Layer"), x=_("and layer"), value=_("Likeness"))
    swatch: Spec = {"type": "square", "size": 70, "opacity": 1, "clip": False}
    once = [{"filter": "datum.x == datum.y"}]
    along_x = {"x": x, "y": {"value": "height"}, "color": _as_is("x_colour")}
    along_y = {"x": {"value": 0}, "y": y, "color": _as_is("y_colour")}
    outline = {"type": "rect", "fillOpacity": 0, "stroke": MARKED, "strokeWidth": 1.5}
    return [
        {"mark": {"type": "rect", "tooltip": True}, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip}},
        {"transform": once, "mark": {**swatch, "yOffset": 6}, "encoding": along_x},
        {"transform": once, "mark": {**swatch, "xOffset": -6}, "encoding": along_y},
        {
            "transform": [{"filter": f"datum.y == {-1 if layer is None else layer}"}],
            "mark": outline,
            "encoding": {"x": x, "y": y},
        },
    ]


def difference(found: Steps, chance: float) -> Figure:
    """Draw how little the output of each block resembles its input; the rule marks unrelated layers."""
    title = _("Difference (0 to 1)")
    alt = _("How much each block changes what is alike. Most: block {block} at {value:.2f}.")
    figure = _over_blocks(found.difference, title, alt, "1 - unbiased linear CKA to the layer before")
    rule = {
        "data": {"values": [{"chance": round(1 - chance, DIGITS), "label": _("unrelated moments")}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": NEUTRAL, "tooltip": True},
        "encoding": {"y": axis("chance", title), "tooltip": tips(label=_("Chance"), chance=_("Difference"))},
    }
    spec = {**figure.spec, "layer": [*figure.spec["layer"], rule]}
    return Figure(spec, figure.alt, figure.columns, figure.rows)


def step(found: Steps) -> Figure:
    """Draw how far each block moves what it receives."""
    title = _("Step (share of input)")
    alt = _("How far each block moves what it receives. Furthest: block {block} at {value:.2f} of its input.")
    return _over_blocks(found.step, title, alt, "mean length of the step over the length of the input")


def _over_blocks(values: np.ndarray, title: str, alt: str, column: str) -> Figure:
    blocks = len(values)
    records: list[Spec] = [
        {"block": at + 1, "value": round(float(value), DIGITS), "colour": depth(at + 1, blocks)}
        for at, value in enumerate(values)
        if np.isfinite(value)
    ]
    x = axis("block", _("Layer"), "ordinal", axis={"labelAngle": 0})
    y = axis("value", title, scale={"zero": True})
    tip = tips(block=_("Layer"), value=title)
    marks: list[Spec] = [
        {"mark": {"type": "line", "color": NEUTRAL}, "encoding": {"x": x, "y": y}},
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1, "tooltip": True},
            "encoding": {"x": x, "y": y, "color": _as_is("colour"), "tooltip": tip},
        },
    ]
    most = max(records, key=lambda record: record["value"], default={"block": 0, "value": float("nan")})
    rows = tuple((record["block"], float(values[record["block"] - 1])) for record in records)
    return Figure(frame(records, marks, 280), alt.format(**most), ("layer", column), rows)


def heads(found: Measures, x: str = "span", y: str = "entropy", chosen: tuple[int, int] | None = None) -> Figure:
    """Draw every head by two of its measures; ``chosen`` is (block from 1, head from 1) and gets a ring.

    A click on a point is the selection ``head`` with the fields ``layer`` and ``head``.
    """
    records, kinds = head_records(found), [_(title) for _name, title, _summary in KINDS]
    alt = _("{count} heads by {x} and {y}: {kinds}.").format(
        count=len(records),
        x=_(MEASURES[x][0]),
        y=_(MEASURES[y][0]),
        kinds=", ".join(f"{int((found.kind == at).sum())} {kind}" for at, kind in enumerate(kinds)),
    )
    columns = (
        "layer",
        "head",
        "kind",
        *(f"{name} ({unit or 'share'})" for name, (_title, unit, _s) in MEASURES.items()),
    )
    fields = ("layer", "head", "kind", *MEASURES)
    rows = tuple(tuple(record[field] for field in fields) for record in records)
    return Figure(frame(records, _head_marks(x, y, kinds, chosen or (0, 0)), 380), alt, columns, rows)


def _head_marks(x: str, y: str, kinds: list[str], chosen: tuple[int, int]) -> list[Spec]:
    position = {
        "x": axis(x, _axis_title(x), scale={"zero": False}),
        "y": axis(y, _axis_title(y), scale={"zero": False}),
    }
    shown = {name: _(MEASURES[name][0]) for name in dict.fromkeys((x, y, "span", "entropy"))}
    legend = {"orient": "top", "symbolFillColor": NEUTRAL, "symbolStrokeColor": NEUTRAL}
    shape = axis("kind", _("Kind"), "nominal", scale={"domain": kinds, "range": list(SHAPES)}, legend=legend)
    tip = tips(layer=_("Layer"), head=_("Head"), kind=_("Kind"), **shown)
    return [
        {
            "params": [{"name": "head", "select": {"type": "point", "fields": ["layer", "head"]}}],
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0.95, "tooltip": True},
            "encoding": {**position, "color": _as_is("colour"), "shape": shape, "tooltip": tip},
        },
        {
            "transform": [{"filter": f"datum.layer == {chosen[0]} && datum.head == {chosen[1]}"}],
            "mark": {"type": "point", "filled": False, "size": 260, "strokeWidth": 2.5, "color": MARKED},
            "encoding": position,
        },
    ]


def head_records(found: Measures) -> list[Spec]:
    """List all heads with their measures, one row each, as a table or a chart takes them; counted from 1."""
    blocks, count = found.kind.shape
    there = ((block, head) for block in range(blocks) for head in range(count) if found.kind[block, head] >= 0)
    return [_head(found, block, head, blocks) for block, head in there]


def _head(found: Measures, block: int, head: int, blocks: int) -> Spec:
    values = {name: round(float(getattr(found, name)[block, head]), DIGITS) for name in MEASURES}
    kind = _(KINDS[found.kind[block, head]][1])
    return {"layer": block + 1, "head": head + 1, "kind": kind, "colour": depth(block + 1, blocks), **values}


def scores(found: Sequence[Score]) -> Figure:
    """Draw class probabilities as bars, likeliest first; the number stands in the name, where the theme colours it."""
    records: list[Spec] = [
        {"label": f"{score.label} · {score.probability:.1%}", "value": round(score.probability, DIGITS)}
        for score in found
    ]
    y = axis("label", "", "nominal", sort=None, axis={"labelLimit": 220, "ticks": False, "domain": False})
    x = axis("value", _("Probability"), scale={"domain": [0, 1]}, axis={"format": ".0%", "tickCount": 5})
    bar = {"type": "bar", "color": NEUTRAL, "cornerRadiusEnd": 3, "height": {"band": 0.7}, "tooltip": True}
    marks = [{"mark": bar, "encoding": {"x": x, "y": y, "tooltip": tips(label=_("Class"))}}]
    said = ", ".join(f"{score.label} {score.probability:.0%}" for score in found[:3])
    alt = _("Probabilities of classes. Likeliest: {said}.").format(said=said)
    rows = tuple((score.label, score.probability) for score in found)
    return Figure(frame(records, marks, 34 * len(records) + 60), alt, ("class", "probability"), rows)


def _axis_title(name: str) -> str:
    title, unit, _summary = MEASURES[name]
    return f"{_(title)} ({unit})" if unit else _(title)


def _as_is(field: str) -> Spec:
    """Take a colour as the record gives it, without a legend."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def _sequential(low: float, high: float, light: bool) -> Spec:
    """Spread the sound's map from the page's ground to what stands out from it."""
    stops = [to_hex(SOUND[at]) for at in np.linspace(0, len(SOUND) - 1, 12).round().astype(int)]
    return {"domain": [low, high], "range": stops[::-1] if light else stops, "interpolate": "lab", "clamp": True}
