"""What the Ladder page adds to the strip: what is read at the chosen stop, and at all of them, over time."""

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
import streamlit as st
from jaxtyping import UInt8

from core.figures.depths import Depths
from core.probing.decoding import Read
from core.probing.rung import PAUSE
from core.probing.rungs import rungs
from core.text import N_, _
from core.tiers import Interval
from core.timeline import TimeAxis
from pages._kit import engine, present, session, strip
from pages._kit.ladder import reading
from pages._kit.ladder.reading import Heard
from pages._kit.ladder.view import View
from pages._kit.strip import Choice, Curve, Labels, Payload, Row, Strata

GROUNDS = {True: (236, 239, 243), False: (30, 37, 47)}  # of what is read wrongly, on a light page, on a dark one
FAINTEST = 0.3  # of its colour, that the least sure of what is right keeps


ROWS = {
    "reads": N_("What is read at the layer"),
    "all": N_("At every depth"),
    "own": N_("Through the model's own last step"),
}
USUAL = ("reads", "all")


def wanted(own: bool, heard: Heard | None) -> tuple[str, ...]:
    """Let the visitor choose what is on the strip.

    own    the model's own last step can be applied to every layer
    heard  what the probes of the chosen rung read; None where there are none
    """
    # values, unlike classes, are not drawn at every depth at once
    fit = {"reads": heard is not None, "all": heard is not None and heard.measured is None, "own": own}
    offered = [name for name in ROWS if fit[name]]
    before = session.recall("ladder-rows", USUAL)
    chosen = st.pills(
        _("Rows on the strip"),
        offered,
        selection_mode="multi",
        default=[name for name in before if name in offered],
        format_func=lambda name: _(ROWS[name]),
        key=f"ladder-rows-{'-'.join(offered)}",
        help=_("Each row shows the same seconds as the sound above it."),
    )
    kept = tuple(name for name in ROWS if name in (chosen if name in offered else before))
    session.remember("ladder-rows", kept)
    return kept


def add(view: View, heard: Heard, shown: Sequence[str]) -> None:
    """Put rows on the strip, each packed once."""
    light = st.context.theme.type != "dark"
    clip, title, time = present.clip(), view.titles[view.rung], present.trace().time
    key = ("ladder rows", view.key, view.rung, clip.fingerprint, clip.tiers)
    makers: dict[str, Callable[[], list[Row]]] = {
        "reads": lambda: (
            _values(view.depths, heard, title, time)
            if heard.measured is not None
            else [_classes(view.depths, heard, title)]
        ),
        "all": lambda: [_strata(view.depths, heard, title, time, light)],
    }
    if heard.measured is not None:
        del makers["all"]
    for order, name in enumerate(name for name in makers if name in shown):
        payload = engine.store().get((*key, name, light), lambda make=makers[name]: _packed(make()))
        if payload:
            strip.rows(payload, key=f"ladder-{name}", order=order)


def _packed(rows: list[Row]) -> Payload | None:
    return strip.rows_payload(rows) if rows else None


def stack(depths: Depths, make: Callable[[int], Row]) -> Choice:
    """Stack one row per stop under the slider that all pages share."""
    return Choice(
        "layer",
        _("Layer"),
        tuple(make(stop) for stop in depths.stops),
        tuple(_label(depths, stop) for stop in depths.stops),
        tuple(depths.colour(stop) for stop in depths.stops),
        first=1,
        base=-depths.convolutions,
    )


def _label(depths: Depths, stop: int) -> str:
    """Name a stop beside the slider."""
    if stop > 0:
        return _("{layer} of {layers}").format(layer=stop, layers=depths.layers)
    return depths.name(stop) if stop else _("input")


def _classes(depths: Depths, heard: Heard, title: str) -> Row:
    said = _(
        "What a probe reads off this layer; the fuller the box, the surer. That it can be read there does not show "
        "that the model uses it."
    )

    def reads(stop: int) -> Row:
        joined = _joined(heard.reads.get(stop, ()), rungs()[heard.rung].frames)
        return Labels(
            _("{rung} read here").format(rung=title),
            tuple(interval for interval, _sure in joined),
            tuple(sure for _interval, sure in joined),
            depths.colour(stop),
            said,
        )

    return stack(depths, reads)


