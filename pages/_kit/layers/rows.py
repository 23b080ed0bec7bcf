"""The rows that the Layers page adds to the strip, each packed once for all visitors."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from core import activity, directions
from core.activity import z_scores
from core.text import _
from core.tiers import Interval
from pages._kit import engine, session, strip
from pages._kit.browser.payload import Payload
from pages._kit.layers import pictures, stops
from pages._kit.layers.lens import Lens
from pages._kit.layers.settings import Settings
from pages._kit.layers.stops import Stop
from pages._kit.strip import Choice, Curve, Labels, Matrix, Row, Slice, Strata

STANDS_OUT = 2.5  # times the usual amount: top of an activity row
LIMIT = 3.0  # standard deviations: ends of a unit's row


def add(every: Sequence[Stop], settings: Settings, lens: Lens) -> None:
    """Put the rows that were asked for on the strip; one that is there already is not sent again."""
    makers: dict[str, tuple[tuple[object, ...], Callable[[], Row | None]]] = {
        "strata": (("strata", settings.quiet), lambda: strata(every, settings.quiet)),
        "all": (("all",), lambda: everything(every)),
        "activity": (("curve",), lambda: _stack(every, _activity(every))),
        "map": (("map", settings.order), lambda: _stack(every, _map(every, settings.order))),
        "unit": _unit(every, settings, over=False),
        "lens": (("lens", lens.state), lambda: _lens(every, lens) if lens else None),
    }
    over = {
        "activity": (("over", "activity"), lambda: _stack(every, _activity(every, over=True))),
        "map": (("over", "map", settings.order), lambda: _stack(every, _map(every, settings.order, over=True))),
        "unit": _unit(every, settings, over=True),
    }
    chosen = {name: makers[name] for name in makers if name in settings.rows}
    chosen |= {f"over-{name}": over[name] for name in over if name == settings.over}
    for place, (name, (key, make)) in enumerate(chosen.items()):
        payload = engine.store().get(pictures.key("row", *key), lambda make=make: _packed(make()))
        if payload:
            strip.rows(payload, key=f"layers-{name}", order=place)
        elif name == "strata":
            st.caption(_("This sound is too short to find what its layers vary in: it takes at least ten moments."))


def _packed(row: Row | None) -> Payload | None:
    return strip.rows_payload([row]) if row else None


def _stack(every: Sequence[Stop], make: Callable[[int], Row]) -> Choice:
    """Stack one row per stop under the slider that all pages share."""
    return Choice(
        "layer",
        _("Layer"),
        tuple(make(at) for at in range(len(every))),
        tuple(stop.label for stop in every),
        tuple(stop.colour for stop in every),
        first=1,
        base=every[0].value,
    )


def strata(every: Sequence[Stop], quiet: bool) -> Row | None:
    """Lay all stops on each other, the sound's side on top, the deepest at the bottom, coloured by main directions."""
    found = pictures.colouring(every, quiet)
    if found is None:
        return None
    shown = (
        _("{name}, {share:.0%} of what it tells apart is in these colours").format(name=stop.name, share=share)
        if share
        else _("{name}: too few moments to colour").format(name=stop.name)
        for stop, share in zip(every, found.share, strict=True)
    )
    return Strata(
        _("All layers"),
        found.rgb,
        pictures.finest_time(every),
        tuple(shown),
        tuple(stop.value for stop in every),
        ticks=_ticks(every),
        help=" ".join((_(directions.MEANING), _shared(found.reference), _("Click a line to choose its layer."))),
    )


def _shared(reference: bool) -> str:
    """Say whether colours can be compared with those of another clip."""
    if reference:
        return _("They were found once on many sounds: the same colour means the same in every clip.")
    return _("They were found on this clip alone: its colours cannot be compared with those of another.")


