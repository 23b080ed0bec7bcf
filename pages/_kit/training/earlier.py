"""Runs that were made on this computer before; only where it is the visitor's own, because a token is a permission."""

from datetime import datetime

import streamlit as st

from core.dataset.home import home
from core.errors import StrataError
from core.finetuning import runs
from core.finetuning.runs import RunFolder
from core.finetuning.strategies import strategies
from core.finetuning.transcription.options import NAME as TRANSCRIPTS
from core.text import N_, _, n_
from pages._kit import session, steps
from pages._kit.plain import plain
from pages._kit.policy import policy
from pages._kit.training import written

SHOWN = 8
STANDS = {
    "ended": N_("ended"),
    "failed": N_("failed"),
    "at work": N_("being taught"),
    "interrupted": N_("broken off"),
}


def draw() -> None:
    """List the newest runs, each with a button that opens it."""
    found = runs.runs(home())[:SHOWN] if policy().local_folders else ()
    if not found:
        return
    title = n_("{count} earlier run", "{count} earlier runs", len(found)).format(count=len(found))
    with st.expander(title, icon=":material/history:"):
        for run in found:
            _row(run)


def _row(run: RunFolder) -> None:
    try:
        asked, stands = run.asked, "ended" if written.is_there(run) else run.status
    except StrataError:
        return  # of another version; its files are left alone
    known = strategies().get(asked.settings.strategy)
    way = _("transcripts") if asked.settings.strategy == TRANSCRIPTS else _(known.title) if known else ""
    day = datetime.fromtimestamp(asked.begun).strftime("%Y-%m-%d %H:%M")
    said, opens = st.columns([4, 1], vertical_alignment="center")
    said.markdown(f"**{plain(asked.title)}** · {way} · {day} · {_(STANDS[stands])}")
    if opens.button(_("Open"), key=f"open-{run.token}", width="stretch", help=_("Shows how it went, or goes on.")):
        session.choose(run=run.token, dataset=asked.data)
        steps.go("outcome" if stands == "ended" else "training")
