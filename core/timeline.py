"""Map between the frames of a model and the seconds of a clip."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64


@dataclass(frozen=True)
class TimeAxis:
    """Regular frames over a clip; all values in seconds.

    start  centre of frame 0
    step   distance between the centres of neighbouring frames
    field  width of sound that one frame sees (receptive field of the front end)
    count  number of frames
    """

    start: float
    step: float
    field: float
    count: int

    def centres(self) -> Float64[np.ndarray, " frames"]:
        """Centre of every frame in seconds."""
        return self.start + self.step * np.arange(self.count)

    def nearest(self, second: float) -> int:
        """Index of the frame whose centre lies closest to ``second``."""
        return int(np.clip(round((second - self.start) / self.step), 0, self.count - 1))

    def within(self, start: float, end: float) -> slice:
        """Frames whose centres lie in [start, end) seconds; at least the nearest one."""
        first = int(np.ceil((start - self.start) / self.step - 1e-9))
        last = int(np.ceil((end - self.start) / self.step - 1e-9))
        first, last = max(first, 0), min(last, self.count)
        if last <= first:
            first = self.nearest((start + end) / 2)
            last = first + 1
        return slice(first, last)
