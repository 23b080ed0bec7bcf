"""How firm the answer is: the smallest part that keeps it, and the smallest whose loss changes it."""

from typing import TYPE_CHECKING

import streamlit as st

from core.progress import Report
from core.text import _
from pages._kit import errors, strip, waiting
from pages._kit.explaining import finding, trust
from pages._kit.explaining.result import Result
from pages._kit.plain import plain
from pages._kit.strip import Moment

if TYPE_CHECKING:
    from core.attribution.decision import Decision, Smallest

SPANS = 12  # stretches that can be heard one by one


def draw(it: Result) -> None:
    """Draw both parts, each to be heard; offer to look for them where it takes long."""
    st.header(
        _("How firm is the answer?"),
        anchor=False,
        help=_("Parts are taken away, and all but parts, until the model changes its mind."),
    )
    with errors.shown():
        found = _found(it)
        if found is not None:
            st.markdown(plain(found.sentence))
            _heard(_("Enough to keep it"), found.keeps, "keeps")
            _heard(_("Enough to lose it"), found.flips, "flips")


def _found(it: Result) -> "Decision | None":
    from core.attribution.decision import cost, decision
    from core.attribution.question import asked
    from core.attribution.ranking import ranking

    wanted = it.wanted
    parts = ranking(it.found)
    seconds = finding.lasts(wanted, cost(parts.count, bool(parts.segments)))

    def compute(report: Report) -> "Decision":
        with asked(wanted.model, wanted.asked.clip, wanted.target, wanted.asked.pieces) as question:
            return decision(question, it.found, report)

    title = _("Looking for the smallest parts that decide")
    return waiting.done(("decision", wanted.key), title, seconds, compute, "firm", trust.CHEAP)


def _heard(title: str, part: "Smallest | None", key: str) -> None:
    if part is None:
        return
    st.markdown(f"**{title}**")
    spans = part.spans[:SPANS]
    strip.moments([Moment(start, end) for start, end in spans], name=title, key=f"explain-{key}")
