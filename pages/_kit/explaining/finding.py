"""Finding an explanation: at once where it is quick, as a job that can be stopped where it takes long."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.progress import Report
from core.text import _
from pages._kit import engine, waiting
from pages._kit.explaining.asking import Asked

if TYPE_CHECKING:
    from core.attribution.attribution import Attribution
    from core.attribution.method import Method, Passes
    from core.attribution.target import Target
    from core.loading import LoadedModel


@dataclass(frozen=True, eq=False)
class Wanted:
    """One explanation: of what, by which method, with which settings."""

    asked: Asked
    model: "LoadedModel"
    method: "Method"
    settings: Any
    target: "Target"

    @property
    def key(self) -> Hashable:
        """Identity by content."""
        about = self.asked
        pieces = about.kind if self.method.kind == "pieces" else ""
        return ("explained", about.key, self.target, self.method.name, self.settings, pieces)


def target(asked: Asked) -> "Target":
    """What the chosen question asks the model for."""
    from core.attribution.target import Target

    against = None if asked.against is None else asked.against.index
    return Target(asked.saying.index, against, asked.saying.frames)


def explained(wanted: Wanted, name: str = "") -> "Attribution | None":
    """Return what the method found; None while it waits for the visitor's word, or is being worked on.

    name  of the place on the page, where there are several
    """
    found, value = engine.store().peek(wanted.key)
    if found:
        return value

    def compute(report: Report) -> "Attribution":
        from core.attribution.method import explain
        from core.attribution.question import asked

        about = wanted.asked
        with asked(wanted.model, about.clip, wanted.target, about.pieces) as question:
            return explain(question, wanted.method, wanted.settings, report)

    title = _("Explaining with {method}").format(method=_(wanted.method.title))
    return waiting.done(wanted.key, title, seconds(wanted), compute, name)


def seconds(wanted: Wanted) -> float:
    """Say how long the method will take for this clip."""
    about = wanted.asked
    return lasts(wanted, wanted.method.passes(wanted.model, about.clip.seconds, len(about.pieces), wanted.settings))


def lasts(wanted: Wanted, cost: "Passes") -> float:
    """Say how long so many passes take; measured once for each model and clip."""
    from core.attribution.pace import Pace, pace

    about = wanted.asked
    found: Pace = engine.once(("pace", about.key), lambda: pace(wanted.model, about.clip, wanted.target))
    return found.seconds(cost)
