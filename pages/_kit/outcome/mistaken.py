"""Where the taught copy still goes wrong: its surest mistakes, and by class, voice, length and loudness."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.errors import Part
from core.evaluation.intervals import Estimate
from core.figures import judged as charts
from core.text import N_, _
from pages._kit import figure, session
from pages._kit.outcome import heard
from pages._kit.outcome.judged import Judged
from pages._kit.plain import plain

SHOWN = 12
KINDS = {
    "class": N_("class"),
    "group": N_("voice or group"),
    "length": N_("length"),
    "loudness": N_("loudness"),
}


def draw(found: Judged) -> None:
    """Draw the surest mistakes as tiles, and the share right of every part of the test."""
    st.header(_("Where it still goes wrong"), anchor=False)
    for sentence in found.errors.sentences():
        st.markdown(plain(sentence))
    _surest(found)
    _parts(found)


def _surest(found: Judged) -> None:
    mistakes = found.errors.mistakes[:SHOWN]
    st.subheader(_("Its surest mistakes"), anchor=False, help=_("Wrong, and said with most confidence; surest first."))
    if not mistakes:
        st.caption(_("It made none on these sounds."))
        return
    called = _("{answer}, {sure:.0%}")
    said = [(one.item, called.format(answer=one.answer, sure=one.confidence)) for one in mistakes]
    heard.row(found, said, key="mistake-tiles")
    st.caption(_("Bold: what it truly is. Below: what it was called, and how sure the copy was."))


def _parts(found: Judged) -> None:
    lists: dict[str, Sequence[Part]] = {
        "class": found.errors.by_class,
        "group": found.errors.by_group,
        "length": found.errors.by_length,
        "loudness": found.errors.by_loudness,
    }
    there = [kind for kind, parts in lists.items() if parts]
    if not there:
        return
    st.subheader(_("Right in each part"), anchor=False, help=_("The bars hold the true share in 95 of 100 such tests."))
    kept = session.recall("outcome-part", there[0])
    kind = st.segmented_control(
        _("Parts by"),
        there,
        default=kept if kept in there else there[0],
        required=True,
        format_func=lambda name: _(KINDS[name]),
        key="outcome-part-control",
        help=_("Which sounds it finds hard: those of a class, of a voice, short or long ones, quiet or loud ones."),
    )
    session.remember("outcome-part", kind)
    rows = [(part.name, Estimate(part.share, part.low, part.high, part.n, 0, "wilson")) for part in lists[kind]]
    figure.draw(
        charts.estimates(rows, _("Right"), line=(_("all sounds"), found.comparison.after.value)),
        "outcome",
        f"parts {kind}",
    )
    st.caption(_("Dashed: all sounds of the test together."))
