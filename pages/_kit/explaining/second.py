"""A second method beside the first: its own row on the strip, and how far the two agree as a number."""

from typing import TYPE_CHECKING

import streamlit as st

from core.attribution import laid
from core.text import _
from pages._kit import engine, errors, present, session, strip
from pages._kit.explaining import controls, finding
from pages._kit.explaining.finding import Wanted
from pages._kit.explaining.result import Result
from pages._kit.plain import plain
from pages._kit.strip import Matrix, Payload

if TYPE_CHECKING:
    from core.attribution.agreement import Agreement
    from core.attribution.attribution import Attribution

KEPT = "second-method"


def draw(it: Result) -> None:
    """Let the visitor choose another method, run it on the same question, and compare."""
    st.header(
        _("Would another method say the same?"),
        anchor=False,
        help=_("Where methods contradict each other, at least one of them does not show the reason."),
    )
    other = _choose(it)
    if other is None:
        return
    with errors.shown():
        found = finding.explained(other, "second")
        if found is None:
            return
        strip.rows(_row(other, found), key="explain-second", order=1)
        _compared(it, other, found)


def _choose(it: Result) -> Wanted | None:
    wanted = it.wanted
    fitting, _misfits = controls.sorted_out(wanted.model, wanted.target)
    names = [name for name in fitting if name != wanted.method.name]
    kept = session.recall(KEPT)
    left, right = st.columns([4, 2], vertical_alignment="bottom")
    name = left.selectbox(
        _("Second method"),
        names,
        index=names.index(kept) if kept in names else None,
        format_func=lambda one: _(fitting[one].title),
        placeholder=_("none"),
        key=f"explain-second-{wanted.method.name}",
        help=_("It is asked about the same answer, sound and pieces."),
    )
    session.remember(KEPT, name)
    if name is None:
        return None
    method = fitting[name]
    with right.popover(_("More"), icon=":material/tune:", width="stretch", help=_("Settings of the second method.")):
        settings = controls.own_settings(method, "second")
        controls.about(method)
    return Wanted(wanted.asked, wanted.model, method, settings, wanted.target)


def _row(other: Wanted, found: "Attribution") -> Payload:
    edges = present.picture().edges

    def pack() -> Payload:
        values, time = laid.over(found, edges)
        signed = other.method.signed
        row = Matrix(
            _("By {method}").format(method=_(other.method.title)), 100 * values, time, low=-100.0 if signed else 0.0,
            high=100.0, unit="%", colours="signed" if signed else "sound",
            help=_("The same question asked by the second method, in percent of its strongest place."),
        )  # fmt: skip
        return strip.rows_payload([row])

    return engine.store().get(("explain second", other.key, edges.tobytes()), pack)


def _compared(it: Result, other: Wanted, found: "Attribution") -> None:
    from core.attribution.agreement import agreement, sentence

    def compare() -> "Agreement":
        return agreement(it.found, found)

    told = engine.once(("agreement", it.wanted.key, it.wanted.asked.kind, other.key), compute=compare)
    st.markdown(sentence(told))
    if found.notes:
        st.caption(plain(" ".join(found.notes)))
