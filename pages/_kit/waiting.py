"""Work that may take long: done at once where it is quick, else as a job that can be left, found again and stopped."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from core.jobs import Jobs, Snapshot
from core.progress import Report, Step
from core.text import _
from pages._kit import engine, errors, session
from pages._kit.plain import plain
from pages._kit.training.times import lasting

PATIENCE = 20.0  # seconds from which on the cost is said first
LOOK = 0.5  # seconds between two looks at a job
Lent = Callable[[], Jobs]


def done(
    key: Hashable,
    title: str,
    seconds: float,
    compute: Callable[[Report], Any],
    name: str,
    unasked: float = PATIENCE,
    jobs: Lent = engine.explaining,
) -> Any:
    """Return a result; None while it waits for the visitor's word or is being worked on.

    It is computed here where it takes at most PATIENCE seconds, else as a job; without being asked for only where it
    takes at most ``unasked``.

    key      of content: the result is kept for all visitors
    seconds  that it may take
    name     of the place on the page
    jobs     the queue that it waits in
    """
    found, value = engine.store().peek(key)
    if found:
        return value
    token = session.recall("jobs", {}).get(key, "")
    if token and jobs().snapshot(token):
        return _job(key, token, name, jobs)
    if seconds > min(unasked, PATIENCE) and not _offered(title, seconds, name):
        return None
    if seconds <= PATIENCE:
        return _here(key, title, compute)
    with errors.shown():
        token = jobs().start(f"{session.owner()}-{name}", title, compute)
        session.remember("jobs", {**session.recall("jobs", {}), key: token})
        st.rerun()
    return None


def _here(key: Hashable, title: str, compute: Callable[[Report], Any]) -> Any:
    place = st.empty()
    place.progress(0.0, text=title)

    def report(step: Step) -> None:
        # where a newer run has replaced this one, Streamlit ends it here
        place.progress(min(step.fraction, 1.0), text=title)

    try:
        return engine.once(key, lambda: compute(report))
    finally:
        place.empty()  # a refusal stands there by itself


def _offered(title: str, seconds: float, name: str) -> bool:
    """Say what it costs, and tell whether the visitor wants it."""
    place = st.empty()
    with place.container(border=True):
        said = _("**{title}** can take up to {time} here.").format(title=plain(title), time=lasting(seconds))
        leave = _("The page can be left meanwhile.")
        st.markdown(f"{said} {leave}" if seconds > PATIENCE else said)
        wanted = st.button(_("Begin"), key=f"begin-{name}", icon=":material/play_arrow:", type="primary")
    if wanted:
        place.empty()
    return wanted


def _job(key: Hashable, token: str, name: str, jobs: Lent) -> Any:
    """Take the result over where the job is over; else follow it."""
    now = jobs().snapshot(token)
    if now is not None and now.status == "done":
        return engine.store().get(key, lambda: jobs().result(token))
    if now is None or now.over:
        _forget(key)
        if now is not None and now.status == "failed":
            with errors.shown():
                jobs().result(token)
        else:
            st.rerun()
        return None
    _follow(token, name, jobs)
    return None


def _forget(key: Hashable) -> None:
    session.remember("jobs", {known: token for known, token in session.recall("jobs", {}).items() if known != key})


@st.fragment(run_every=LOOK)
def _follow(token: str, name: str, jobs: Lent) -> None:
    now = jobs().snapshot(token)
    if now is None or now.over:
        st.rerun(scope="app")
    with st.container(border=True):
        st.progress(min(now.step.fraction, 1.0) if now.step else 0.0, text=_text(now))
        st.button(
            _("Stopping…") if now.stopping else _("Stop"),
            key=f"stop-{name}",
            icon=":material/stop:",
            disabled=now.stopping,
            on_click=jobs().cancel,
            args=(token,),
            help=_("At the next step. Nothing is kept of it."),
        )


def _text(now: Snapshot) -> str:
    if now.status == "waiting":
        return _("{title}: it waits for what others began before.").format(title=plain(now.title))
    share = f"{min(now.step.fraction, 1.0):.0%}" if now.step else _("getting ready")
    left = "" if now.left is None else " · " + _("about {time} left").format(time=lasting(now.left))
    return f"{plain(now.title)} · {share}{left}"
