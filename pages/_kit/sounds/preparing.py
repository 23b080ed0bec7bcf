"""What was gathered, before any of it is decoded, and the button that prepares it."""

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.collection import Collection
from core.dataset.home import home
from core.progress import Report
from core.text import _, n_
from pages._kit import errors, form, session
from pages._kit.plain import plain
from pages._kit.sounds import sets, shown, work

if TYPE_CHECKING:
    from core.dataset.prepared import PreparedSet


def draw(found: Collection) -> None:
    """Draw what is in it, how it would be made ready, and the way on."""
    st.header(plain(_(found.title)), anchor=False, help=_("What was found; nothing of it has been decoded yet."))
    shown.about(found)
    if found.task == "classes":
        shown.classes(sets.tally(found).classes)
    shown.skipped(found.skipped)
    with st.expander(_("How they are prepared"), icon=":material/tune:"):
        wanted = form.draw(sets.settings(), ("trim", "normalise", "seconds", "sample_rate"), "prepare")
        if wanted != sets.settings():
            session.remember("prepare", wanted)
    go, leave = st.columns([3, 2])
    if go.button(
        n_("Prepare {count} sound", "Prepare {count} sounds", len(found.examples)).format(count=len(found.examples)),
        key="prepare",
        type="primary",
        icon=":material/inventory_2:",
        width="stretch",
        help=_("Decodes every sound once and keeps it on this computer, so that every run starts at once."),
    ):
        _begin(found)
    if leave.button(_("Other sounds"), key="sounds-other", width="stretch", help=_("Back to the choice of sounds.")):
        sets.gather(None)
        st.rerun()


def _begin(found: Collection) -> None:
    wanted = sets.settings()

    def task(report: Report) -> "PreparedSet":
        from core.dataset.preparing import prepare

        return prepare(found, wanted, home(), report)

    with errors.shown():
        work.start(_("Preparing {title}").format(title=_(found.title)), task)
