"""What was mistaken for what; a cell opens its sounds."""

from functools import partial

import numpy as np
import streamlit as st

from core.figures import confusions as charts
from core.text import _
from pages._kit import figure, session
from pages._kit.outcome import heard
from pages._kit.outcome.judged import Judged, counts, who
from pages._kit.plain import plain

SHOWN = 12
NOTHING = ("", "", "")


def draw(found: Judged) -> None:
    """Draw both confusion matrices; a click on a cell lists its sounds as tiles."""
    st.header(
        _("What was mistaken for what"),
        anchor=False,
        help=_(
            "Each row is a class; the columns are what it was called. Right answers stand on the diagonal, in green."
        ),
    )
    side, true, called = session.recall("outcome-cell", NOTHING)
    for column, said in zip(st.columns(2, gap="large"), (found.partner, found.after), strict=True):
        with column:
            st.markdown(f"**{who(said.name)}**")
            cell = (true, called) if side == said.name else ("", "")
            chart = charts.confusion(counts(said), said.labels, who(said.name), cell)
            figure.draw(chart, "outcome", f"confusion {said.name}", partial(_choose, said.name), "cell")
    _open(found, side, true, called)


def _choose(name: str) -> None:
    cells = (session.component(f"outcome-confusion {name}").get("selection") or {}).get("cell") or []
    session.remember("outcome-cell", (name, cells[0]["true"], cells[0]["called"]) if cells else NOTHING)


def _open(found: Judged, side: str, true: str, called: str) -> None:
    said = next((one for one in found.everyone if one.name == side), None)
    if said is None or true not in said.labels or called not in said.labels:
        st.caption(_("Click a cell to hear its sounds."))
        return
    rows = np.flatnonzero((said.targets == said.labels.index(true)) & (said.answers == said.labels.index(called)))
    if not rows.size:
        st.caption(_("No sound stands in that cell."))
        return
    st.markdown(
        _("{who}: {count} of class **{true}** called **{called}**").format(
            who=who(side), count=rows.size, true=plain(true), called=plain(called)
        )
    )
    sure = [_("{sure:.0%} sure").format(sure=float(said.probabilities[row].max())) for row in rows[:SHOWN]]
    heard.row(found, list(zip(found.places(rows[:SHOWN]), sure, strict=True)), key="cell-tiles")
    if rows.size > SHOWN:
        st.caption(_("The first {shown} of {count}.").format(shown=SHOWN, count=rows.size))
