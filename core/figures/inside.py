"""The charts of what teaching changed inside a model: layer by layer, head by head."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float64

from core.figures.charts import NEUTRAL
from core.figures.figure import Figure, Spec, axis, frame, layer_title, tips
from core.figures.palette import depth
from core.text import _

DIGITS = 4
TRUE, OTHERS = "#1b8a7a", ("#d6336c", "#5b7fa6", "#b3863b", "#8a8f98")


def drift(likeness: Float64[np.ndarray, " layers"], frames: int) -> Figure:
    """Draw how far every layer moved from what it said before the teaching; 0 is unchanged."""
    least = int(np.nanargmin(likeness)) if np.isfinite(likeness).any() else 0
    alt = _(
        "Likeness of every layer to itself before, on {frames} moments. Most changed: layer {layer} at {value:.2f}."
    )
    title = _("change (0: none, 1: unrelated)")
    said = alt.format(frames=frames, layer=least, value=likeness[least])
    most = max(0.05, 1.0 - float(likeness[least]))
    return _over_layers(1.0 - likeness, title, said, "1 - unbiased linear CKA", {"domain": [0, most]})


def layer_weights(shares: Float64[np.ndarray, " layers"]) -> Figure:
    """Draw how much of each layer the new head reads."""
    most = int(shares.argmax())
    alt = _("Share of every layer in what the head reads. Most: layer {layer} with {value:.0%}.")
    title = _("share of what the head reads")
    return _over_layers(shares, title, alt.format(layer=most, value=shares[most]), "share", {"zero": True}, even=True)


def _over_layers(
    values: Float64[np.ndarray, " layers"], title: str, alt: str, column: str, scale: Spec, even: bool = False
) -> Figure:
    layers = len(values) - 1
    records: list[Spec] = [
        {"layer": at, "value": round(float(value), DIGITS), "colour": depth(at, max(layers, 1))}
        for at, value in enumerate(values)
        if np.isfinite(value)
    ]
    x = axis("layer", layer_title(), "ordinal", axis={"labelAngle": 0})
    y = axis("value", title, scale=scale, axis={"format": ".0%" if even else ".2~f", "tickCount": 5})
    tip = tips(layer=_("Layer"), value=title)
    bar = {"type": "bar", "cornerRadiusEnd": 3, "tooltip": True}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    marks: list[Spec] = [{"mark": bar, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip}}]
    if even:
        marks.append(
            {
                "data": {"values": [{"value": round(1 / len(values), DIGITS), "label": _("an even share")}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": NEUTRAL, "tooltip": True},
                "encoding": {"y": y, "tooltip": tips(label=_("Line"), value=title)},
            }
        )
    rows = tuple((record["layer"], record["value"]) for record in records)
    return Figure(frame(records, marks, 300), alt, ("layer", column), rows)


def spans(before: Float64[np.ndarray, "blocks heads"], after: Float64[np.ndarray, "blocks heads"]) -> Figure:
    """Draw over which distance every head looks, before against after; on the diagonal nothing changed."""
    blocks, heads = after.shape
    records: list[Spec] = [
        {
            "layer": block + 1,
            "head": head + 1,
            "before": round(float(before[block, head]), DIGITS),
            "after": round(float(after[block, head]), DIGITS),
            "colour": depth(block + 1, blocks),
        }
        for block in range(blocks)
        for head in range(heads)
        if np.isfinite([before[block, head], after[block, head]]).all()
    ]
    moved = float(np.nanmean(after - before)) if records else 0.0
    alt = _("Mean distance over which each of {count} heads looks. On average it changed by {moved:+.3f} s.").format(
        count=len(records), moved=moved
    )
    top = max((max(record["before"], record["after"]) for record in records), default=1.0)
    marks = _span_marks(round(top, 3))
    rows = tuple((one["layer"], one["head"], one["before"], one["after"]) for one in records)
    return Figure(frame(records, marks, 360), alt, ("layer", "head", "before (s)", "after (s)"), rows)


def _span_marks(top: float) -> Sequence[Spec]:
    x = axis("before", _("distance before (s)"), scale={"zero": True})
    y = axis("after", _("distance after (s)"), scale={"zero": True})
    tip = tips(layer=_("Layer"), head=_("Head"), before=_("before (s)"), after=_("after (s)"))
    diagonal: Spec = {
        "data": {"values": [{"before": 0, "after": 0}, {"before": top, "after": top}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "color": NEUTRAL},
        "encoding": {"x": x, "y": y},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    point = {"type": "point", "filled": True, "size": 80, "opacity": 0.95, "tooltip": True}
    return [diagonal, {"mark": point, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip}}]


def over_epochs(
    numbers: Sequence[int], probabilities: Float[np.ndarray, "epochs classes"], labels: Sequence[str], true: str
) -> Figure:
    """Draw how likely the model found each class after every epoch; the true one is drawn strong."""
    kept = [at for at in np.argsort(-probabilities.max(0))[:5] if labels[at] != true][:4]
    shown = [*([labels.index(true)] if true in labels else []), *(int(at) for at in kept)]
    records: list[Spec] = [
        {
            "epoch": number,
            "class": labels[at],
            "probability": round(float(row[at]), DIGITS),
            "strong": labels[at] == true,
        }
        for number, row in zip(numbers, probabilities, strict=True)
        for at in shown
    ]
    x = axis("epoch", _("epoch (0: before)"), axis={"tickMinStep": 1, "format": "d"})
    y = axis("probability", _("probability"), scale={"domain": [0, 1]}, axis={"format": ".0%", "tickCount": 5})
    tip = tips(**{"class": _("class")}, epoch=_("epoch"), probability=_("probability"))
    names = [labels[at] for at in shown]
    colour = {
        "field": "class", "type": "nominal", "title": None, "sort": names,
        "scale": {"domain": names, "range": [TRUE, *OTHERS] if true in labels else list(OTHERS)},
        "legend": {"orient": "top"},
    }  # fmt: skip
    width = {"condition": {"test": "datum.strong", "value": 4}, "value": 1.5}
    line = {"type": "line", "point": {"size": 50}, "tooltip": True}
    marks: list[Spec] = [
        {"mark": line, "encoding": {"x": x, "y": y, "color": colour, "strokeWidth": width, "tooltip": tip}}
    ]
    first, last = (float(probabilities[at, labels.index(true)]) if true in labels else 0.0 for at in (0, -1))
    alt = _("Probability of {true} over the epochs: from {first:.0%} to {last:.0%}.").format(
        true=true, first=first, last=last
    )
    rows = tuple((record["epoch"], record["class"], record["probability"]) for record in records)
    return Figure(frame(records, marks, 300), alt, ("epoch", "class", "probability"), rows)
