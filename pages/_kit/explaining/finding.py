"""Finding an explanation: at once where it is quick, as a job that can be stopped where it takes long."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.jobs import Snapshot
from core.progress import Report, Step
from core.text import _
from pages._kit import engine, errors, session
from pages._kit.explaining.asking import Asked
from pages._kit.plain import plain
from pages._kit.training.times import lasting

if TYPE_CHECKING:
    from core.attribution.attribution import Attribution
    from core.attribution.method import Method, Passes
    from core.attribution.target import Target
    from core.loading import LoadedModel

PATIENCE = 20.0  # seconds from which on the cost is said first
LOOK = 0.5  # seconds between two looks at a job


@dataclass(frozen=True, eq=False)
class Wanted:
    """One explanation: of what, by which method, with which settings."""

    asked: Asked
    model: "LoadedModel"
    method: "Method"
    settings: Any
    target: "Target"

    @property
    def key(self) -> Hashable:
        """Identity by content."""
        about = self.asked
        pieces = about.kind if self.method.kind == "pieces" else ""
        return ("explained", about.key, self.target, self.method.name, self.settings, pieces)


def target(asked: Asked) -> "Target":
    """What the chosen question asks the model for."""
    from core.attribution.target import Target

    against = None if asked.against is None else asked.against.index
    return Target(asked.saying.index, against, asked.saying.frames)


def explained(wanted: Wanted, name: str = "") -> "Attribution | None":
    """Return what the method found; None while it waits for the visitor's word, or is being worked on.

    name  of the place on the page, where there are several
    """
    found, value = engine.store().peek(wanted.key)
    if found:
        return value

    def compute(report: Report) -> "Attribution":
        from core.attribution.method import explain
        from core.attribution.question import asked

        about = wanted.asked
        with asked(wanted.model, about.clip, wanted.target, about.pieces) as question:
            return explain(question, wanted.method, wanted.settings, report)

    title = _("Explaining with {method}").format(method=_(wanted.method.title))
    return done(wanted.key, title, seconds(wanted), compute, name)


def seconds(wanted: Wanted) -> float:
    """Say how long the method will take for this clip."""
    about = wanted.asked
    return lasts(wanted, wanted.method.passes(wanted.model, about.clip.seconds, len(about.pieces), wanted.settings))


def lasts(wanted: Wanted, cost: "Passes") -> float:
    """Say how long so many passes take; measured once for each model and clip."""
    from core.attribution.pace import Pace, pace

    about = wanted.asked
    found: Pace = engine.once(("pace", about.key), lambda: pace(wanted.model, about.clip, wanted.target))
    return found.seconds(cost)


def done(
    key: Hashable, title: str, seconds: float, compute: "Callable[[Report], Any]", name: str, unasked: float = PATIENCE
) -> Any:
    """Return a result; None while it waits for the visitor's word or is being worked on.

    It is computed here where it takes at most PATIENCE seconds, else as a job; without being asked for only where it
    takes at most ``unasked``.
    """
    found, value = engine.store().peek(key)
    if found:
        return value
    token = session.recall("jobs", {}).get(key, "")
    if token and engine.explaining().snapshot(token):
        return _job(key, token, name)
    if seconds > min(unasked, PATIENCE) and not _offered(title, seconds, name):
        return None
    if seconds <= PATIENCE:
        return _here(key, title, compute)
    with errors.shown():
        token = engine.explaining().start(f"{session.owner()}-{name}", title, compute)
        session.remember("jobs", {**session.recall("jobs", {}), key: token})
        st.rerun()
    return None


def _here(key: Hashable, title: str, compute: "Callable[[Report], Any]") -> Any:
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
        st.markdown(f"{said} {_('The page can be left meanwhile.')}" if seconds > PATIENCE else said)
        wanted = st.button(_("Begin"), key=f"begin-{name}", icon=":material/play_arrow:", type="primary")
    if wanted:
        place.empty()
    return wanted


def _job(key: Hashable, token: str, name: str) -> Any:
    """Take the result over where the job is over; else follow it."""
    now = engine.explaining().snapshot(token)
    if now is not None and now.status == "done":
        return engine.store().get(key, lambda: engine.explaining().result(token))
    if now is None or now.over:
        _forget(key)
        if now is not None and now.status == "failed":
            with errors.shown():
                engine.explaining().result(token)
        else:
            st.rerun()
        return None
    _follow(token, name)
    return None


def _forget(key: Hashable) -> None:
    session.remember("jobs", {known: token for known, token in session.recall("jobs", {}).items() if known != key})


@st.fragment(run_every=LOOK)
def _follow(token: str, name: str) -> None:
    now = engine.explaining().snapshot(token)
    if now is None or now.over:
        st.rerun(scope="app")
    with st.container(border=True):
        st.progress(min(now.step.fraction, 1.0) if now.step else 0.0, text=_text(now))
        st.button(
            _("Stopping…") if now.stopping else _("Stop"),
            key=f"stop-{name}",
            icon=":material/stop:",
            disabled=now.stopping,
            on_click=engine.explaining().cancel,
            args=(token,),
            help=_("At the next step. Nothing is kept of it."),
        )


def _text(now: Snapshot) -> str:
    if now.status == "waiting":
        return _("{title}: it waits for what others began before.").format(title=plain(now.title))
    share = f"{min(now.step.fraction, 1.0):.0%}" if now.step else _("getting ready")
    left = "" if now.left is None else " · " + _("about {time} left").format(time=lasting(now.left))
    return f"{plain(now.title)} · {share}{left}"
