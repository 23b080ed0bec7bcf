"""The chart of the CTC lens along the depth: how much of a sound each layer hears rightly, and how undecided it is."""

import numpy as np
from jaxtyping import Float64

from core.figures.charts import NEUTRAL
from core.figures.figure import Figure, Spec, axis, frame, layer_title, tips
from core.figures.palette import depth
from core.text import _

DIGITS = 4
HEIGHT = 260  # pixels


def settling(
    shares: Float64[np.ndarray, " layers"], good: Float64[np.ndarray, " layers"], doubt: Float64[np.ndarray, " layers"]
) -> Figure:
    """Draw per layer the share of moments that are right (pale), and right in all later layers too (full).

    doubt  mean over the moments, 0 to 1; a dashed line
    """
    layers = len(shares) - 1
    records: list[Spec] = [
        {
            "layer": layer,
            "share": round(float(shares[layer]), DIGITS),
            "good": round(float(good[layer]), DIGITS),
            "doubt": round(float(doubt[layer]), DIGITS),
            "colour": depth(layer, max(layers, 1)),
        }
        for layer in range(layers + 1)
    ]
    alt = _(
        "Share of moments in which each layer hears the right symbol: from {first:.0%} at the input of layer 1 to "
        "{last:.0%} at layer {layers}; {half} is the first layer at which half of these are right for good."
    ).format(first=shares[0], last=shares[-1], layers=layers, half=int(np.argmax(good >= good[-1] / 2)))
    return Figure(
        frame(records, _marks(), HEIGHT),
        alt,
        ("layer", "share of moments right", "share right in all later layers too", "mean doubt (0 to 1)"),
        tuple((one["layer"], one["share"], one["good"], one["doubt"]) for one in records),
    )


def _marks() -> list[Spec]:
    x = axis("layer", layer_title(), "ordinal", axis={"labelAngle": 0})
    y = axis("share", _("Share of moments"), scale={"domain": [0, 1]},
             axis={"format": ".0%", "tickCount": 5, "grid": True, "gridOpacity": 0.18})  # fmt: skip
    tip = tips(layer=_("Layer"), share=_("right"), good=_("right for good"), doubt=_("doubt"))
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    bar = {"type": "bar", "tooltip": True, "cornerRadiusEnd": 3}
    return [
        {"mark": {**bar, "opacity": 0.3}, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip}},
        {"mark": bar, "encoding": {"x": x, "y": {**y, "field": "good"}, "color": colour, "tooltip": tip}},
        {
            "mark": {"type": "line", "color": NEUTRAL, "strokeDash": [4, 3], "point": {"color": NEUTRAL, "size": 30}},
            "encoding": {"x": x, "y": {**y, "field": "doubt"}},
        },
    ]
