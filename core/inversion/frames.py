"""What every stop of a trace says of a frame, bands side by side, so that nothing a layer holds is averaged away."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32

from core.timeline import TimeAxis
from core.trace import Trace

MOST = 2048  # numbers of a frame; where there are more, neighbouring bands are averaged


def stops(trace: Trace) -> tuple[int, ...]:
    """List the stops in order: below 0 the convolutions (-1: the last), 0 what block 1 receives, then the blocks."""
    return tuple(range(-len(trace.convolutions), trace.layers + 1))


def times(trace: Trace) -> Mapping[int, TimeAxis]:
    """Where the frames of every stop lie."""
    return {stop: trace.time if stop < 0 else trace.grids[stop].time for stop in stops(trace)}


def frames(trace: Trace, stop: int) -> Float32[np.ndarray, "frames numbers"]:
    """Lay out all that ``stop`` says of each frame in one row: (frames, bands x width).

    Where that is more than 2048 numbers, as many neighbouring bands are averaged as it takes.
    """
    if stop < 0:
        return trace.convolutions[stop]
    grid = trace.grids[stop]
    laid = grid.place(trace.hidden[stop])
    together = min(-(-grid.bands * laid.shape[-1] // MOST), grid.bands)
    if together > 1:
        groups = np.array_split(np.arange(grid.bands), -(-grid.bands // together))
        laid = np.stack([laid[group].mean(0) for group in groups])
    return laid.transpose(1, 0, 2).reshape(grid.time.count, -1)
