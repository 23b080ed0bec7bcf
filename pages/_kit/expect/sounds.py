"""To hear: the sound with the hole, the hole filled with what is most like the expectation, and such moments."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from jaxtyping import Float32

from core.audible import removed
from core.clip import Clip
from core.text import _
from pages._kit import engine, strip
from pages._kit.expect import hole
from pages._kit.expect.hole import Found
from pages._kit.strip import Moment
from pages._kit.strip.lent import Lent, lent, lent_payload

if TYPE_CHECKING:
    from core.expectation.region import Stretch


def draw(found: Found) -> None:
    """Draw the two sounds, and the moments that are most like what the model expects."""
    st.header(
        _("Hear the hole, and what would fit in it"),
        anchor=False,
        help=_(
            "The model makes no sound. These are real moments of the same sound whose codes are most like what it "
            "expects, laid over the hole moment by moment."
        ),
    )
    left, right = st.columns([6, 5], gap="large")
    with left:
        lent(
            engine.store().get(("hole sounds", found.key), lambda: lent_payload(sounds(found), _("Sounds"))), key="hole"
        )
    with right:
        _moments(found)


def sounds(found: Found) -> list[Lent]:
    """Make the sound with silence in the hole and, where something fits, with the best moment in it."""
    it, clip = found.expected, found.clip
    start, end = max(it.start, 0.0), min(it.end, clip.seconds)
    emptied = removed(clip.samples, clip.sample_rate, [(start, end)])
    made = [Lent("hole", _("Play with the hole"), _("Silence where it is masked"), emptied, clip.sample_rate)]
    if it.alike:
        best = it.alike[0]
        said = _("With {name} from {second:.2f} s in the hole").format(
            name=hole.named(clip, best.start, best.end) or _("the moment"), second=best.start
        )
        made.append(Lent("filled", _("Play it filled"), said, filled(clip, emptied, start, best), clip.sample_rate))
    return made


def filled(
    clip: Clip, emptied: Float32[np.ndarray, " time"], start: float, best: "Stretch"
) -> Float32[np.ndarray, " time"]:
    """Lay another stretch of the clip into the hole that begins at ``start``, with the slopes that the hole has."""
    rate = clip.sample_rate
    first, source = round(start * rate), round(best.start * rate)
    count = min(round((best.end - best.start) * rate), clip.samples.size - first, clip.samples.size - source)
    spare = removed(clip.samples, rate, [(best.start, best.start + count / rate)])
    taken = clip.samples - spare
    mixed = emptied.copy()
    mixed[first : first + count] += taken[source : source + count]
    return mixed


def _moments(found: Found) -> None:
    it = found.expected
    if not it.alike:
        st.markdown(_("The hole leaves no room for a stretch as long as itself elsewhere in this sound."))
        return
    st.markdown(
        _("Most like what it expects (cosine 1: the same). What was really there has {truth:.2f}.").format(
            truth=it.truth
        )
    )
    listed = [
        Moment(one.start, one.end, hole.named(found.clip, one.start, one.end), f"{one.similarity:.2f}")
        for one in it.alike
    ]
    strip.moments(listed, name=_("Moments most like what the model expects"), key="expect-moments")
