"""Runs of this visitor: those seen in this session and, on one's own computer, all of them."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core.dataset.home import home
from core.errors import ModelError
from core.finetuning import runs
from core.finetuning.outcome import Outcome
from core.finetuning.outcome_file import TABLE
from core.finetuning.runs import Asked, RunFolder, Status
from core.finetuning.strategies import strategies
from core.finetuning.transcription.options import NAME as TRANSCRIPTS
from core.text import N_, _, n_
from pages._kit import engine, session
from pages._kit.plain import plain
from pages._kit.policy import policy

LISTED, NEWEST = 30, 8  # at most: all runs that are known, and those with a row each
STANDS: dict[Status, str] = {
    "ended": N_("ended"),
    "failed": N_("failed"),
    "at work": N_("being taught"),
    "interrupted": N_("broken off"),
}


@dataclass(frozen=True)
class Earlier:
    """A run, what it was asked to do, and how it stands."""

    run: RunFolder
    asked: Asked
    stands: Status


def note(token: str) -> None:
    """Remember a run as one of this session's, the newest first."""
    known = session.recall("runs", ())
    if token not in known[:1]:
        session.remember("runs", (token, *(one for one in known if one != token))[:LISTED])


def known(most: int = LISTED) -> tuple[Earlier, ...]:
    """List the runs that this visitor may know of, newest first; a token is never shown to anyone else."""
    if policy().local_folders:
        folders = runs.runs(home())
    else:
        folders = tuple(RunFolder(runs.runs_folder(home()) / token) for token in session.recall("runs", ()))
    found = []
    for run in folders[:most]:
        try:
            found.append(Earlier(run, run.asked, run.status))
        except ModelError:
            continue  # a damaged run says so when it is opened by its address
    return tuple(found)


def ended() -> tuple[Earlier, ...]:
    """List the runs among them that have ended."""
    return tuple(one for one in known() if one.stands == "ended")


def outcome(run: RunFolder) -> Outcome | None:
    """Read what came of a run on classes, once for everyone; None where it was one on transcripts, or is damaged."""
    if not (run.path / TABLE).is_file():
        return None
    try:
        return engine.store().get(("outcome", run.token), run.read_outcome)
    except ModelError:
        return None


def how(one: Earlier) -> str:
    """Say how a run was taught."""
    settings = one.asked.settings
    return _("{strategy}, {epochs} epochs, seed {seed}").format(
        strategy=_way(one), epochs=settings.epochs, seed=settings.seed
    )


def rows() -> None:
    """List the newest runs, each with a button that opens it; only where the computer is the visitor's own."""
    found = known(NEWEST) if policy().local_folders else ()
    if not found:
        return
    title = n_("{count} earlier run", "{count} earlier runs", len(found)).format(count=len(found))
    with st.expander(title, icon=":material/history:"):
        for one in found:
            _row(one)


def choice() -> None:
    """Offer the runs that have ended to be opened again; nothing where there is none besides the open one."""
    here = session.chosen().run
    others = {one.run.token: one for one in ended() if one.run.token != here}
    if not others:
        return
    session.put("outcome-earlier", None)
    st.selectbox(
        _("Open an earlier run"),
        list(others),
        index=None,
        format_func=lambda token: " · ".join((others[token].asked.title, how(others[token]), _when(others[token]))),
        placeholder=_("Sounds · how it was taught · when"),
        key="outcome-earlier",
        on_change=lambda: _open(others.get(session.widget("outcome-earlier"))),
        help=_("Runs of this visit; on your own computer all that lie there."),
    )


def _row(one: Earlier) -> None:
    said, opens = st.columns([4, 1], vertical_alignment="center")
    said.markdown(f"**{plain(one.asked.title)}** · {plain(_way(one))} · {_when(one)} · {_(STANDS[one.stands])}")
    token = one.run.token
    if opens.button(_("Open"), key=f"open-{token}", width="stretch", help=_("Shows how it went, or goes on.")):
        _open(one)
        st.rerun(scope="app")


def _way(one: Earlier) -> str:
    name = one.asked.settings.strategy
    found = strategies().get(name)
    return _("transcripts") if name == TRANSCRIPTS else _(found.title) if found else name


def _when(one: Earlier) -> str:
    return datetime.fromtimestamp(one.asked.begun).strftime("%Y-%m-%d %H:%M")


def _open(one: Earlier | None) -> None:
    if one:
        step = "outcome" if one.stands == "ended" else "training"
        session.choose(run=one.run.token, dataset=one.asked.data, step=step)
