"""The bank of the chosen model and corpus: gathered once for all visitors, where it takes long as a job."""

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING

from core.progress import Report
from core.text import _
from pages._kit import corpus as corpora
from pages._kit import engine, present, session, waiting

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.space.bank import Bank

TRIED = 4.0  # seconds of the clip that the pace of a model is measured on
LISTENING = 0.008  # seconds that it takes to listen to a second of the corpus
SPARE = 1.3  # longer than measured, because others compute meanwhile


def key(*more: object) -> tuple[Hashable, ...]:
    """Name what is measured of the chosen model on the chosen corpus; a visitor's own corpus stays with the visitor."""
    corpus = corpora.chosen()
    owner = session.owner() if corpus is session.recall("corpus-own") else ""
    return ("space", present.spec(), corpus.fingerprint, owner, *more)


def bank() -> "Bank | None":
    """Return what every layer says of the corpus; None while it waits for the visitor or is being worked on."""
    found, value = engine.store().peek(key("bank"))
    if found:
        return value
    corpus, spec, shelf = corpora.chosen(), present.spec(), engine.shelf()

    def compute(report: Report) -> "Bank":
        from core.space.bank import gather

        return gather(shelf.get(spec), corpus, report=report)

    title = _("Asking {model} about the corpus").format(model=present.card().title)
    return waiting.done(key("bank"), title, _seconds(corpus), compute, "space-bank")


def _seconds(corpus: "Corpus") -> float:
    """Say how long it will take, from a pass over the chosen clip; the models that ship are small, and never ask."""
    from core.space.choosing import Choice

    choice = Choice()
    chosen = choice.utterances * corpus.seconds / max(len(corpus.utterances), 1)
    seconds = (
        SPARE * min(choice.seconds, chosen, corpus.seconds) * (2 * _pace() + LISTENING)
    )  # it is asked beside one that learned nothing
    return min(seconds, waiting.PATIENCE) if present.spec().source == "bundled" else seconds


def _pace() -> float:
    """Measure seconds of computing for a second of sound, once for each model; the first pass is always slow."""
    loaded, clip = present.model(), present.clip()

    def measure() -> float:
        from core.trace import trace

        sound = clip.cut(0.0, min(TRIED, clip.seconds))
        trace(loaded, sound)
        begun = time.perf_counter()
        trace(loaded, sound)
        return (time.perf_counter() - begun) / sound.seconds

    return engine.once(("space-pace", present.spec()), measure)
