"""The part that the model used: how much of it, where it lies, how it sounds alone and how the rest sounds."""

from typing import TYPE_CHECKING

import streamlit as st

from core.text import _
from core.tiers import Interval
from pages._kit import engine, errors, session, strip
from pages._kit.explaining.asking import Asked
from pages._kit.explaining.result import Result
from pages._kit.plain import plain
from pages._kit.strip import Labels
from pages._kit.strip.lent import Lent, lent, lent_payload

if TYPE_CHECKING:
    from core.attribution.part import Answer, Part

SHARES = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100)  # percent of what spoke for it
USUAL = 50
NAMED = 0.05  # of the clip's length from which a stretch has room for its own


def draw(it: Result) -> None:
    """Draw the threshold, the part on the strip, and both sounds with what the model says of each."""
    st.header(_("The part the model used"), anchor=False, help=_help())
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        share = _share()
    with errors.shown():
        found = part(it, share / 100)
        strip.rows(_row(it, found, share), key="explain-part", order=2)
        right.markdown(plain(found.sentence))
        lent(_sounds(it, found, share), key="explain-lent")


def _help() -> str:
    from core.attribution.part import MEANING

    return _(MEANING)


def _share() -> int:
    before = session.recall("used-share", USUAL)
    share = st.select_slider(
        _("How much of what spoke for it"),
        SHARES,
        before,
        format_func=lambda percent: f"{percent} %",
        key="explain-share",
        help=_("The strongest places first, until they hold this much of all that speaks for the answer."),
    )
    session.remember("used-share", share)
    return share


def part(it: Result, share: float) -> "Part":
    """Cut the part out and ask the model about it and about the rest; once for each share."""

    def cut() -> "Part":
        from core.attribution.part import part as cut_out
        from core.attribution.question import asked

        wanted = it.wanted
        with asked(wanted.model, wanted.asked.clip, wanted.target, wanted.asked.pieces) as question:
            return cut_out(question, it.found, share)

    return engine.once(("part", it.wanted.key, share), cut)


def _row(it: Result, found: "Part", share: int) -> strip.Payload:
    def pack() -> strip.Payload:
        least = it.wanted.asked.clip.seconds * NAMED
        # a box with no text at all would not be drawn
        spans = tuple(Interval(a, b, f"{b - a:.2f} s" if b - a >= least else " ") for a, b in found.spans)
        said = _("Where the part lies that holds {share} % of what speaks for the answer.").format(share=share)
        return strip.rows_payload([Labels(_("The part"), spans, help=said)])

    return engine.store().get(("part row", it.wanted.key, share), pack)


def _sounds(it: Result, found: "Part", share: int) -> strip.Payload:
    rate, asked = it.wanted.model.card.sample_rate, it.wanted.asked

    def pack() -> strip.Payload:
        sounds = (
            Lent("only", _("Play only that part"), _said(asked, found.only.answer), found.only.played, rate),
            Lent("rest", _("Play everything but that part"), _said(asked, found.rest.answer), found.rest.played, rate),
        )
        return lent_payload(sounds, _("The part by itself, and the rest"))

    return engine.store().get(("part sounds", it.wanted.key, share), pack)


def _said(asked: Asked, answer: "Answer") -> str:
    """Say in a few words whether the model still says it."""
    what, sure = asked.saying.label, answer.probability
    if answer.still:
        return _("The model still says “{what}” ({sure:.0%})").format(what=what, sure=sure)
    if answer.said:
        return _("The model says “{said}” (“{what}” {sure:.0%})").format(said=answer.said, what=what, sure=sure)
    return _("The model says nothing (“{what}” {sure:.0%})").format(what=what, sure=sure)
