"""How far to trust the explanation: every check in words, its numbers and curves behind a click."""

from typing import TYPE_CHECKING

import streamlit as st

from core.progress import Report
from core.text import _
from pages._kit import figure, present, session, waiting
from pages._kit.explaining import finding
from pages._kit.explaining.result import Result
from pages._kit.plain import plain

if TYPE_CHECKING:
    from core.attribution.badge import Badge
    from core.attribution.check import Verdict
    from core.samples import Fact

CHEAP = 10.0  # seconds up to which the checks run without being asked for
SIGNS = {
    "yes": ":material/check_circle:",
    "partly": ":material/contrast:",
    "no": ":material/cancel:",
    "open": ":material/help:",
}
WORDS = {"trustworthy": "green", "partly": "orange", "unknown": "gray"}


def draw(it: Result) -> None:
    """Say how the explanation was computed, and draw the badge; where the checks take long, offer to run them."""
    st.header(
        _("Can you believe this picture?"),
        anchor=False,
        help=_("Each check asks the model again, about this sound and this explanation."),
    )
    if it.found.notes:
        st.caption(plain(" ".join(it.found.notes)))
    found = _found(it)
    if found is None:
        return
    with st.container(border=True, key="explain-badge"):
        st.badge(found.title, color=WORDS.get(found.word, "red"))
        st.markdown(plain(found.sentence))
        for verdict in found.verdicts:
            _verdict(verdict)
        _numbers(found)


def _found(it: Result) -> "Badge | None":
    from core.attribution.badge import badge, cost
    from core.attribution.question import asked

    wanted = it.wanted
    about = wanted.asked
    key = ("badge", wanted.key, about.kind)
    facts = _facts()
    seconds = finding.lasts(
        wanted, cost(wanted.method, wanted.model, about.clip.seconds, len(about.pieces), wanted.settings)
    )

    def compute(report: Report) -> "Badge":
        with asked(wanted.model, about.clip, wanted.target, about.pieces) as question:
            return badge(question, wanted.method, it.found, report, facts)

    return waiting.done(key, _("Checking the explanation"), seconds, compute, "trust", CHEAP)


def _facts() -> "tuple[Fact, ...]":
    """List what was put into the chosen sound on purpose; nothing is known of a visitor's own."""
    name = session.chosen().clip
    return present.shipped()[name].facts if name in present.shipped() and name not in session.own_clips() else ()


def _verdict(verdict: "Verdict") -> None:
    from core.attribution.checks import checks

    title = checks()[verdict.check].title
    st.markdown(f"{SIGNS[verdict.holds]} **{_(title)}** {plain(verdict.sentence)}")


def _numbers(found: "Badge") -> None:
    from core.attribution.checks import checks
    from core.figures import explained

    opened = st.expander(
        _("The numbers behind it"), icon=":material/query_stats:", key="explain-badge-numbers", on_change="rerun"
    )
    if not opened.open:
        return
    with opened:
        for verdict in found.verdicts:
            check = checks()[verdict.check]
            st.markdown(f"**{_(check.title)}** {_(check.summary)} ({plain(check.source)})")
            if verdict.curves:
                figure.draw(explained.curves(verdict), "explain-check", verdict.check)
            elif verdict.numbers:
                listed = ", ".join(f"{name} {value:.3g}" for name, value in verdict.numbers.items())
                st.caption(plain(listed))
