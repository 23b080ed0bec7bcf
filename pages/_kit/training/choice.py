"""How the copy is to be taught: the settings of this session, and the strategies with what speaks against them."""

from dataclasses import asdict, replace

import streamlit as st

from core.dataset.collection import Task
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.finetuning.strategy import Strategy
from core.finetuning.transcription.options import NAME as TRANSCRIPTS
from core.finetuning.transcription.options import TranscriptOptions, default_settings
from core.text import _
from pages._kit import engine, form, present, session
from pages._kit.plain import plain

WIDTH = 250  # pixels of a card, at least
DEFAULTS = {"classes": FineTuneSettings(), "transcripts": default_settings()}


def settings(task: Task = "classes") -> FineTuneSettings:
    """What was chosen for this kind of sounds so far."""
    return session.recall(f"fine-tune-{task}", DEFAULTS[task])


def choose(wanted: FineTuneSettings, task: Task = "classes") -> None:
    """Keep what is wanted; the page is drawn anew where that is something else."""
    if wanted != settings(task):
        session.remember(f"fine-tune-{task}", wanted)
        st.rerun()


def strategy() -> Strategy:
    """The chosen strategy."""
    return strategies()[settings().strategy]


def misfits() -> dict[str, str]:
    """Say of each strategy why the chosen model cannot be taught so; nothing where it can, or where that is not known.

    What a strategy asks for stands in the configuration of the model, which is known once it is loaded.
    """
    if not engine.model_ready(present.spec()):
        return {}
    model = present.model()
    found = {name: one.misfit(model.family, model.module.config) for name, one in strategies().items()}
    return {name: reason for name, reason in found.items() if reason}


def cards() -> None:
    """Draw a card per strategy: what it does, and why it does not fit here where it does not."""
    against = misfits()
    with st.grid("auto", min_column_width=WIDTH, gap="small"):
        for one in strategies().values():
            mark = "chosen" if one.name == settings().strategy else "offered"
            with st.container(border=True, height="stretch", vertical_alignment="distribute", key=f"{mark}-{one.name}"):
                _card(one, against.get(one.name, ""))


def _card(one: Strategy, against: str) -> None:
    chosen = one.name == settings().strategy
    with st.container():
        st.markdown(f"**{plain(_(one.title))}**")
        st.markdown(plain(_(one.summary)))
        if against:
            st.caption(f":material/block: {plain(against)}")
    if st.button(
        _("Chosen") if chosen else _("Choose"),
        key=f"choose-{one.name}",
        icon=":material/check:" if chosen else None,
        disabled=bool(against) or chosen,
        width="stretch",
        help=against or _("Taught at a learning rate of {rate:g} where none is chosen.").format(rate=one.learning_rate),
    ):
        choose(replace(settings(), strategy=one.name, options=()))


def options(now: FineTuneSettings, off: bool = False) -> FineTuneSettings:
    """Draw the settings that belong to the strategy alone, and return all settings with them."""
    default = TranscriptOptions() if now.strategy == TRANSCRIPTS else strategies()[now.strategy].options()
    names = form.remaining(default, ())
    if not names:
        return now
    own = form.draw(replace(default, **dict(now.options)), names, f"own-{now.strategy}", off)
    changed = {name: value for name, value in asdict(own).items() if value != getattr(default, name)}
    return replace(now, options=tuple(sorted(changed.items())))
