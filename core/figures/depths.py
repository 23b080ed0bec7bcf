"""The axis of depth: every stop of a model from its first convolution to its last block, named and coloured."""

from dataclasses import dataclass

from core.figures.charts import NEUTRAL
from core.figures.figure import Spec, axis
from core.figures.palette import depth
from core.probing.ladder import Ladder
from core.text import _


@dataclass(frozen=True)
class Depths:
    """How many stops a model has, and what each is called and coloured."""

    layers: int
    convolutions: int

    @classmethod
    def of(cls, ladder: Ladder) -> "Depths":
        """Take them from a ladder."""
        return cls(ladder.layers, ladder.convolutions)

    def place(self, stop: int) -> int:
        """Number of a stop along the axis, the first convolution 0."""
        return stop + self.convolutions

    def colour(self, stop: int) -> str:
        """Colour of a stop: depth for layers, grey for convolutions."""
        return NEUTRAL if stop < 0 else depth(stop, max(self.layers, 1))

    def short(self, stop: int) -> str:
        """Name of a stop under an axis."""
        if stop < 0:
            return _("c{number}").format(number=stop + self.convolutions + 1)
        return str(stop) if stop else _("in")

    def name(self, stop: int) -> str:
        """Name of a stop in a sentence."""
        if stop < 0:
            return _("convolution {number}").format(number=stop + self.convolutions + 1)
        return _("layer {layer}").format(layer=stop) if stop else _("the input of layer 1")

    @property
    def stops(self) -> tuple[int, ...]:
        """Every stop, first convolution to last block."""
        return tuple(range(-self.convolutions, self.layers + 1))


def ruler(depths: Depths, title: str = "", sparse: bool = False) -> Spec:
    """Describe the axis of depth: convolutions, what block 1 receives, blocks."""
    count = depths.layers + depths.convolutions + 1
    step = max(1, round(depths.layers / 4)) if sparse else 1 + depths.layers // 16
    named = [stop for stop in depths.stops if stop >= 0 and stop % step == 0]
    named += [-depths.convolutions] if sparse and depths.convolutions > 1 else []
    named += [] if sparse else [stop for stop in depths.stops if stop < 0 and depths.place(stop) % 2 == 0]
    words = ", ".join(f'"{depths.short(stop)}"' for stop in depths.stops)
    return axis(
        "at", title, scale={"domain": [-0.6, count - 0.4], "nice": False},
        axis={
            "values": sorted(map(depths.place, named)), "labelExpr": f"[{words}][datum.value]", "offset": 9,
            "domain": False, "ticks": False, "labelOverlap": "parity", "labelAngle": 0,
            "labelFontSize": 11, "titleFontSize": 12,
        },
    )  # fmt: skip


def ribbon(x: Spec) -> Spec:
    """Lay the colours of depth along the axis."""
    return {
        "mark": {"type": "rect", "aria": False, "yOffset": 3, "y2Offset": 9, "opacity": 1},
        "encoding": {
            "x": {**x, "field": "left"}, "x2": {"field": "right"}, "y": {"value": "height"},
            "y2": {"value": "height"}, "color": {"field": "colour", "type": "nominal", "scale": None, "legend": None},
        },
    }  # fmt: skip