def _joined(reads: Sequence[Read], frames: bool) -> list[tuple[Interval, float]]:
    """Name what is read; neighbouring frames that are read alike become one, and pauses stay empty."""
    runs = (
        [list(group) for _label, group in groupby(reads, key=lambda read: read.label)]
        if frames
        else [[read] for read in reads]
    )
    return [
        (Interval(run[0].start, run[-1].end, run[0].label), float(np.mean([read.probability for read in run])))
        for run in runs
        if run[0].label and run[0].label != PAUSE
    ]


def _strata(depths: Depths, heard: Heard, title: str, time: TimeAxis, light: bool) -> Row:
    stops = sorted(heard.reads)
    judged = bool(heard.shares)
    rgb = np.stack([_line(heard.reads[stop], depths.colour(stop), time, light, judged) for stop in stops])
    return Strata(
        _("{rung} at every depth").format(rung=title),
        rgb,
        time,
        tuple(_named(depths, heard, stop) for stop in stops),
        tuple(stops),
        ticks=tuple((at, depths.name(stop)) for at, stop in enumerate(stops) if stop in _ticked(stops)),
        help=_(
            "One line per layer, the sound's side on top. In colour: what is read there is what is said; the fuller, "
            "the surer. Empty: something else is read, or nothing is said. Where nobody has written down what is said, "
            "the colour only tells how sure the reading is. Click a line to choose its layer."
        ),
    )


def _ticked(stops: Sequence[int]) -> set[int]:
    return {stops[0], 0, stops[-1] // 2, stops[-1]}


def _named(depths: Depths, heard: Heard, stop: int) -> str:
    if stop not in heard.shares:
        return depths.name(stop)
    return _("{name}, {share:.0%} read rightly in this sound").format(name=depths.name(stop), share=heard.shares[stop])


def _line(
    reads: tuple[Read, ...], colour: str, time: TimeAxis, light: bool, judged: bool
) -> UInt8[np.ndarray, "frames 3"]:
    """Colour every frame: full where what is read is said, empty where something else is read."""
    ground = np.array(GROUNDS[light], dtype=float)
    full = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)
    shares = np.zeros(time.count)
    for at, read in enumerate(reading.on_frames(reads, time)):
        if read is not None and (read.right or not judged):
            shares[at] = FAINTEST + (1 - FAINTEST) * read.probability
    return np.round(ground + shares[:, None] * (full - ground)).astype(np.uint8)


def _values(depths: Depths, heard: Heard, title: str, time: TimeAxis) -> list[Row]:
    """Show the values read at the chosen stop above the values themselves."""
    assert heard.measured is not None
    pitch = heard.rung == "pitch"
    unit = "Hz" if pitch else "dB"
    shown = np.exp(heard.measured) if pitch else heard.measured
    inside = shown[np.isfinite(shown)]
    low, high = (float(inside.min()), float(inside.max())) if inside.size else (0.0, 1.0)

    def reads(stop: int) -> Row:
        # a later layer may have fewer moments than the sound was measured at
        spread = reading.on_frames(heard.reads.get(stop, ()), time)
        found = np.array([np.nan if read is None else read.value for read in spread])
        values = np.exp(found) if pitch else found
        values = np.where(np.isfinite(shown), values, np.nan)  # it never learned what to read where there is none
        return Curve(
            _("{rung} read here").format(rung=title), np.clip(values, low, high), time, unit, low, high,
            depths.colour(stop),
            help=_("What a probe recovers from this layer alone; below it what was measured in the sound."),
        )  # fmt: skip

    truth = Curve(
        _("{rung} measured").format(rung=title), shown, time, unit, low, high, help=_("Measured in the sound itself.")
    )
    return [stack(depths, reads), truth]
