"""Sums over frames from which a ridge regression is solved: memory is bounded, however long the corpus is."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64


@dataclass(eq=False)
class Moments:
    """Sums over rows x (inputs) and y (targets), in double precision.

    count  rows
    x, y   sums; xx, xy: sums of products; yy: sum of squares of each target
    """

    inputs: int
    targets: int
    count: int = 0
    x: Float64[np.ndarray, " inputs"] = field(init=False)
    y: Float64[np.ndarray, " targets"] = field(init=False)
    xx: Float64[np.ndarray, "inputs inputs"] = field(init=False)
    xy: Float64[np.ndarray, "inputs targets"] = field(init=False)
    yy: Float64[np.ndarray, " targets"] = field(init=False)

    def __post_init__(self) -> None:
        self.x, self.y, self.yy = np.zeros(self.inputs), np.zeros(self.targets), np.zeros(self.targets)
        self.xx, self.xy = np.zeros((self.inputs, self.inputs)), np.zeros((self.inputs, self.targets))

    def add(self, x: Float32[np.ndarray, "rows inputs"], y: Float32[np.ndarray, "rows targets"]) -> None:
        """Take in more rows."""
        wide, told = x.astype(np.float64), y.astype(np.float64)
        self.count += len(x)
        self.x += wide.sum(0)
        self.y += told.sum(0)
        self.xx += wide.T @ wide
        self.xy += wide.T @ told
        self.yy += np.square(told).sum(0)

    def spread(self) -> tuple[Float64[np.ndarray, " inputs"], Float64[np.ndarray, " inputs"]]:
        """Mean and standard deviation of the inputs; 1 where an input never changes."""
        mean = self.x / self.count
        variance = np.diag(self.xx) / self.count - mean**2
        steady = variance <= 1e-10 * np.maximum(np.diag(self.xx) / self.count, 1e-30)
        return mean, np.where(steady, 1.0, np.sqrt(np.maximum(variance, 1e-30)))

    def standardised(
        self, mean: Float64[np.ndarray, " inputs"], scale: Float64[np.ndarray, " inputs"]
    ) -> tuple[Float64[np.ndarray, "inputs inputs"], Float64[np.ndarray, "inputs targets"]]:
        """Products of (x - mean) / scale with itself, and with the targets, as sums over rows."""
        outer = np.outer(self.x, mean)
        products = (self.xx - outer - outer.T + self.count * np.outer(mean, mean)) / np.outer(scale, scale)
        return products, (self.xy - np.outer(mean, self.y)) / scale[:, None]

    def varied(self) -> float:
        """Sum over targets of the squared distance to their own mean."""
        return float((self.yy - self.y**2 / self.count).sum())
