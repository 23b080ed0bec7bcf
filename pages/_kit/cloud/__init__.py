"""A map of points to point at, zoom and hear; all layers travel at once, so that points wander from one to the next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import streamlit as st
from jaxtyping import Float32, UInt16

from core.text import _
from pages._kit import session
from pages._kit.browser.feed import feed
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Packer, Payload, pack, placed, small

__all__ = ["Cloud", "Grouping", "Said", "Stop", "Way", "cloud_payload", "mount", "sound_payload"]

FOLDER = Path(__file__).parent
SCRIPTS = (
    "registry.js", "codec.js", "look.js", "elements.js", "download.js", "hear.js", "marks.js", "view.js", "cloud.js",
    "touch.js",
)  # fmt: skip
LEVELS = 65535
SEEN = 99.8  # percent of the places that lie inside the frame, either way
FRAME = np.array([1.33, 1.0], np.float32)  # half its width and height
FULL_SCALE = 32767  # of 16-bit sound

_cloud = st.components.v2.component(
    "strata_cloud", html=text(FOLDER, "cloud.html"), css=text(FOLDER, "cloud.css"), js=joined(FOLDER, *SCRIPTS)
)


@dataclass(frozen=True)
class Grouping:
    """One way to sort the points.

    title   what the visitor chooses
    names   of everything that a point can be, in order
    of      place in ``names`` of every point, -1 where that is not known
    groups  place in ``labels`` of every point, -1 for what has no colour of its own
    labels  what the legend lists
    """

    title: str
    names: tuple[str, ...]
    of: tuple[int, ...]
    groups: tuple[int, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Way:
    """The visitor's sound on one map: (frames, 2) places; centre of the first frame and step between two in seconds."""

    places: Float32[np.ndarray, "frames 2"]
    start: float
    step: float


@dataclass(frozen=True, eq=False)
class Stop:
    """One map.

    value     what the layer slider holds there
    title     such as "layer 5"; colour: ``#rrggbb``; note: how far the map can be trusted
    points    (n, 2); stations: (m, 2) places of what the visitor's sound says
    """

    value: int
    title: str
    colour: str
    note: str
    points: Float32[np.ndarray, "n 2"]
    stations: Float32[np.ndarray, "m 2"]
    way: Way | None = None


@dataclass(frozen=True)
class Said:
    """A stretch of the visitor's sound, seconds, and what is said in it."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points at every stop.

    of         identity of the points: places of other stops with the same one are wandered to
    what       such as "600 phones"
    names      drawn in the points' places; titles: shown with a point, and in the list
    named      draw names instead of marks to begin with
    first      which grouping colours to begin with
    """

    of: str
    what: str
    file: str
    names: tuple[str, ...]
    titles: tuple[str, ...]
    groupings: Sequence[Grouping]
    said: Sequence[Said]
    stops: Sequence[Stop]
    named: bool = False
    first: int = 0


def cloud_payload(cloud: Cloud) -> Payload:
    """Pack all stops, places as 16-bit levels; worth keeping."""
    packer, stops = Packer(), [_framed(stop) for stop in cloud.stops]
    tree = {
        "of": cloud.of,
        "what": cloud.what,
        "file": cloud.file,
        "names": list(cloud.names),
        "titles": list(cloud.titles),
        "groupings": [vars(one) for one in cloud.groupings],
        "said": [vars(one) for one in cloud.said],
        "named": cloud.named,
        "first": cloud.first,
        "reach": FRAME.tolist(),
        "stops": [
            {"value": stop.value, "title": stop.title, "colour": stop.colour, "note": stop.note} for stop in stops
        ],
        "points": packer.array(_levels(np.stack([stop.points.T for stop in stops]))),
        "stations": packer.array(_levels(np.stack([stop.stations.T for stop in stops]))),
        "paths": [_way(stop.way, packer) for stop in stops],
    }
    return pack("cloud", tree, packer)


def _framed(stop: Stop) -> Stop:
    """Move and scale a map as a whole so that it fills the frame; the last few points lie at its edge."""
    low, high = np.percentile(stop.points, [100 - SEEN, SEEN], axis=0)
    scale = min(FRAME / np.maximum((high - low) / 2, 1e-6)) * 0.98

    def moved(places: Float32[np.ndarray, "some 2"]) -> Float32[np.ndarray, "some 2"]:
        return ((places - (low + high) / 2) * scale).astype(np.float32)

    way = replace(stop.way, places=moved(stop.way.places)) if stop.way else None
    return replace(stop, points=moved(stop.points), stations=moved(stop.stations), way=way)


def _way(way: Way | None, packer: Packer) -> dict[str, object] | None:
    if way is None:
        return None
    return {"start": way.start, "step": way.step, "xy": packer.array(_levels(way.places.T))}


def _levels(places: Float32[np.ndarray, "..."]) -> UInt16[np.ndarray, "..."]:
    """Bring places (..., 2, n) to 16 bits; what lies beyond the edge of the map is drawn at it."""
    return np.round((np.clip(places / FRAME[:, None], -1.0, 1.0) + 1) * (LEVELS / 2)).astype(np.uint16)


def sound_payload(of: str, index: int, samples: Float32[np.ndarray, " time"], rate: int) -> Payload:
    """Pack the sound of one point."""
    packer = Packer()
    pcm = packer.array(np.round(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype(np.int16))
    return pack("cloud-sound", {"of": of, "index": index, "rate": rate, "pcm": pcm}, packer)


def mount(payload: Payload, sound: Callable[[str, int], Payload | None], *, key: str = "cloud") -> None:
    """Show the map; ``sound`` is asked for the points that the visitor wants to hear, by identity and index."""
    said = _cloud(key=key, data=small({"words": _words(), "key": key}), on_wanted_change=lambda: None).wanted
    feed(placed(payload, key=key, order=0))
    heard = sound(str(said.get("of")), int(said.get("index", -1))) if said else None
    if heard:
        feed(placed(heard, key=key, order=0))


def wanted(key: str = "cloud") -> int | None:
    """Which point the visitor asked to hear last."""
    said = session.component(key).get("wanted")
    return int(said["index"]) if said else None


def _words() -> dict[str, str]:
    return {
        "by": _("Coloured by"),
        "named": _("Write names"),
        "less": _("Zoom out"),
        "more": _("Zoom in"),
        "all": _("Show the whole map"),
        "picture": _("Save picture"),
        "numbers": _("Save numbers"),
        "list": _("All points as a list"),
        "others": _("others"),
        "hint": _("Point at a mark to read it, click to hear it."),
        "own": _("Your sound: {label}, {start} to {end} s"),
        "map": _(
            "Map of {what} in {layer}. Arrow keys go from point to point, Enter plays one, plus and minus zoom; all "
            "points are also in the list below."
        ),
    }
