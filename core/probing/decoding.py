"""Ask stored probes of a person's own clip: what can be read off a layer here, and how surely."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.corpus.corpus import STRESS
from core.errors import MethodError
from core.probing.probe import Probe
from core.probing.rung import PAUSE
from core.probing.rungs import rungs
from core.text import _
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from core.trace import Trace

WINDOW = 0.3  # seconds of a stretch where nobody knows where words begin and end


@dataclass(frozen=True)
class Read:
    """What a probe reads in one stretch; start and end in seconds.

    label        its likeliest class; empty for values
    probability  that it gives this class, among the classes that it knows; nan for values
    value        that it recovers (dB, or the logarithm of Hz); nan for classes
    truth        what the tiers say there; empty where they say nothing
    known        whether the truth is a class that it could have said
    """

    start: float
    end: float
    label: str
    probability: float
    value: float
    truth: str = ""
    known: bool = True

    @property
    def right(self) -> bool:
        """Tell whether it reads what the tiers say."""
        return bool(self.truth) and self.label == self.truth


def decode(
    probes: Mapping[tuple[str, int], Probe], trace: Trace, rung: str, stop: int, tiers: Tiers | None = None
) -> tuple[Read, ...]:
    """Ask the probe of one rung at one stop about a clip: every frame, or every stretch of its row of the tiers.

    Where the tiers do not have that row, stretches of 0.3 s are asked, which is not what the probe learned from: words
    and syllables from edge to edge. For stress the syllables are asked where those are known. Raises MethodError where
    there is no such probe.
    """
    probe = probes.get((rung, stop))
    if probe is None:
        raise MethodError(
            _("No probe of this question is kept for this model."),
            hint=_("Measure the ladder of this model first, or choose another question."),
        )
    kind, tiers = rungs()[rung], tiers or Tiers()
    vectors, time = frames_at(trace, stop)
    if kind.frames:
        truth = _phones(tiers, time) if rung == "phone" else [""] * time.count
        return _read(probe, vectors, _frames(time, trace.seconds), truth)
    spans = tiers.spoken(kind.tier) or _unjudged(tiers, kind.tier) or even(trace.seconds)
    pooled = np.stack([vectors[time.within(part.start, part.end)].mean(0) for part in spans])
    return _read(probe, pooled, spans, [kind.same(part.label) for part in spans])


def frames_at(trace: Trace, stop: int) -> tuple[Float32[np.ndarray, "frames width"], TimeAxis]:
    """Return what one stop says of every frame of a clip, and where its frames lie."""
    if stop < 0:
        return trace.convolutions[stop], trace.time
    return trace.frames(stop), trace.grids[stop].time


def _unjudged(tiers: Tiers, row: str) -> tuple[Interval, ...]:
    """Give the syllables, of which nobody says whether they are stressed, where the row of stress is asked for."""
    return tuple(Interval(part.start, part.end, "") for part in tiers.spoken("syllable")) if row == STRESS else ()


def even(seconds: float) -> tuple[Interval, ...]:
    """Divide a clip into stretches of about 0.3 s."""
    count = max(1, round(seconds / WINDOW))
    edges = np.linspace(0, seconds, count + 1).tolist()
    return tuple(Interval(edges[at], edges[at + 1], "") for at in range(count))


def _frames(time: TimeAxis, seconds: float) -> tuple[Interval, ...]:
    edges = np.clip(time.start + time.step * (np.arange(time.count + 1) - 0.5), 0, seconds).tolist()
    return tuple(Interval(edges[at], edges[at + 1], "") for at in range(time.count))


def _phones(tiers: Tiers, time: TimeAxis) -> list[str]:
    """Say what the row of phones says at every frame; nothing where there is no such row."""
    if "phone" not in tiers:
        return [""] * time.count
    said = [tiers.at(second).get("phone") for second in time.centres().tolist()]
    return [part.label if part else PAUSE for part in said]


def _read(
    probe: Probe, vectors: Float32[np.ndarray, "n width"], spans: Sequence[Interval], truth: Sequence[str]
) -> tuple[Read, ...]:
    if not probe.labels:
        values = probe.outputs(vectors)[:, 0].tolist()
        return tuple(Read(span.start, span.end, "", math.nan, value) for span, value in zip(spans, values, strict=True))
    odds = probe.probabilities(vectors)
    return tuple(
        Read(span.start, span.end, probe.labels[place], float(row[place]), math.nan, true, true in probe.labels)
        for span, row, place, true in zip(spans, odds, odds.argmax(1).tolist(), truth, strict=True)
    )
