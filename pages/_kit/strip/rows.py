"""The kinds of row that the strip can draw: values, their place in time, their unit, and one sentence of help."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Num, UInt8

from core.tiers import Interval
from core.timeline import TimeAxis

TEXT_COLOUR = "text"  # drawn in the colour of the page's text


@dataclass(frozen=True, eq=False)
class Curve:
    """A line over time.

    values  (frames,), NaN where there is nothing to draw
    time    where the frames lie, in seconds
    unit    written behind the value under the pointer
    low     bottom and high: top of the row; None takes them from the values
    colour  ``#rrggbb`` (``colours.depth(layer, layers)`` for a layer) or "text"
    chance  a value to mark with a broken line, such as chance or zero
    over    laid over the spectrogram instead of below it
    """

    name: str
    values: Num[np.ndarray, " frames"]
    time: TimeAxis
    unit: str = ""
    low: float | None = None
    high: float | None = None
    colour: str = TEXT_COLOUR
    chance: float | None = None
    help: str = ""
    over: bool = False


@dataclass(frozen=True, eq=False)
class Matrix:
    """A picture of bands (or units) over time.

    values   (bands, frames): uint8 from ``low`` to ``high``, or floats that are brought there
    low      value of the darkest level and high: of the lightest; None takes them from float values
    bands    name of every band for the value under the pointer, such as "250 Hz" or "unit 17"
    ticks    (band, label) pairs written at the left; a band may lie between two
    upward   band 0 lies at the bottom (frequencies) or at the top (lists of units)
    colours  "sound", "signed" or "layer:k/n"
    units    what a click on every band chooses, such as the unit's index within the layer's width
    chooses  what a click changes: "unit", or the name of any ``Choice``
    levels   number of grey levels kept; fewer travel faster (32 are hard to tell from 256)
    over     laid over the spectrogram: values above the middle, in ``colour``, the higher the less transparent
    against  laid over a spectrogram that steps back: values below the middle in this colour, the lower the less
             transparent; empty leaves them out and the spectrogram as strong as it is
    """

    name: str
    values: Num[np.ndarray, "bands frames"]
    time: TimeAxis
    low: float | None = None
    high: float | None = None
    unit: str = ""
    bands: tuple[str, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    upward: bool = True
    colours: str = "sound"
    units: tuple[int, ...] = ()
    levels: int = 256
    help: str = ""
    chooses: str = "unit"
    over: bool = False
    colour: str = TEXT_COLOUR
    against: str = ""


@dataclass(frozen=True, eq=False)
class Colours:
    """One colour per frame: (frames, 3) bytes of red, green and blue."""

    name: str
    rgb: UInt8[np.ndarray, "frames 3"]
    time: TimeAxis
    help: str = ""


@dataclass(frozen=True, eq=False)
class Strata:
    """Lines of colours, one above the other: (lines, frames, 3) bytes of red, green and blue; the first is on top.

    lines    name of every line
    values   what a click on every line chooses
    chooses  what a click changes: the name of a ``Choice``; the chosen line is outlined
    ticks    (line, label) pairs written at the left
    """

    name: str
    rgb: UInt8[np.ndarray, "lines frames 3"]
    time: TimeAxis
    lines: tuple[str, ...]
    values: tuple[int, ...]
    chooses: str = "layer"
    ticks: tuple[tuple[float, str], ...] = ()
    help: str = ""


@dataclass(frozen=True)
class Labels:
    """Named intervals, such as what a model says when; confidence in [0, 1] per interval fills its box.

    colours  one per interval, where they differ
    values   written beside the name under the pointer, one per interval; its confidence in percent where left out
    """

    name: str
    intervals: tuple[Interval, ...]
    confidence: tuple[float, ...] = ()
    colour: str = TEXT_COLOUR
    help: str = ""
    colours: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """The chosen unit of a ``Matrix`` row with ``units``, as a line; it needs no values of its own."""

    name: str
    of: str
    colour: str = TEXT_COLOUR
    help: str = ""
    over: bool = False


@dataclass(frozen=True)
class Choice:
    """Alternatives of which the strip draws one and changes it without asking the server.

    choice   what is chosen: "layer", "head", "unit" or any name; every stack of that name follows one control
    label    written beside that control, such as "Layer"
    options  rows, or further choices, one per value
    labels   written for each value; numbers where left out
    colours  ``#rrggbb`` per value for the control
    first    value before anything was chosen
    base     value of the first option
    """

    choice: str
    label: str
    options: tuple["Row", ...]
    labels: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    first: int = 0
    base: int = 0


Row: TypeAlias = Curve | Matrix | Colours | Strata | Labels | Slice | Choice
