"""The sounds whose answer the teaching changed: mended and broken, to hear."""

import numpy as np
import streamlit as st
from jaxtyping import Int64

from core.ctc import Score
from core.figures import charts
from core.text import _, n_
from pages._kit import figure
from pages._kit.outcome import heard, why
from pages._kit.outcome.judged import Judged, who
from pages._kit.plain import plain

SHOWN = 12  # tiles of a kind at once
CLASSES = 6


def draw(found: Judged) -> None:
    """Draw mended and broken sounds as tiles; the one that plays shows what was said of it before and after."""
    st.header(_("What changed for single sounds"), anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _kind(found, found.flips.fixed, "fixed")
    with right:
        _kind(found, found.flips.broken, "broken")
    said_of_heard(found)


def _kind(found: Judged, rows: Int64[np.ndarray, " rows"], kind: str) -> None:
    places = found.places(rows)
    count = len(places)
    if kind == "fixed":
        title = n_("{count} mended", "{count} mended", count).format(count=count)
        about = _("Wrong before, right after; the surest first.")
    else:
        title = n_("{count} broken", "{count} broken", count).format(count=count)
        about = _("Right before, wrong after; the surest first.")
    st.subheader(title, anchor=False, help=about)
    if not places:
        st.caption(_("None."))
        return
    other, words = (found.partner, _("before: {said}")) if kind == "fixed" else (found.after, _("now: {said}"))
    said = [words.format(said=other.labels[int(other.answers[row])]) for row in rows[:SHOWN]]
    heard.row(found, list(zip(places, said, strict=False)), key=f"flips-{kind}")
    if count > SHOWN:
        st.caption(_("The first {shown} of {count}.").format(shown=SHOWN, count=count))


def said_of_heard(found: Judged) -> None:
    """Draw the probabilities before and after of the sound that was clicked last."""
    place = heard.last(found)
    if place is None or found.data is None:
        st.caption(_("Click a sound: it plays, and what was said of it before and after stands here."))
        return
    row = found.row(place)
    if row is None:
        st.caption(_("The sound that is on the strip was not part of the test."))
        return
    truth = found.after.labels[int(found.after.targets[row])]
    st.markdown(_("**{name}** is truly **{truth}**.").format(
        name=plain(found.data.items[place].name), truth=plain(truth)
    ))  # fmt: skip
    for column, said in zip(st.columns(2, gap="large"), (found.partner, found.after), strict=True):
        with column:
            order = said.probabilities[row].argsort()[::-1][:CLASSES]
            scores = [Score(found.after.labels[int(at)], float(said.probabilities[row, at])) for at in order]
            st.markdown(f"**{who(said.name)}**")
            figure.draw(charts.scores(scores), "outcome", f"said {said.name}")
    why.draw(found, row, found.data.clip(place))
