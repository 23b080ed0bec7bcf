"""What the visitor wants to see of the layers: rows, what lies over the spectrogram, the order of units."""

from dataclasses import dataclass, replace

import streamlit as st

from core.text import N_, _
from core.units import ORDERS
from pages._kit import session

ROWS = {
    "strata": N_("All layers as colours"),
    "all": N_("Activity of all layers"),
    "activity": N_("Activity of the layer"),
    "map": N_("Its units"),
    "unit": N_("One unit"),
    "lens": N_("What it would write"),
}
OVER = {"": N_("nothing"), "activity": N_("activity"), "unit": N_("one unit"), "map": N_("its units")}


@dataclass(frozen=True)
class Settings:
    """What is drawn on the strip.

    rows   names out of ROWS
    over   what lies over the spectrogram, out of OVER
    order  of the units in a map, out of ``core.units.ORDERS``
    quiet  whether loudness is taken out before the main directions are found
    """

    rows: tuple[str, ...] = ("strata", "map", "lens")
    over: str = ""
    order: str = "active"
    quiet: bool = False


def now() -> Settings:
    """What was chosen on this page, kept for the length of the session."""
    return session.recall("layers", Settings())


def draw(speaks: bool) -> Settings:
    """Draw the controls right under the strip that they change, and return what is wanted."""
    before = now()
    rows = _rows(before, speaks)
    left, middle, right = st.columns([6, 4, 3], gap="medium", vertical_alignment="bottom")
    with left:
        over = _over(before)
    with middle:
        order = _order(before)
    with right:
        quiet = _quiet(before)
    wanted = replace(before, rows=rows, over=over, order=order, quiet=quiet)
    session.remember("layers", wanted)
    return wanted


def _rows(before: Settings, speaks: bool) -> tuple[str, ...]:
    """Let rows come and go; what a model that writes nothing cannot show is kept for the next that can."""
    offered = [name for name in ROWS if name != "lens" or speaks]
    chosen = st.pills(
        _("Rows on the strip"),
        offered,
        selection_mode="multi",
        default=[name for name in before.rows if name in offered],
        format_func=lambda name: _(ROWS[name]),
        key="layers-rows",
        help=_("Each row shows the same seconds as the sound above it."),
    )
    return tuple(name for name in ROWS if name in (chosen if name in offered else before.rows))


def _over(before: Settings) -> str:
    return st.segmented_control(
        _("Over the spectrogram"),
        list(OVER),
        default=before.over,
        required=True,
        format_func=lambda name: _(OVER[name]),
        key="layers-over",
        help=_("Lay what the layer does over the sound that it comes from."),
    )


def _order(before: Settings) -> str:
    return st.selectbox(
        _("Order of units"),
        list(ORDERS),
        index=list(ORDERS).index(before.order),
        format_func=lambda name: _(ORDERS[name][0]),
        key="layers-order",
        help=_("Active means: it moves far about its own mean over this sound."),
    )


def _quiet(before: Settings) -> bool:
    return st.toggle(
        _("Colours without loudness"),
        value=before.quiet,
        key="layers-quiet",
        help=_(
            "Loud and soft is often the first thing that a layer tells apart. Take it out to see what else there is."
        ),
    )
