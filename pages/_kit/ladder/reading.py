"""What the probes of the chosen rung read in the chosen sound, at every stop of the model."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from core.corpus.corpus import STRESS
from core.probing.decoding import Read, decode
from core.probing.rungs import rungs
from core.text import _, n_
from core.timeline import TimeAxis
from core.trace import Trace
from pages._kit import engine, present
from pages._kit.ladder.view import View


@dataclass(frozen=True, eq=False)
class Heard:
    """The chosen sound through the probes of one rung.

    reads     what is read at every stop that has a probe, in the order of time
    shares    of what is known to be said, the share that each stop reads rightly; empty where nothing is known
    judged    stretches or moments for which it is known what is said, at each stop: later ones may have fewer moments
    measured  the values themselves at the frames, for a rung of values
    """

    rung: str
    reads: Mapping[int, tuple[Read, ...]]
    shares: Mapping[int, float]
    judged: Mapping[int, int]
    measured: Float64[np.ndarray, " frames"] | None = None

    @property
    def best(self) -> int:
        """The stop that reads most of this sound rightly; the first of them where several do."""
        return max(self.shares, key=lambda stop: (self.shares[stop], -stop))


def now(view: View) -> Heard | None:
    """Ask the probes of the chosen rung about the chosen sound; None where none are kept."""
    stops = sorted(stop for rung, stop in view.probes if rung == view.rung)
    if not stops:
        return None
    clip = present.clip()
    trace = present.trace()
    key = ("ladder reads", view.key, view.rung, clip.fingerprint, clip.tiers)
    return engine.once(key, lambda: _ask(view, trace, stops))


def _ask(view: View, trace: Trace, stops: list[int]) -> Heard:
    clip = present.clip()
    reads = {stop: decode(view.probes, trace, view.rung, stop, clip.tiers) for stop in stops}
    known = {stop: [read for read in found if read.truth and read.known] for stop, found in reads.items()}
    judged = {stop: len(found) for stop, found in known.items()}
    shares = {stop: sum(read.right for read in found) / len(found) for stop, found in known.items() if found}
    measured = None
    measure = rungs()[view.rung].measure
    if measure is not None:
        measured = measure(clip, trace.time.centres())[:, 0]
    return Heard(view.rung, reads, shares, judged, measured)


def on_frames(reads: tuple[Read, ...], time: TimeAxis) -> list[Read | None]:
    """Find what is read at the centre of every frame; None where nothing is."""
    found: list[Read | None] = [None] * time.count
    for read in reads:
        if read.end > read.start:
            part = time.within(read.start, read.end)
            found[part] = [read] * (part.stop - part.start)
    return found


def said(view: View, heard: Heard) -> str:
    """Say how much of this sound the chosen stop reads rightly, and which reads most."""
    if heard.measured is not None:
        return _("Below the sound: what a probe recovers at the chosen layer, and what was measured.")
    tier = rungs()[view.rung].tier
    if tier and not {tier, "syllable" if tier == STRESS else tier} & {name for name, _row in present.clip().tiers}:
        return _(
            "Nobody has written down where words and syllables begin here. Stretches of 0.3 s are read instead, which "
            "is not what the probe learned from: take this with caution."
        )
    if not heard.shares and tier == STRESS:
        return _("Nobody has written down which syllables are stressed here, so only what is read is shown.")
    if not heard.shares:
        return _("Nobody has written down what is said here, so only what is read is shown, not whether it is right.")
    here, best = heard.shares.get(view.stop), heard.best
    things = _things(view.rung, heard.judged[best if here is None else view.stop])
    if here is None:
        return _("In this sound **{best}** reads {share:.0%} of {things} rightly, more than any other place.").format(
            best=view.depths.name(best), share=heard.shares[best], things=things
        )
    said = _("In this sound **{stop}** reads {share:.0%} of {things} rightly").format(
        stop=view.depths.name(view.stop), share=here, things=things
    )
    if here >= heard.shares[best]:
        return _("{said}; no other place reads more.").format(said=said)
    return _("{said}; {best} reads most, {share:.0%}.").format(
        said=said, best=view.depths.name(best), share=heard.shares[best]
    )


def _things(rung: str, count: int) -> str:
    """Name what is judged: only what the probe was taught counts."""
    if rungs()[rung].frames:
        return n_("{count} moment", "{count} moments", count).format(count=count)
    if rung == "word":
        return n_("{count} word that it was taught", "{count} words that it was taught", count).format(count=count)
    return n_("{count} syllable that it was taught", "{count} syllables that it was taught", count).format(count=count)
