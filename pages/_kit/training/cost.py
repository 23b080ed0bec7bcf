"""What a run will cost, measured on a few sounds after everything else has been drawn."""

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import StrataError
from core.finetuning.search import SearchSettings, budget
from core.finetuning.settings import FineTuneSettings
from core.memory import plain_size
from core.text import _, n_
from pages._kit import engine, errors, present
from pages._kit.plain import plain
from pages._kit.sounds import sets
from pages._kit.training import choice, search
from pages._kit.training.times import lasting

if TYPE_CHECKING:
    from core.finetuning.estimate import Estimate

LEARNING = 1  # place of that part in an estimate
LOOK = 1.0  # seconds between two looks at whether the model has come


def fill(place: DeltaGenerator, data: PreparedSet, divisions: tuple[Division, ...]) -> None:
    """Say how long the run takes and how much memory it needs; where the model is not there yet, wait for it."""
    if not engine.model_ready(present.spec()):
        with place:
            _wait()
        return
    try:
        with place, st.spinner(_("Trying out a few sounds…")):
            found = _of(choice.settings(data.task), data, divisions)
            tries = search.asked() if data.task == "classes" else None
            said = [_sentence(found), *([_tried(tries, data, divisions)] if tries else [])]
    except StrataError as error:
        with place.container():
            errors.show(error)
        return
    with place.container():
        for line in said:
            st.markdown(line)
        parts = " · ".join(f"{part}: {lasting(seconds)}" for part, seconds in found.parts if seconds >= 0.5)
        st.caption(plain(parts))


@st.fragment(run_every=LOOK)
def _wait() -> None:
    if engine.model_ready(present.spec()):
        st.rerun(scope="app")
    st.caption(_("How long it takes is measured as soon as the model is loaded."))


def _of(settings: FineTuneSettings, data: PreparedSet, divisions: tuple[Division, ...]) -> "Estimate":
    from core.finetuning.estimate import estimate
    from core.finetuning.transcription import cost

    spec = present.spec()

    def measure() -> "Estimate":
        model = engine.shelf().get(spec)
        if data.task == "transcripts":
            return cost.estimate(model, data, divisions[0], settings)
        return estimate(model, data, divisions, settings)

    return engine.once(("run-cost", spec, data.key, sets.split(), settings), measure)


def _sentence(found: "Estimate") -> str:
    return _("About **{time}** and {memory} of memory; {learning} of {all} numbers learn.").format(
        time=lasting(found.seconds),
        memory=plain_size(found.bytes),
        learning=f"{found.parameters_learning:,}",
        all=f"{found.parameters:,}",
    )


def _tried(wanted: SearchSettings, data: PreparedSet, divisions: tuple[Division, ...]) -> str:

    def one_try(settings: FineTuneSettings) -> float:
        return _of(settings, data, divisions[:1]).parts[LEARNING][1]  # a try is not compared with anything

    cost, parts = budget(wanted, choice.settings(), one_try), len(divisions)  # each part is searched by itself
    return n_(
        "Before that, {count} try: about {time}, at most {most}.",
        "Before that, {count} tries: about {time}, at most {most}.",
        parts * cost.runs,
    ).format(count=parts * cost.runs, time=lasting(parts * cost.seconds), most=lasting(parts * cost.most))
