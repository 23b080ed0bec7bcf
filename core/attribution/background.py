"""Does the model lean on the background: how much of its reasons lies where nobody speaks?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32

from core.attribution.attribution import Attribution
from core.clip import Clip
from core.text import _
from core.tiers import Interval
from core.timeline import TimeAxis

Known = Literal["tiers", "loudness"]
ROWS = ("phone", "syllable", "word", "sentence")  # the finest that is there says when somebody speaks
MARGIN = 0.03  # seconds around speech that still belong to it; what a column sees is about as wide
LEAST_TIME = 0.2  # seconds outside of speech; with less nothing can be said
LEANS = 0.25  # of the relevance, at least, that lies outside
BLOCK = 0.02  # seconds over which loudness is measured
APART = 20.0  # dB between what is loud and what is soft in a clip of which the pauses can be told
BELOW = 25.0  # dB below the loudest tenth that is still speech


@dataclass(frozen=True)
class Background:
    """Where the reasons lie.

    outside   share of what spoke for the target that lies outside of speech, 0 to 1
    time      share of the time outside of speech, 0 to 1
    known     how it is known when somebody speaks: from the tiers, or only from what is loud
    leans     the background counts at least as much as its time would give it, and for a good part of the answer
    sentence  in plain words
    """

    outside: float
    time: float
    known: Known
    leans: bool
    sentence: str


def background(clip: Clip, attribution: Attribution, speech: bool = True) -> Background | None:
    """Say how much of the reasons lies outside of speech; None where nothing can be said.

    speech  whether somebody speaks in the clip; without tiers only the caller can know. What is loud then counts as
            speech, where loud and soft can be told apart.

    Nothing is said where no speech is known, or where it fills the clip, or where nothing spoke for the target.
    """
    supports = np.maximum(attribution.relevance, 0).sum(0, dtype=np.float64)
    found = _spoken(clip, attribution.time, speech)
    if found is None or supports.sum() <= 0:
        return None
    spoken, known = found
    time = float((~spoken).mean())
    if time * clip.seconds < LEAST_TIME or not spoken.any():
        return None
    outside = float(supports[~spoken].sum() / supports.sum())
    leans = outside >= max(LEANS, time)
    return Background(outside, time, known, leans, _sentence(outside, time, known, leans))


def _spoken(clip: Clip, time: TimeAxis, speech: bool) -> tuple[Bool[np.ndarray, " columns"], Known] | None:
    row = next((name for name in ROWS if clip.tiers.spoken(name)), None)
    if row is not None:
        return _within(clip.tiers.spoken(row), time), "tiers"
    loud = _loud(clip) if speech else None
    return None if loud is None else (_within(loud, time), "loudness")


def _within(stretches: Iterable[Interval], time: TimeAxis) -> Bool[np.ndarray, " columns"]:
    centres = time.centres()
    found = np.zeros(time.count, dtype=bool)
    for item in stretches:
        found |= (centres >= item.start - MARGIN) & (centres < item.end + MARGIN)
    return found


def _loud(clip: Clip) -> list[Interval] | None:
    """List the stretches that are loud; None where loud and soft cannot be told apart."""
    levels = _levels(clip)
    high, low = np.percentile(levels, [90, 5])
    if high - low < APART:
        return None
    there = np.r_[False, levels > high - BELOW, False]
    edges = np.flatnonzero(there[1:] != there[:-1]).reshape(-1, 2)
    return [Interval(first * BLOCK, stop * BLOCK, "loud") for first, stop in edges.tolist()]


def _levels(clip: Clip) -> Float32[np.ndarray, " blocks"]:
    """Loudness of each block in dB of full scale."""
    size = max(round(BLOCK * clip.sample_rate), 1)
    count = max(clip.samples.size // size, 1)
    blocks = np.resize(clip.samples, count * size).reshape(count, size).astype(np.float64)
    return (10 * np.log10((blocks**2).mean(1) + 1e-10)).astype(np.float32)


def _sentence(outside: float, time: float, known: Known, leans: bool) -> str:
    """Say it in words: inside only where clearly most of the reasons lie there."""
    if leans and known == "tiers":
        said = _("By this explanation the model leans on the background.")
    elif leans:
        said = _("By this explanation the model leans on the soft parts between the speech.")
    elif outside >= LEANS:
        said = _("By this explanation the model's reasons lie in the speech and in the background as well.")
    elif known == "tiers":
        said = _("By this explanation the model's reasons lie in the speech.")
    else:
        said = _("By this explanation the model's reasons lie where the sound is loud.")
    if known == "tiers":
        rest = _("Of all that speaks for the answer {outside:.0%} lies where nobody speaks, {time:.0%} of the time.")
    else:
        rest = _("Of all that speaks for the answer {outside:.0%} lies in the soft parts, {time:.0%} of the time.")
    return f"{said} {rest.format(outside=outside, time=time)}"
