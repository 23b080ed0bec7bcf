"""Try several settings before the run and take the best, by the sounds for stopping and never by the test."""

from dataclasses import replace

import streamlit as st

from core.finetuning.runs import RunFolder
from core.finetuning.search import SearchSettings, grid
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.text import _, n_
from pages._kit import errors, form, session
from pages._kit.training import choice

RATES = form.DECADES


def now() -> SearchSettings:
    """How a search was last asked for in this session."""
    return session.recall("search", SearchSettings())


def asked() -> SearchSettings | None:
    """What is to be searched; None where nothing is."""
    return now() if session.recall("searching", False) else None


def draw(settings: FineTuneSettings, parts: int) -> None:
    """Draw whether and how settings are tried first, with the number of runs that this takes.

    parts  how many copies are taught: each is searched for by itself, so that no test has a say
    """
    with st.expander(_("Try several settings first"), icon=":material/travel_explore:"):
        on = st.toggle(
            _("Search before the run"),
            session.recall("searching", False),
            key="search-on",
            help=_("The best of them, on the sounds that decide when to stop, is then taught and tested once."),
        )
        session.remember("searching", on)
        if not on:
            return
        left, right = st.columns(2, gap="large")
        with left:
            wanted = form.draw(now(), ("kind",), "search")
            wanted = form.draw(wanted, ("steps" if wanted.kind == "grid" else "runs",), "search")
        with right:
            wanted = replace(wanted, rates=_rates(wanted), strategies=_strategies(wanted), epochs=(settings.epochs,))
        session.remember("search", wanted)
        with errors.shown():
            st.caption(_cost(wanted, settings, parts))


def _rates(wanted: SearchSettings) -> tuple[float, float]:
    low, high = st.select_slider(
        _("Learning rates from and to"),
        RATES,
        value=tuple(min(RATES, key=lambda rate, end=end: abs(rate - end)) for end in wanted.rates),
        format_func=lambda rate: f"{rate:g}",
        key="search-rates",
        help=_("Between these, in equal ratios or by chance."),
    )
    return low, high


def _strategies(wanted: SearchSettings) -> tuple[str, ...]:
    known = strategies()
    chosen = st.pills(
        _("What learns"),
        [name for name in known if name not in choice.misfits()],
        selection_mode="multi",
        default=[name for name in wanted.strategies if name in known],
        format_func=lambda name: _(known[name].title),
        wrap=True,
        key="search-strategies",
        help=_("Each of these is tried; none chosen: only the one above."),
    )
    return tuple(chosen)


def _cost(wanted: SearchSettings, settings: FineTuneSettings, parts: int) -> str:
    count = parts * (len(grid(wanted, settings)) if wanted.kind == "grid" else wanted.runs)
    return n_(
        "{count} short run before the one that counts.", "{count} short runs before the one that counts.", count
    ).format(count=count)


def trials(run: RunFolder) -> None:
    """List what was tried for a run, the best marked."""
    found = run.read_trials()
    if found is None:
        return
    known = strategies()
    with st.expander(_("Settings that were tried"), icon=":material/travel_explore:"):
        st.dataframe(
            {
                _("try"): [trial.number for trial in found.trials],
                _("what learns"): [_(known[trial.settings.strategy].title) for trial in found.trials],
                _("learning rate"): [f"{trial.settings.learning_rate:.2g}" for trial in found.trials],
                _("epochs"): [trial.settings.epochs for trial in found.trials],
                _("on the validation sounds"): [trial.value for trial in found.trials],
                _("taken"): ["✓" if found.best and trial.number == found.best.number else "" for trial in found.trials],
            },
            hide_index=True,
            width="stretch",
        )
