"""The straight-line readings of the chosen model: stored beside it, or learned when a visitor asks for it."""

from typing import TYPE_CHECKING

import streamlit as st

from core.inversion import stored
from core.inversion.inversion import Inversion
from core.progress import Report
from core.sources import CHECKPOINTS
from core.text import _
from pages._kit import engine, present, waiting
from pages._kit.plain import plain

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus


def now() -> Inversion | None:
    """Return what was learned of the chosen model; None where nothing was yet."""
    spec = present.spec()
    path = CHECKPOINTS / spec.name / stored.FILE
    if spec.source == "bundled" and path.is_file():
        return engine.store().get(("inversion", spec.name), lambda: stored.read(path))
    found, value = engine.store().peek(_key())
    return value if found else None


def offer() -> Inversion | None:
    """Offer to learn the readings of the chosen model as a job; returns them as soon as they are there."""
    st.markdown(
        _(
            "For this model nobody has learned yet how to read a picture of the sound off its layers. A straight line "
            "is fitted for every layer, and for the same network with random weights, on sentences that ship with "
            "Strata."
        )
    )
    model, corpus = present.model(), _corpus()

    def seconds() -> float:
        from core.inversion.teaching import estimate

        return estimate(model, corpus)

    def teach(report: Report) -> Inversion:
        from core.inversion.teaching import teach as learn

        return learn(model, corpus, report)

    lasts: float = engine.once(("inversion lasts", present.spec()), seconds)
    title = _("Learning to read the layers of {model}").format(model=plain(model.card.title))
    learned: Inversion | None = waiting.done(_key(), title, lasts, teach, "echo-learn", 0.0, engine.probing)
    return learned


def _key() -> tuple[object, ...]:
    return ("inversion", present.spec())


def _corpus() -> "Corpus":
    from core.corpus.shipped import DEFAULT, open_corpus, shipped

    return engine.store().get(("corpus", DEFAULT), lambda: open_corpus(shipped()[DEFAULT]))
