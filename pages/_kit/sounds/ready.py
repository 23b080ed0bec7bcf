"""Sets of labelled sounds that are at hand, as cards."""

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.home import home
from core.progress import Report, silent
from core.text import _, n_
from pages._kit import engine, errors
from pages._kit.plain import plain
from pages._kit.policy import policy
from pages._kit.sounds import sets, work

if TYPE_CHECKING:
    from core.dataset.collection import Collection
    from core.dataset.ready import ReadySet

WIDTH = 270  # pixels of a card, at least


def draw() -> None:
    """Draw a card per set; a click takes its sounds."""
    from core.dataset.ready import ready_sets

    with st.grid("auto", min_column_width=WIDTH, gap="small"):
        for ready in sorted(ready_sets().values(), key=_easiest):
            with st.container(
                border=True, height="stretch", vertical_alignment="distribute", key=f"ready-{ready.name}"
            ):
                _card(ready)


def _card(ready: "ReadySet") -> None:
    with st.container():
        st.markdown(f"**{plain(ready.title)}**")
        st.markdown(plain(ready.summary))
        st.caption(_facts(ready))
    fetched = not ready.here
    allowed = ready.here or policy().hub != "none"
    if st.button(
        _("Fetch it ({size} MB)").format(size=f"{ready.megabytes:.3g}") if fetched else _("Take this set"),
        key=f"take-{ready.name}",
        icon=":material/download:" if fetched else None,
        disabled=not allowed,
        help=_("Downloads it from its publisher and checks that it is complete.")
        if fetched and allowed
        else _("This server fetches nothing; run Strata on your own computer for this set.")
        if fetched
        else _("Shows what is in it; nothing is changed."),
    ):
        _take(ready)


def _easiest(ready: "ReadySet") -> tuple[bool, bool, int]:
    """Put what is here and has few classes first."""
    classes = len(sets.tally(collected(ready)).classes) if ready.here else 0
    return not ready.here, ready.task != "classes", classes


def _take(ready: "ReadySet") -> None:
    if ready.here:
        sets.gather(collected(ready))
        st.rerun()

    allowed = policy()  # asked here: the work runs where no visitor is known

    def fetch(report: Report) -> "Collection":
        return ready.collection(report, home(), allowed)

    with errors.shown():
        work.start(_("Fetching {title}").format(title=ready.title), fetch)


def collected(ready: "ReadySet") -> "Collection":
    """List the sounds of a set that is here; nothing is decoded."""
    return engine.store().get(("ready", ready.name), lambda: ready.collection(silent, home()))


def _facts(ready: "ReadySet") -> str:
    parts = []
    if ready.here:
        count = sets.tally(collected(ready))
        if ready.task == "classes":
            parts.append(n_("{count} class", "{count} classes", len(count.classes)).format(count=len(count.classes)))
        parts.append(n_("{count} sound", "{count} sounds", count.sounds).format(count=count.sounds))
        if count.voices:
            parts.append(
                n_("{count} voice or group", "{count} voices or groups", count.voices).format(count=count.voices)
            )
    parts.append(_("{size} MB").format(size=f"{ready.megabytes:.2g}"))
    parts.append(_("here already") if ready.here else _("fetched from its publisher"))
    line = " · ".join(parts)
    return f"{line}  \n{plain(_('Licence: {licence}').format(licence=ready.licence))}" if ready.licence else line