def _ticks(every: Sequence[Stop], middle: bool = True) -> tuple[tuple[float, str], ...]:
    """Name the ends, where convolutions give way to layers, and the middle layer where there is room."""
    last, first = every[-1].value, every[0].value
    wanted = {last, 0, last // 2 if middle and last > 3 else last} | ({first} if first < -1 else set())
    return tuple((at, _short(stop)) for at, stop in enumerate(every) if stop.value in wanted)


def _short(stop: Stop) -> str:
    if stop.is_convolution:
        return stop.name
    return _("layer {layer}").format(layer=stop.value) if stop.value else _("input")


def everything(every: Sequence[Stop]) -> Row:
    """Show how active all stops are, one line each."""
    finest = pictures.finest_time(every)
    standing = [
        found.standing[pictures.on_finest(stop, finest)]
        for stop, found in zip(every, pictures.activities(every), strict=True)
    ]
    return Matrix(
        _("Activity of all layers"),
        np.stack(standing),
        finest,
        low=0.0,
        high=STANDS_OUT,
        unit=_("× usual"),
        bands=tuple(stop.name for stop in every),
        ticks=_ticks(every, middle=False),
        upward=False,
        units=tuple(stop.value for stop in every),
        chooses="layer",
        levels=32,
        help=_(activity.MEANING) + " " + _("Click a line to choose its layer."),
    )


def _activity(every: Sequence[Stop], over: bool = False) -> Callable[[int], Row]:
    found = pictures.activities(every)

    def curve(at: int) -> Row:
        return Curve(
            _("Activity"),
            found[at].standing,
            every[at].time,
            _("× usual"),
            low=0.0,
            high=max(STANDS_OUT, float(found[at].standing.max())),
            colour=every[at].colour,
            chance=1.0,
            help=_(activity.MEANING),
            over=over,
        )

    return curve


def _map(every: Sequence[Stop], order: str, over: bool = False) -> Callable[[int], Row]:
    found = pictures.maps(every, order)

    def picture(at: int) -> Row:
        shown, stop = found[at], every[at]
        return Matrix(
            _("Most active units"),
            pictures.scores(shown),
            stop.time,
            low=shown.low,
            high=shown.high,
            unit="σ",
            bands=tuple(_("unit {unit}").format(unit=unit) for unit in shown.units),
            ticks=((0, _("unit {unit}").format(unit=shown.units[0])),),
            upward=False,
            colours=stop.table,
            units=() if over else tuple(int(unit) for unit in shown.units),
            levels=pictures.LEVELS,
            over=over,
            colour=stop.colour,
            help=_(
                "Each line is one unit of this layer: the stronger the colour, the higher it is above its own average "
                "over this sound (in standard deviations, σ). Click a line to choose that unit."
            ),
        )

    return picture


def _unit(every: Sequence[Stop], settings: Settings, over: bool) -> tuple[tuple[object, ...], Callable[[], Row | None]]:
    """Take the chosen unit out of the map where it is there; else send its curve for every stop."""
    stop, wanted = stops.chosen(every), session.chosen().unit
    shown = pictures.maps(every, settings.order)[stop.value - every[0].value].units
    if "map" in settings.rows and (wanted is None or wanted in shown):
        row = Slice(_("One unit"), _("Most active units"), stop.colour, _unit_help(), over=over)
        return ("slice", over, stop.colour), lambda: row
    unit = stops.unit(stop)
    index = int(shown[0]) if unit is None else unit
    return ("unit", over, index), lambda: _stack(every, _one(every, index, over))


def _one(every: Sequence[Stop], index: int, over: bool) -> Callable[[int], Row]:
    def curve(at: int) -> Row:
        stop = every[at]
        values = z_scores(stop.frames)[:, index] if index < stop.width else np.full(stop.time.count, np.nan)
        return Curve(
            _("Unit {unit}").format(unit=index),
            values,
            stop.time,
            "σ",
            low=-LIMIT,
            high=LIMIT,
            colour=stop.colour,
            chance=0.0,
            help=_unit_help(),
            over=over,
        )

    return curve


def _unit_help() -> str:
    return _("One unit alone: how far it is from its own average over this sound, in standard deviations (σ).")


def _lens(every: Sequence[Stop], lens: Lens) -> Row:
    help_text = _(
        "The model's own last step is applied to this layer, as if the later ones were not there. That a symbol can be "
        "read off a layer does not show that the model uses it there."
    )

    def says(at: int) -> Row:
        stop = every[at]
        symbols = lens.readings[stop.value].symbols if not stop.is_convolution else ()
        return Labels(
            _("It would write"),
            tuple(Interval(item.start, item.end, item.label) for item in symbols),
            tuple(item.probability for item in symbols),
            stop.colour,
            help_text,
        )

    return _stack(every, says)
