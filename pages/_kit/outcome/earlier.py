"""Runs of this visitor: those seen in this session and, on one's own computer, all of them."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core.dataset.home import home
from core.errors import ModelError
from core.finetuning import runs
from core.finetuning.outcome import Outcome
from core.finetuning.outcome_file import TABLE
from core.finetuning.runs import Asked, RunFolder
from core.finetuning.strategies import strategies
from core.text import _
from pages._kit import engine, session
from pages._kit.policy import policy

LISTED = 30


@dataclass(frozen=True)
class Earlier:
    """A run that has ended, and what it was asked to do."""

    run: RunFolder
    asked: Asked


def note(token: str) -> None:
    """Remember a run as one of this session's, the newest first."""
    known = session.recall("runs", ())
    if token not in known[:1]:
        session.remember("runs", (token, *(one for one in known if one != token))[:LISTED])


def listed() -> tuple[Earlier, ...]:
    """List the ended runs that this visitor may know of, newest first; a token is never shown to anyone else."""
    if policy().local_folders:
        known = runs.runs(home())[:LISTED]
    else:
        known = tuple(RunFolder(runs.runs_folder(home()) / token) for token in session.recall("runs", ()))
    found = []
    for run in known:
        try:
            if run.status == "ended":
                found.append(Earlier(run, run.asked))
        except ModelError:
            continue  # a damaged run says so when it is opened by its address
    return tuple(found)


def outcome(run: RunFolder) -> Outcome | None:
    """Read what came of a run on classes, once for everyone; None where it was one on transcripts, or is damaged."""
    if not (run.path / TABLE).is_file():
        return None
    try:
        return engine.store().get(("outcome", run.token), run.read_outcome)
    except ModelError:
        return None


def name(one: Earlier) -> str:
    """Name a run by its sounds, strategy, epochs and time."""
    return _("{title} · {how} · {when}").format(
        title=one.asked.title, how=how(one), when=datetime.fromtimestamp(one.asked.begun).strftime("%d.%m.%Y %H:%M")
    )


def how(one: Earlier) -> str:
    """Say how a run was taught."""
    settings = one.asked.settings
    known = strategies().get(settings.strategy)
    return _("{strategy}, {epochs} epochs, seed {seed}").format(
        strategy=_(known.title) if known else settings.strategy, epochs=settings.epochs, seed=settings.seed
    )


def draw() -> None:
    """Offer the runs of this visitor to be opened again; nothing where there is none besides the open one."""
    here = session.chosen().run
    others = {one.run.token: one for one in listed() if one.run.token != here}
    if not others:
        return
    session.put("outcome-earlier", None)
    st.selectbox(
        _("Open an earlier run"),
        list(others),
        index=None,
        format_func=lambda token: name(others[token]),
        placeholder=_("Sounds · how it was taught · when"),
        key="outcome-earlier",
        on_change=lambda: _open(others),
        help=_("Runs of this visit; on your own computer all that lie there."),
    )


def _open(others: dict[str, Earlier]) -> None:
    token = session.widget("outcome-earlier")
    if token in others:
        session.choose(run=token, dataset=others[token].asked.data, step="outcome")
