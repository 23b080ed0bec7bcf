"""A stretch of a clip masked: is the truth expected there, and which real moments are most like what is expected?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64, Int64

from core.clip import Clip
from core.expectation.contrast import Contrast, contrast
from core.expectation.hearing import Heard, frames_of, listen
from core.timeline import TimeAxis

if TYPE_CHECKING:
    from core.loading import LoadedModel

ALIKE = 3  # stretches that are named
APART = 0.5  # share of the hole by which their beginnings lie apart at least


@dataclass(frozen=True)
class Stretch:
    """A stretch as long as the hole: seconds, and its mean cosine, frame by frame, with what was expected."""

    start: float
    end: float
    similarity: float


@dataclass(frozen=True, eq=False)
class Expected:
    """What a model expects in a hole.

    start, end  of the hole, seconds: from the first masked frame to the last, half a step around their centres
    alike       other stretches of the clip, most similar first; none where the hole leaves no room for one
    truth       mean cosine of the predictions with what was really there
    """

    heard: Heard
    contrast: Contrast
    start: float
    end: float
    alike: tuple[Stretch, ...]
    truth: float

    @property
    def time(self) -> TimeAxis:
        """The frames of the clip."""
        return self.heard.time

    def row(self, values: Float64[np.ndarray, " masked"]) -> Float64[np.ndarray, " frames"]:
        """Lay values of the masked frames out over the clip, NaN elsewhere."""
        laid = np.full(self.time.count, np.nan)
        laid[self.contrast.frames] = values
        return laid


def expect(model: "LoadedModel", clip: Clip, start: float, end: float, seed: int = 0) -> Expected:
    """Mask the frames whose centres lie from ``start`` to ``end`` seconds and compare; errors as of ``listen``."""
    time = frames_of(model, clip)
    masked = np.zeros(time.count, bool)
    masked[time.within(start, end)] = True
    heard = listen(model, clip, masked)
    found = contrast(heard, seed)
    first, last = (time.start + time.step * found.frames[[0, -1]]).tolist()
    truth = float(found.similarity[np.arange(len(found.frames)), found.frames].mean())
    half = time.step / 2
    return Expected(heard, found, first - half, last + half, _alike(found, time), truth)


def _alike(found: Contrast, time: TimeAxis) -> tuple[Stretch, ...]:
    """Find the stretches that fit best when they are laid over the hole, frame on frame."""
    length = len(found.frames)
    begins = np.arange(time.count - length + 1)
    outside = (begins + length <= found.frames[0]) | (begins > found.frames[-1])
    begins = begins[outside]
    if not len(begins):
        return ()
    rows = np.arange(length)
    scores = found.similarity[rows, begins[:, None] + rows].mean(1)
    kept = _best(begins, scores, max(1.0, APART * length))
    half = time.step / 2
    places = [(time.start + time.step * begins[at] - half, float(scores[at])) for at in kept]
    return tuple(Stretch(max(0.0, start), start + length * time.step, score) for start, score in places)


def _best(begins: Int64[np.ndarray, " places"], scores: np.ndarray, apart: float) -> list[int]:
    kept: list[int] = []
    for at in np.argsort(-scores, kind="stable").tolist():
        if all(abs(begins[at] - begins[other]) >= apart for other in kept):
            kept.append(at)
        if len(kept) == ALIKE:
            break
    return kept
