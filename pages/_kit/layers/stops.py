"""Where one can stop on the way through a model: its convolutions, what its first block receives, its blocks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.figures.charts import NEUTRAL
from core.figures.palette import depth
from core.text import _
from core.timeline import TimeAxis
from core.trace import Trace
from pages._kit import present, session


@dataclass(frozen=True, eq=False)
class Stop:
    """One place on the way, first convolution to last block.

    value    number in the address: below 0 a convolution (-1: the last), 0 what block 1 receives, above 0 a block
    name     as it stands in sentences, such as "layer 5"
    label    as it stands beside the slider, such as "5 of 8"
    colour   ``#rrggbb``: depth for layers, grey for convolutions
    table    colour map of its pictures
    frames   (frames, units)
    time     where the frames lie
    """

    value: int
    name: str
    label: str
    colour: str
    table: str
    frames: Float32[np.ndarray, "frames units"]
    time: TimeAxis

    @property
    def is_convolution(self) -> bool:
        """Tell whether this is a convolution of the front end."""
        return self.value < 0

    @property
    def width(self) -> int:
        """Number of units."""
        return self.frames.shape[1]


def of(trace: Trace) -> tuple[Stop, ...]:
    """List every stop of a trace in order."""
    return (*_convolutions(trace), *(_layer(trace, layer) for layer in range(trace.layers + 1)))


def _convolutions(trace: Trace) -> list[Stop]:
    count = len(trace.convolutions)
    return [
        Stop(
            at - count,
            _("convolution {number}").format(number=at + 1),
            _("convolution {number}").format(number=at + 1),
            NEUTRAL,
            "sound",
            values,
            trace.time,
        )
        for at, values in enumerate(trace.convolutions)
    ]


def _layer(trace: Trace, layer: int) -> Stop:
    layers = trace.layers
    return Stop(
        layer,
        _("layer {layer}").format(layer=layer) if layer else _("the input of layer 1"),
        _("{layer} of {layers}").format(layer=layer, layers=layers) if layer else _("input"),
        depth(layer, layers),
        f"layer:{layer}/{layers}",
        trace.frames(layer),
        trace.grids[layer].time,
    )


def all_of_them() -> tuple[Stop, ...]:
    """List the stops of the chosen model and clip."""
    return of(present.trace())


def chosen(stops: tuple[Stop, ...]) -> Stop:
    """Pick the chosen stop; a number from a link that this model lacks becomes the nearest there is."""
    wanted = min(max(session.chosen().layer, stops[0].value), stops[-1].value)
    return stops[wanted - stops[0].value]


def unit(stop: Stop) -> int | None:
    """The chosen unit where this stop has it, else None."""
    found = session.chosen().unit
    return found if found is not None and found < stop.width else None
