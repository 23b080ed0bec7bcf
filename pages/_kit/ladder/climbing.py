"""Measuring the ladder of a model that brings none along, or on another corpus: as a job, its time said first."""

from typing import TYPE_CHECKING

from core.progress import Report
from core.text import _
from pages._kit import engine, present, session, waiting
from pages._kit.ladder import view
from pages._kit.ladder.view import View

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.probing.climbing import Climbed

UNASKED = 0.0  # seconds: it never begins by itself


def climbed(corpus: "Corpus", own: bool) -> View | None:
    """Return what was measured of the chosen model on a corpus; None where it waits for the visitor or is under way.

    own  the corpus is the visitor's: what is measured on it stays with the session
    """
    from core.probing.climbing import estimate

    spec, card, shelf = present.spec(), present.card(), engine.shelf()
    key = ("climbed", spec, corpus.fingerprint, session.owner() if own else "")

    def climb(report: Report) -> "Climbed":
        from core.probing import climbing

        return climbing.climb(shelf.get(spec), corpus, report=report)

    title = _("Measuring the ladder of {model}").format(model=card.title)
    found = waiting.done(key, title, estimate(card, corpus), climb, "ladder", UNASKED, engine.probing)
    return None if found is None else view.of(key, found.ladder, found.probes)
