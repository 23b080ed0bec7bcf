"""Where, in time and frequency, does each channel of a layer answer, and which channels matter here?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt8

from core.activity import activity, z_scores
from core.errors import MethodError
from core.text import N_, _
from core.timeline import TimeAxis
from core.trace import Trace
from core.units import LIMIT, ORDERS

if TYPE_CHECKING:
    from core.attribution.layer_maps import LayerView

MIDDLE = 128  # level half-way between the lowest and the highest
MEANING = N_(
    "How far the channel is from its own mean over the clip, in its own standard deviations: 3 is rare, 0 is usual. "
    "That it answers to a sound does not show that the model uses it for that sound."
)
CARRIES = N_(
    "How much this channel adds to the score, as far as a straight line tells: its value times how the score depends "
    "on it, over all places."
)


@dataclass(frozen=True, eq=False)
class LayerActivation:
    """What a layer, or a convolution before the layers, keeps of a clip.

    values  (bands, frames, channels) in the model's own numbers; one band where pitches are not told apart
    time    frames
    edges   bands + 1 frequencies in Hz, low to high; empty where there is no frequency axis
    """

    values: Float32[np.ndarray, "bands frames channels"]
    time: TimeAxis
    edges: tuple[float, ...] = ()

    @property
    def flat(self) -> Float32[np.ndarray, "places channels"]:
        """All bands and frames in one row, as the measures of units want them."""
        return self.values.reshape(-1, self.values.shape[-1])


@dataclass(frozen=True)
class Region:
    """A part of a sound: seconds, and Hz where the layer tells pitches apart."""

    start: float
    end: float
    low_hz: float = 0.0
    high_hz: float = float("inf")


@dataclass(frozen=True, eq=False)
class Ranked:
    """Channels in order, first the one with the highest value; ``values`` belong to the measure that ranked them."""

    channels: Int[np.ndarray, " rows"]
    values: Float32[np.ndarray, " rows"]


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps ready to draw as bytes: 0 is ``low``, 255 is ``high``.

    levels   (rows, bands, frames); the middle level where there is nothing to say
    channels number of the channel in each row; empty where a row is a whole layer
    """

    levels: UInt8[np.ndarray, "rows bands frames"]
    channels: tuple[int, ...]
    low: float
    high: float
    time: TimeAxis
    edges: tuple[float, ...]

    def over(self, edges: Float[np.ndarray, " borders"]) -> UInt8[np.ndarray, "rows picture frames"]:
        """Put maps on the bands of a picture of borders ``edges`` in Hz; outside its own bands a map says nothing."""
        borders = np.asarray(edges, dtype=np.float64)
        if not self.edges:
            return np.repeat(self.levels, len(borders) - 1, 1)
        own = np.searchsorted(self.edges, (borders[:-1] + borders[1:]) / 2, side="right") - 1
        there = (own >= 0) & (own < self.levels.shape[1])
        laid = np.full((len(self.levels), len(own), self.time.count), MIDDLE, dtype=np.uint8)
        laid[:, there] = self.levels[:, own[there]]
        return laid


def layer(trace: Trace, number: int) -> LayerActivation:
    """Lay a layer of a trace, 0 (input of the first block) to the last, out on its own bands and frames."""
    grid = trace.grids[number]
    return LayerActivation(grid.place(trace.hidden[number]), grid.time, grid.edges if grid.bands > 1 else ())


def convolution(trace: Trace, number: int) -> LayerActivation:
    """Lay a convolution before the layers, counted from 1, out on the frames of layer 0.

    Raises MethodError where there is none of that number.
    """
    if not 1 <= number <= len(trace.convolutions):
        raise MethodError(
            _("This model has no convolution {number} before its layers.").format(number=number),
            hint=_("Choose one of its {count} convolutions.").format(count=len(trace.convolutions))
            if trace.convolutions
            else _("Choose a layer."),
        )
    return LayerActivation(trace.convolutions[number - 1][None], trace.time)


def of_view(view: "LayerView") -> LayerActivation:
    """Lay the layer of a live pass out the same way."""
    return _on_grid(view, view.activation)


