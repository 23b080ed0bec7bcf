"""What is asked of the heads now: which head, from which part of the clip, and what was measured of all of them."""

from collections.abc import Hashable
from dataclasses import dataclass

from jaxtyping import Float32
from numpy import ndarray

from core.activity import loudness
from core.attention import Measures, measures
from core.clip import Clip
from core.errors import MethodError
from core.rollout import rollouts
from core.text import _
from core.timeline import TimeAxis
from core.trace import Trace
from pages._kit import engine, present, session


@dataclass(frozen=True, eq=False)
class View:
    """One head of one model on one clip.

    key     of content: the model and the clip
    layer   of the head, counted from 1; 0 where the visitor is at the input, which has no heads
    head    counted from 0 within its layer
    region  (start, end) in seconds, or None where the whole clip asks
    """

    key: Hashable
    clip: Clip
    trace: Trace
    measures: Measures
    layer: int
    head: int
    region: tuple[float, float] | None

    @property
    def blocks(self) -> int:
        """Number of layers that have heads."""
        return len(self.trace.attention)

    @property
    def heads(self) -> int:
        """Number of heads of the layer that has most."""
        return max(len(layer) for layer in self.trace.attention)

    @property
    def shown(self) -> tuple[int, int]:
        """Layer and head of which a picture is drawn, both counted from 0; at the input the first layer's."""
        block = max(self.layer - 1, 0)
        return block, min(self.head, len(self.trace.attention[block]) - 1)

    def time(self, block: int) -> TimeAxis:
        """Where the frames lie between which a layer, counted from 0, attends."""
        return self.trace.grids[block].time

    def asking(self, block: int) -> slice:
        """Frames of a layer that ask: those of the region, or all."""
        time = self.time(block)
        return time.within(*self.region) if self.region else slice(0, time.count)


def now() -> View:
    """Measure the heads of the chosen model on the chosen clip; MethodError where there is no attention over time."""
    card, trace, clip = present.card(), present.trace(), present.clip()
    if not card.attends or not trace.attention:
        raise MethodError(
            _(
                "This model has no attention, so there is no picture of who looks at whom. Its layers work on what "
                "lies near, or carry on what came earlier and later."
            ),
            hint=_("What its layers hear is on the page Layers. For heads, choose another model at the left."),
        )
    key, chosen = (present.spec(), clip.fingerprint), session.chosen()
    return View(
        key=key,
        clip=clip,
        trace=trace,
        measures=engine.once(("heads", key), lambda: _measured(trace, clip)),
        layer=max(0, min(chosen.layer, len(trace.attention))),
        head=min(chosen.head, len(trace.attention[0]) - 1),
        region=present.region() if present.has_region() else None,
    )


def followed(view: View) -> tuple[Float32[ndarray, "queries keys"], ...]:
    """Follow attention through all layers up to each one (rollout); kept for every region that may be asked about."""
    return engine.once(("rollouts", view.key), lambda: rollouts(view.trace.attention))


def _measured(trace: Trace, clip: Clip) -> Measures:
    return measures(trace.attention, trace.time.step, loudness(clip, trace.time))
