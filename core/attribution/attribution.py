"""What a method found: how much each part of a sound moved the score, on time x frequency."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64

from core.attribution.target import Target
from core.segments import Segment
from core.timeline import TimeAxis

LEAST = 1e-9  # a change of score that counts as none


@dataclass(frozen=True, eq=False)
class Attribution:
    """Relevance of one clip for one target; arrays are read-only.

    model          hashable identity of the weights
    clip           fingerprint of the clip
    seconds        length of the clip
    method         name of the method, with its settings
    relevance      (bands, columns); what a cell added to the score where the method is signed, else how strongly the
                   score reacts to it
    time           columns; samples of a waveform where the model listens to one
    edges          bands + 1 frequencies in Hz; empty where the method does not tell frequencies apart
    segments       pieces of time with their ``contributions``; empty for methods that do not work on pieces
    score          of the target for the clip as it is
    reference      score of what the method compares with, where contributions ought to add up to the difference; else
                   None
    probability    of the target for the clip as it is, 0 to 1
    without        of the target with each segment removed, (segments,), where the method removes them one by one
    notes          sentences about this computation, such as how many steps it needed; already translated
    """

    model: object
    clip: str
    seconds: float
    method: str
    settings: Any
    target: Target
    relevance: Float32[np.ndarray, "bands columns"]
    time: TimeAxis
    edges: tuple[float, ...]
    score: float
    probability: float
    reference: float | None = None
    segments: tuple[Segment, ...] = ()
    contributions: tuple[float, ...] = ()
    without: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """How far the contributions are from adding up, as a share of what they ought to add up to; None: no promise.

        |sum - (score - reference)| / |score - reference|, the completeness error of Sundararajan et al. 2017.
        """
        if self.reference is None:
            return None
        found = sum(self.contributions) if self.segments else float(self.relevance.sum(dtype=np.float64))
        owed = self.score - self.reference
        return abs(found - owed) / max(abs(owed), LEAST)

    def cells(self, seconds: float = 0.01) -> tuple[Float64[np.ndarray, "bands columns"], TimeAxis]:
        """Add up neighbouring columns until each is at least ``seconds`` wide: what is drawn, ranked and played."""
        stride = max(1, round(seconds / self.time.step))
        if stride == 1:
            return self.relevance.astype(np.float64), self.time
        bands, columns = self.relevance.shape
        count = -(-columns // stride)
        laid = np.zeros((bands, count * stride))
        laid[:, :columns] = self.relevance
        start = self.time.start + (stride - 1) / 2 * self.time.step
        time = TimeAxis(start, stride * self.time.step, stride * self.time.step, count)
        return laid.reshape(bands, count, stride).sum(2), time

    def on_frames(self, time: TimeAxis) -> Float64[np.ndarray, " frames"]:
        """Add up all bands, each column onto the nearest frame of another axis; nothing is lost or counted twice."""
        columns = np.round((self.time.centres() - time.start) / time.step).astype(int)
        frames = np.clip(columns, 0, time.count - 1)
        return np.bincount(frames, self.relevance.sum(0, dtype=np.float64), minlength=time.count)

    def inside(self, start: float, end: float) -> float:
        """Share of what spoke for the target that lies between ``start`` and ``end`` seconds, 0 to 1."""
        supports = np.maximum(self.relevance, 0).sum(0, dtype=np.float64)
        total = supports.sum()
        return float(supports[self.time.within(start, end)].sum() / total) if total > 0 else 0.0
