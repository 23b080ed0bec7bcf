"""What the Ladder page shows now: the ladder of the chosen model, the rung that is large, the chosen stop."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from core.figures.depths import Depths
from core.probing.ladder import Curve, Ladder
from core.probing.probe import Probe
from core.probing.stored import stored_ladder, stored_probes
from pages._kit import engine, present, session
from pages._kit.ladder import words

USUAL = ("phone", "word", "syllable")  # which rung is large before one was chosen

Probes = Mapping[tuple[str, int], Probe]


@dataclass(frozen=True, eq=False)
class View:
    """A measured ladder with what is chosen of it.

    key     of content: the model, and the corpus that it was measured on
    probes  that were kept, by rung and stop
    rung    that is shown large
    stop    that is chosen, inside this model
    """

    key: Hashable
    ladder: Ladder
    probes: Probes
    rung: str
    stop: int

    @property
    def curve(self) -> Curve:
        """The rung that is shown large."""
        return self.ladder.curves[self.rung]

    @property
    def depths(self) -> Depths:
        """The stops of the model."""
        return Depths.of(self.ladder)

    @property
    def titles(self) -> dict[str, str]:
        """Names of the rungs that were measured, the lowest first."""
        return {name: title for name, title in words.titles().items() if name in self.ladder.curves}


def shipped() -> Ladder | None:
    """The ladder that ships with the chosen model, where there is one."""
    spec = present.spec()
    if spec != replace(spec, device="cpu", dtype="float32"):
        return None
    return engine.store().get(("ladder shipped", spec), lambda: stored_ladder(spec))


def of_shipped(ladder: Ladder) -> View:
    """View the ladder that ships with the chosen model."""
    spec = present.spec()
    probes = engine.store().get(("probes shipped", spec), lambda: stored_probes(spec))
    return of(("shipped", spec, ladder.corpus_fingerprint), ladder, probes)


def of(key: Hashable, ladder: Ladder, probes: Probes) -> View:
    """View a ladder with what is chosen."""
    wanted = session.chosen().rung
    there = [name for name in (wanted, *USUAL, *ladder.curves) if name in ladder.curves]
    stop = min(max(session.chosen().layer, -ladder.convolutions), ladder.layers)
    return View(("ladder", key), ladder, probes, there[0], stop)


def choose(rung: str) -> None:
    """Show another rung large."""
    session.choose(rung=rung)
