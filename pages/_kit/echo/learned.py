"""The straight-line readings of the chosen model: stored beside it, or learned when a visitor asks for it."""

import streamlit as st

from core.inversion import stored
from core.inversion.inversion import Inversion
from core.progress import Report
from core.sources import CHECKPOINTS
from core.text import _
from pages._kit import corpus, engine, present, session, waiting
from pages._kit.plain import plain


def now() -> Inversion | None:
    """Return what was learned of the chosen model; None where nothing was yet."""
    spec = present.spec()
    path = CHECKPOINTS / spec.name / stored.FILE
    if spec.source == "bundled" and path.is_file() and not corpus.own():
        return engine.store().get(("inversion", spec.name), lambda: stored.read(path))
    found, value = engine.store().peek(_key())
    return value if found else None


def offer() -> Inversion | None:
    """Offer to learn the readings of the chosen model as a job; returns them as soon as they are there."""
    st.markdown(
        _(
            "Nobody has learned yet how to read a picture of the sound off the layers of this model with this corpus. "
            "A straight line is fitted for every layer, and for the same network with random weights."
        )
    )
    model, told = present.model(), corpus.chosen()

    def seconds() -> float:
        from core.inversion.teaching import estimate

        return estimate(model, told)

    def teach(report: Report) -> Inversion:
        from core.inversion.teaching import teach as learn

        return learn(model, told, report)

    lasts: float = engine.once(("inversion lasts", present.spec(), told.fingerprint), seconds)
    title = _("Learning to read the layers of {model}").format(model=plain(model.card.title))
    learned: Inversion | None = waiting.done(_key(), title, lasts, teach, "echo-learn", 0.0, engine.probing)
    return learned


def choose() -> None:
    """Let the visitor choose what to learn from."""
    with st.popover(_("Learned from"), icon=":material/tune:", help=_("Another corpus, such as one of your own.")):
        corpus.draw()


def _key() -> tuple[object, ...]:
    return ("inversion", present.spec(), corpus.chosen().fingerprint, session.owner() if corpus.own() else "")
