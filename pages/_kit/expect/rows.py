"""The rows on the strip: how much the truth is expected, which codes, and which moments are like it."""

from itertools import groupby

import numpy as np

from core.text import N_, _
from core.tiers import Interval
from core.timeline import TimeAxis
from pages._kit import engine, strip
from pages._kit.expect.hole import Found
from pages._kit.strip import Curve, Labels, Matrix, Row

MATTER = "#d6336c"  # the colour of what is masked
TRUTH = N_(
    "At every masked moment: the probability that the model gives to what was really there, among itself and "
    "distractors, which are other moments of this sound. The broken line is chance."
)
TRUE_CODES = N_(
    "The model hears in codes: for every 20 ms it picks one entry of each of its code books. Where the numbers are "
    "equal, it takes two moments for the same sound."
)
EXPECTED_CODES = N_("The code of this sound that is most like what the model expects; the fuller the box, the surer.")
LIKE = N_(
    "Every line is one masked moment, the first on top: how like each moment of the sound is to what the model expects "
    "there (cosine: 1 is the same direction, 0 unrelated)."
)


def add(found: Found) -> None:
    """Put the rows of the hole on the strip."""
    payload = engine.store().get(("rows", found.key), lambda: strip.rows_payload(listed(found)))
    strip.rows(payload, key="expect-hole")


def listed(found: Found) -> list[Row]:
    """List the rows."""
    it = found.expected
    chance = it.contrast.chance
    truth = Curve(
        _("The truth is expected"), it.row(it.contrast.probability), it.time, low=0.0,
        high=top(it.contrast.probability), colour=MATTER, chance=chance if np.isfinite(chance) else None, help=_(TRUTH),
    )  # fmt: skip
    return [truth, _expected(found), _true(found), _like(found)]


def top(probability: np.ndarray) -> float:
    """End a row of probabilities at the next tenth above them: the best of a hundred can have a few percent."""
    highest = float(np.nanmax(probability, initial=0.0))
    return min(1.0, float(np.ceil(10 * highest + 1e-9)) / 10) or 0.1


def _expected(found: Found) -> Labels:
    told = found.expected.contrast
    codes = [_code(found, frame) for frame in told.expected.tolist()]
    sure = np.nan_to_num(told.probability)
    boxes, confidence = _runs(codes, sure, found.expected.time, int(told.frames[0]))
    return Labels(_("Expected code"), boxes, confidence, MATTER, _(EXPECTED_CODES))


def _true(found: Found) -> Labels:
    time = found.expected.time
    codes = [_code(found, frame) for frame in range(time.count)]
    boxes, _none = _runs(codes, np.ones(time.count), time, 0)
    return Labels(_("True code"), boxes, help=_(TRUE_CODES))


def _code(found: Found, frame: int) -> str:
    return "·".join(str(entry) for entry in found.expected.heard.codes[frame])


def _runs(
    codes: list[str], sure: np.ndarray, time: TimeAxis, first: int
) -> tuple[tuple[Interval, ...], tuple[float, ...]]:
    """Join neighbouring moments of the same code, with their mean confidence."""
    boxes, confidence, at = [], [], 0
    for code, run in groupby(codes):
        count = len(list(run))
        start = time.start + time.step * (first + at - 0.5)
        boxes.append(Interval(max(0.0, start), start + count * time.step, code))
        confidence.append(float(sure[at : at + count].mean()))
        at += count
    return tuple(boxes), tuple(confidence)


def _like(found: Found) -> Matrix:
    it = found.expected
    centres = it.time.centres()[it.contrast.frames]
    low = float(np.floor(10 * min(0.0, it.contrast.similarity.min())) / 10)
    return Matrix(
        _("Like what it expects"), it.contrast.similarity, it.time, low=low, high=1.0,
        bands=tuple(_("expected at {second:.2f} s").format(second=second) for second in centres),
        ticks=((0, f"{centres[0]:.2f} s"), (len(centres) - 1, f"{centres[-1]:.2f} s")) if len(centres) > 2 else (),
        upward=False, levels=64, help=_(LIKE),
    )  # fmt: skip
