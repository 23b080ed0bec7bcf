"""The whole sound, every moment masked in turn: where it is predictable and where it surprises."""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.figures import expected as figures
from core.progress import Report
from core.text import _
from pages._kit import figure, present, session, strip, waiting
from pages._kit.expect.answer import surprise
from pages._kit.expect.hole import Found, named
from pages._kit.expect.rows import top
from pages._kit.plain import plain
from pages._kit.strip import Curve

if TYPE_CHECKING:
    from core.expectation.predictability import Predictability

LENGTHS = {0.1: 5, 0.2: 10, 0.4: 20}  # seconds of a hole of 20 ms a frame


def draw(found: Found) -> None:
    """Draw the row for the whole sound, which moments surprise most, and which labels are predictable."""
    from core.expectation.predictability import MEANING

    st.header(_("Where is the whole sound predictable?"), anchor=False, help=_(MEANING))
    step = found.expected.time.step
    seconds = _length()
    known = measured(found, max(1, round(seconds / step)))
    if known is None:
        return
    strip.rows([_row(known)], key="expect-whole", order=1)
    mean = surprise(known.probability)
    if not np.isfinite(mean):
        st.markdown(_("This sound has one code only: no moment of it can be told from another."))
        return
    st.markdown(_sentence(found, known, mean))
    tier = next((name for name in ("phone", "word") if found.clip.tiers.spoken(name)), "")
    if tier:
        drawn = figures.by_label(known, found.clip.tiers.spoken(tier), tier)
        figure.draw(drawn, "expect", "labels", file=f"predictable {session.chosen().clip}")


def _length() -> float:
    before = session.recall("expect-length", 0.2)
    chosen: float = st.segmented_control(
        _("Length of each hole"),
        list(LENGTHS),
        default=before,
        required=True,
        format_func=lambda seconds: _("{seconds:g} s").format(seconds=seconds),
        key="expect-length-control",
        help=_("The longer the hole, the less there is to go by. It learned with holes of about 0.2 s."),
    )
    session.remember("expect-length", chosen)
    return chosen


def measured(found: Found, frames: int) -> "Predictability | None":
    """Mask every moment in turn; None while that waits or runs as a job."""
    from core.expectation.predictability import passes, predictability

    model, clip = present.model(), found.clip
    key = ("predictable", present.spec(), clip.fingerprint, frames)

    def compute(report: Report) -> "Predictability":
        return predictability(model, clip, frames, report=report)

    lasts = found.seconds * passes(found.expected.time.count, frames)
    title = _("Masking every moment of the sound in turn")
    done: Any = waiting.done(key, title, lasts, compute, "expect-whole")
    return done  # what waits has no result yet


def _row(known: "Predictability") -> Curve:
    from core.expectation.predictability import MEANING

    chance = known.chance if np.isfinite(known.chance) else None
    high, said = top(known.probability), _(MEANING)
    return Curve(_("Predictable"), known.probability, known.time, low=0.0, high=high, chance=chance, help=said)


def _sentence(found: Found, known: "Predictability", mean: float) -> str:
    best, worst = int(np.nanargmax(known.probability)), int(np.nanargmin(known.probability))
    told = _(
        "On average it gives the truth {mean:.1%} (chance {chance:.1%}), most at {best} and least at {worst}. At "
        "{right:.0%} of the moments nothing else is more like what it expects."
    )
    return told.format(
        mean=mean, chance=known.chance, best=_at(found, known, best), worst=_at(found, known, worst),
        right=float(known.right.mean()),
    )  # fmt: skip


def _at(found: Found, known: "Predictability", frame: int) -> str:
    second = float(known.time.start + known.time.step * frame)
    name = named(found.clip, second, second)
    place = _("{second:.2f} s").format(second=second)
    return f"{place} (*{plain(name)}*)" if name else place
