"""The first step of fine-tuning: which sounds."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import DatasetError
from core.text import _
from pages._kit import errors, steps
from pages._kit.sounds import division, findings, preparing, sets, shown, source, words, work


def draw(place: DeltaGenerator) -> None:
    """Draw whatever comes next: the choice of sounds, what was found, work on its way, or the set that is ready."""
    work.take()
    if work.going_on():
        place.markdown(words.on_the_way())
        work.draw()
        return
    with errors.shown():
        data = sets.opened()
        if data:
            _ready(data, place)
            return
    found = sets.gathered()
    if found:
        place.markdown(words.found(found))
        preparing.draw(found)
        return
    place.markdown(words.nothing_yet())
    source.draw()


def _ready(data: PreparedSet, place: DeltaGenerator) -> None:
    divisions, refusal = _divided(data)
    place.markdown(words.ready(data, divisions))
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("The sounds"), anchor=False, help=_("A click on a tile plays it and puts it on the strip above."))
        shown.about(data)
        shown.sounds(data)
        if data.labels:
            shown.classes(sets.tally(data).classes)
        shown.skipped(data.skipped)
    with right:
        st.header(_("Who is tested"), anchor=False, help=_("What the copy learns from, it is never tested on."))
        division.controls(data)
        if refusal:
            errors.show(refusal)
        else:
            division.draw(data, divisions)
    _onward(data, divisions)


def _divided(data: PreparedSet) -> tuple[tuple[Division, ...], DatasetError | None]:
    try:
        return sets.divisions(data), None
    except DatasetError as error:
        return (), error


def _onward(data: PreparedSet, divisions: tuple[Division, ...]) -> None:
    found = findings.of(data, divisions) if divisions else ()
    if found:
        st.header(_("What the training doctor says"), anchor=False, help=_("Checked before anything is learned."))
        findings.draw(data, found)
    with st.container(horizontal=True):
        steps.onward(
            "training",
            _("On to training"),
            _("What must be mended comes first.") if findings.stops(found) else _("How a copy is to learn from them."),
            off=not divisions or findings.stops(found),
        )
        if st.button(_("Other sounds"), key="sounds-other", help=_("These stay prepared; another set can be chosen.")):
            sets.gather(None)
            st.rerun()
