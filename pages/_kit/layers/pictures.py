"""What is measured once per model and clip for the rows of the strip: maps, activity, colours, what is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, UInt8

from core import activity, directions, units
from core.activity import Activity
from core.directions import Directions
from core.sources import CHECKPOINTS
from core.timeline import TimeAxis
from core.units import ActivationMap
from pages._kit import engine, present
from pages._kit.layers.stops import Stop

UNITS = 40  # lines of an activation map; more are too thin to tell apart
DARKEST, LIGHTEST = 38, 232  # levels of red, green and blue between which main directions are drawn
LEVELS = 16  # of an activation map; more are hard to tell apart in lines two pixels tall, and travel slower


@dataclass(frozen=True, eq=False)
class Colouring:
    """Every stop's main directions as colours, all on the frames of the finest stop.

    rgb        (stops, frames, 3)
    share      of each stop's variance that its colours show, 0 to 1
    reference  whether the directions come from many sounds, so that colours mean the same in every clip
    """

    rgb: UInt8[np.ndarray, "stops frames 3"]
    share: tuple[float, ...]
    reference: bool = False


def key(*more: object) -> tuple[object, ...]:
    """Name what is on the table by content, for results that all sessions share."""
    return ("layers", present.spec(), present.clip().fingerprint, *more)


def activities(stops: Sequence[Stop]) -> tuple[Activity, ...]:
    """Measure how active every stop is."""
    return engine.once(key("activity"), lambda: tuple(activity.activity(stop.frames) for stop in stops))


def maps(stops: Sequence[Stop], order: str) -> tuple[ActivationMap, ...]:
    """Lay out the most active units of every stop over time."""
    return engine.once(
        key("maps", order), lambda: tuple(units.activation_map(stop.frames, UNITS, order) for stop in stops)
    )


def scores(shown: ActivationMap) -> Float32[np.ndarray, "rows frames"]:
    """Give a map's values back in standard deviations."""
    return shown.low + shown.levels.astype(np.float32) * ((shown.high - shown.low) / 255)


def colouring(stops: Sequence[Stop], quiet: bool) -> Colouring | None:
    """Colour every stop by its main directions, loudness taken out first if ``quiet``; None for a clip too short."""
    return engine.once(key("colours", quiet), lambda: _coloured(stops, quiet))


def _coloured(stops: Sequence[Stop], quiet: bool) -> Colouring | None:
    """Fit the stops that have moments enough; the others stay grey."""
    enough = [stop for stop in stops if stop.time.count >= directions.FEWEST]
    if not enough:
        return None
    finest, clip = finest_time(stops), present.clip()
    loud = activity.loudness(clip, enough[0].time) if quiet else None
    stored = _stored(enough, quiet)
    # layers that share their frames take the colours most like those of the layer before
    fitted = stored or directions.fit_layers([stop.frames for stop in enough], loud)
    rgb = np.full((len(stops), finest.count, 3), (DARKEST + LIGHTEST) // 2, dtype=np.uint8)
    share = [0.0] * len(stops)
    for stop, found in zip(enough, fitted, strict=True):
        line = stop.value - stops[0].value
        colours = directions.colours(found, stop.frames, None if np.isnan(found.loudness) else loud)
        rgb[line] = _softened(colours)[on_finest(stop, finest)]
        share[line] = found.share
    return Colouring(rgb, tuple(share), stored is not None)


def _stored(stops: Sequence[Stop], quiet: bool) -> tuple[Directions, ...] | None:
    """Take the directions that ship with a bundled model, found on many sounds."""
    from core import reference_directions

    spec = present.spec()
    if spec.source != "bundled":
        return None
    widths = {stop.value: stop.width for stop in stops}
    return reference_directions.shipped(CHECKPOINTS / spec.name, quiet, widths)


def _softened(rgb: UInt8[np.ndarray, "frames 3"]) -> UInt8[np.ndarray, "frames 3"]:
    """Keep away from the glaring ends of a screen's colours; the order of the levels stays."""
    return np.round(DARKEST + rgb * ((LIGHTEST - DARKEST) / 255)).astype(np.uint8)


def finest_time(stops: Sequence[Stop]) -> TimeAxis:
    """Give the frames of the stop that has most of them."""
    return max((stop.time for stop in stops), key=lambda time: time.count)


def on_finest(stop: Stop, finest: TimeAxis) -> Int[np.ndarray, " all"]:
    """Find, for every frame of the finest stop, the frame of ``stop`` that lies nearest."""
    nearest = np.round((finest.centres() - stop.time.start) / stop.time.step)
    return np.clip(nearest, 0, stop.time.count - 1).astype(int)
