"""Fetching and preparing: work that goes on while the page is left, with a bar and a way out."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.dataset.collection import Collection
from core.errors import CancelledError, StrataError
from core.progress import Report
from core.text import _, n_
from pages._kit import engine, errors, session
from pages._kit.plain import plain
from pages._kit.sounds import sets

LOOK = 0.4  # seconds between two looks


def start(title: str, task: Callable[[Report], Any]) -> None:
    """Begin in the background and draw the page anew; BusyError where there is no room."""
    session.remember("sounds-work", engine.preparing().start(session.owner(), title, task))
    st.rerun()


def going_on() -> bool:
    """Tell whether sounds of this visitor are on their way."""
    return bool(session.recall("sounds-work"))


@st.fragment(run_every=LOOK)
def draw() -> None:
    """Show how far it is; when it is over, take what it made and draw the whole page once more."""
    key = session.recall("sounds-work")
    now = engine.preparing().snapshot(key) if key else None
    if now is None or now.over:
        session.remember("sounds-work", None)
        session.remember("sounds-ended", key if now else None)
        st.rerun(scope="app")
    step = now.step
    note = now.title if step is None else f"{now.title} · {step.note}" if step.note else now.title
    if now.ahead:
        note = n_("{count} before it", "{count} before it", now.ahead).format(count=now.ahead)
    st.progress(min(step.fraction, 1.0) if step and step.total else 0.0, text=plain(note))
    if st.button(_("Stop"), key="sounds-stop", disabled=now.stopping, help=_("Leaves everything as it was before.")):
        engine.preparing().cancel(key)


def take() -> None:
    """Put on the table what a piece of work has made since the last look, or say why it made nothing."""
    key = session.recall("sounds-ended")
    if not key:
        return
    session.remember("sounds-ended", None)
    try:
        made = engine.preparing().result(key, timeout=0.0)
    except CancelledError:
        return
    except StrataError as error:
        errors.show(error)
        return
    if isinstance(made, Collection):
        sets.gather(made)
    else:
        sets.take(made)
