"""What lies furthest along a direction: the moments that excite it most and least, and what they sound like."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64

from core.space.bank import Bank
from core.space.directions import Direction

COUNT = 9
BINS = 40
TOP = 0.01  # share of all moments whose sound is averaged
AROUND = 0.2  # seconds at either side of a moment that the average sound shows


@dataclass(frozen=True, eq=False)
class Gallery:
    """A direction over the moments of a bank.

    most, least  places in ``bank.of("moment")``, furthest first, each from another recording
    edges        of the histogram's bins in standard deviations; counts: moments in each
    top          moments that lie in the highest hundredth; recordings: that they come from
    sound        (bands, frames) dB, mean over them of the sound from 0.2 s before to 0.2 s after
    contrast     that mean less the mean around all moments, in dB
    """

    most: Int64[np.ndarray, " k"]
    least: Int64[np.ndarray, " k"]
    edges: Float64[np.ndarray, " edges"]
    counts: Int64[np.ndarray, " bins"]
    top: int
    recordings: int
    sound: Float32[np.ndarray, "bands frames"]
    contrast: Float32[np.ndarray, "bands frames"]


def gallery(bank: Bank, found: Direction, count: int = COUNT) -> Gallery:
    """Collect what lies furthest along a direction, either way."""
    moments = bank.of("moment")
    recording = moments.utterance
    counts, edges = np.histogram(found.values, BINS)
    order = np.argsort(-found.values, kind="stable")
    top = order[: max(1, round(TOP * len(order)))]
    sound = _around(bank, top)
    return Gallery(
        most=_apart(order, recording, count),
        least=_apart(order[::-1], recording, count),
        edges=edges.astype(np.float64),
        counts=counts.astype(np.int64),
        top=len(top),
        recordings=len(set(recording[top].tolist())),
        sound=sound,
        contrast=sound - _around(bank, order[:: max(1, len(order) // 400)]),
    )


def _apart(order: Int64[np.ndarray, " n"], recording: Int64[np.ndarray, " n"], count: int) -> Int64[np.ndarray, " k"]:
    """Keep the first of each recording."""
    first: dict[int, int] = {}
    for place in order.tolist():
        first.setdefault(int(recording[place]), place)
        if len(first) == count:
            break
    return np.array(list(first.values()), np.int64)


def _around(bank: Bank, places: Int64[np.ndarray, " some"]) -> Float32[np.ndarray, "bands frames"]:
    rows = bank.of("moment").rows
    cuts = [bank.heard[rows[place].utterance].cut(rows[place].start, AROUND, AROUND) for place in places.tolist()]
    return np.stack(cuts).mean(0, dtype=np.float32)