def whole(activation: LayerActivation) -> Maps:
    """Draw the layer as one map: how far each place stands out from the rest, RMS over channels of their z-scores.

    1 is usual and lies in the middle of the scale, 0 to 2.
    """
    standing = activity(activation.flat).standing.reshape(activation.values.shape[:2])
    return Maps(_levels(standing[None], 0.0, 2.0), (), 0.0, 2.0, activation.time, activation.edges)


def of_channels(activation: LayerActivation, channels: Sequence[int], limit: float = LIMIT) -> Maps:
    """Draw some channels, each in its own z-scores over all places, up to ``limit`` either way."""
    scores = z_scores(activation.flat)[:, list(channels)].T.reshape(len(channels), *activation.values.shape[:2])
    levels = _levels(scores, -limit, limit)
    return Maps(levels, tuple(map(int, channels)), -limit, limit, activation.time, activation.edges)


def most_active(activation: LayerActivation, count: int = 8) -> Ranked:
    """Rank channels by how much they move about their own mean, in terms of the layer's median channel."""
    _title, order = ORDERS["active"]
    channels, moves = order(activation.flat, count), activation.flat.std(0, dtype=np.float64)
    median = max(float(np.median(moves)), float(np.finfo(np.float32).tiny))
    return Ranked(channels, (moves[channels] / median).astype(np.float32))


def most_specific(activation: LayerActivation, region: Region, count: int = 8) -> Ranked:
    """Rank channels by how much higher they are inside a region than outside, in their own standard deviations.

    Raises MethodError where the region is the whole clip, so that nothing lies outside.
    """
    inside = _inside(activation, region).reshape(-1)
    if inside.all():
        raise MethodError(
            _("The part chosen is the whole sound, so no channel can be special to it."),
            hint=_("Choose a shorter part."),
        )
    scores = z_scores(activation.flat).astype(np.float64)
    return _ranked(scores[inside].mean(0) - scores[~inside].mean(0), count)


def most_carrying(view: "LayerView", count: int = 8) -> Ranked:
    """Rank channels by gradient x activation, added up over all places: what each adds to the score to first order."""
    return _ranked((view.gradient * view.activation).sum((0, 1), dtype=np.float64), count)


def carried(view: "LayerView", channels: Sequence[int]) -> Maps:
    """Draw gradient x activation of some channels, signed; all on one scale, which the strongest place sets."""
    product = _on_grid(view, (view.gradient * view.activation)[..., list(channels)])
    values = product.values.transpose(2, 0, 1)
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    return Maps(_levels(values, -most, most), tuple(map(int, channels)), -most, most, product.time, product.edges)


def _on_grid(view: "LayerView", values: Float32[np.ndarray, "bands places channels"]) -> LayerActivation:
    from core.attribution.layer_maps import on_frames

    time, edges = view.grid.time, view.grid.edges if view.grid.bands > 1 else ()
    return LayerActivation(on_frames(values, time, view.tap), time, edges)


def _inside(activation: LayerActivation, region: Region) -> Bool[np.ndarray, "bands frames"]:
    """Mark the places whose middles lie in a region; at least one frame and one band."""
    bands, frames = activation.values.shape[:2]
    found = np.zeros((bands, frames), dtype=bool)
    high = np.ones(bands, dtype=bool)
    if activation.edges:
        edges = np.array(activation.edges)
        middles = (edges[:-1] + edges[1:]) / 2
        high = (middles >= region.low_hz) & (middles < region.high_hz)
        if not high.any():
            high[np.abs(middles - max(region.low_hz, 0.0)).argmin()] = True
    found[high, activation.time.within(region.start, region.end)] = True
    return found


def _ranked(values: Float[np.ndarray, " channels"], count: int) -> Ranked:
    channels = np.argsort(-values, kind="stable")[:count]
    return Ranked(channels, values[channels].astype(np.float32))


def _levels(values: Float[np.ndarray, "..."], low: float, high: float) -> UInt8[np.ndarray, "..."]:
    return np.clip(np.round((values - low) / (high - low) * 255), 0, 255).astype(np.uint8)
