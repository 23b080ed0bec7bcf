"""A straight-line reading of one layer: numbers in, columns of the log-mel picture out."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from core.errors import MethodError
from core.inversion.picture import BANDS, FLOOR
from core.text import _


@dataclass(frozen=True, eq=False)
class Decoder:
    """What was learned for one stop of one model.

    stop      place on the way through the model: below 0 a convolution, 0 what block 1 receives, then the blocks
    weight    (numbers, targets); targets are the columns of a frame one after the other, 80 bands each, in decibels
    bias      (targets,): what is said of a frame that is like the mean
    mean, scale   (numbers,) of what a frame is expected to hold
    strength  of the ridge, in units of the number of rows
    basis     (rank, targets) where ``weight`` is kept as (numbers, rank) x (rank, targets); None where it is whole
    """

    stop: int
    weight: Float32[np.ndarray, "numbers _targets"]
    bias: Float32[np.ndarray, " targets"]
    mean: Float32[np.ndarray, " numbers"]
    scale: Float32[np.ndarray, " numbers"]
    strength: float
    basis: Float32[np.ndarray, "_rank targets"] | None = None

    def of_rank(self, weight: Float32[np.ndarray, "numbers _rank"], basis: np.ndarray) -> "Decoder":
        """Return the same decoder with its weight as a product of two."""
        return replace(self, weight=weight, basis=basis)

    def rows(self, frames: Float32[np.ndarray, "frames numbers"]) -> Float32[np.ndarray, "frames targets"]:
        """Say what the picture of every frame is; MethodError where frames are of another width."""
        if frames.shape[1] != self.mean.size:
            raise MethodError(
                _("What was learned of this layer does not fit it: {found} numbers instead of {said}.").format(
                    found=frames.shape[1], said=self.mean.size
                ),
                hint=_("Let it be learned anew."),
            )
        found = ((frames - self.mean) / self.scale) @ self.weight
        return (found if self.basis is None else found @ self.basis) + self.bias

    def picture(self, frames: Float32[np.ndarray, "frames numbers"]) -> Float32[np.ndarray, "columns bands"]:
        """Say what the picture is, column after column: (columns, 80) in decibels, never fainter than the floor."""
        return np.maximum(self.rows(frames).reshape(-1, BANDS), FLOOR)

    def average(self, count: int) -> Float32[np.ndarray, "columns bands"]:
        """Return ``count`` columns of the mean picture: what can be said without listening to any layer."""
        one = self.bias.reshape(-1, BANDS).mean(0, keepdims=True)
        return np.repeat(one, count, 0)
