"""How near two stretches lie inside a layer: the cosine of the angle between them, every unit in its own spread."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64

from core.activity import spread


@dataclass(frozen=True, eq=False)
class Standard:
    """What counts as usual for every unit: its mean and standard deviation (infinite where it stands still)."""

    mean: Float64[np.ndarray, " units"]
    deviation: Float64[np.ndarray, " units"]

    @classmethod
    def of(cls, values: Float[np.ndarray, "n units"]) -> "Standard":
        """Measure it over rows."""
        mean = values.mean(0, dtype=np.float64)
        return cls(mean, spread(values - mean, mean))

    def scores(self, values: Float[np.ndarray, "n units"]) -> Float32[np.ndarray, "n units"]:
        """Measure rows from the mean in standard deviations, so that no few large units are all there is."""
        return ((values - self.mean) / self.deviation).astype(np.float32)


def cosines(scores: Float[np.ndarray, "n units"], others: Float[np.ndarray, "m units"]) -> Float32[np.ndarray, "n m"]:
    """Cosine of the angle between all rows and all others, -1 to 1; 0 where a row is nothing."""
    return (_unit(scores) @ _unit(others).T).astype(np.float32)


def _unit(scores: Float[np.ndarray, "n units"]) -> Float[np.ndarray, "n units"]:
    length = np.linalg.norm(scores, axis=1, keepdims=True)
    return scores / np.where(length > 0, length, 1.0)


def nearest_elsewhere(
    scores: Float[np.ndarray, "n units"], recording: Int64[np.ndarray, " n"]
) -> Int64[np.ndarray, " n"]:
    """Find, for every row, the row of another recording that lies nearest."""
    near = cosines(scores, scores)
    near[recording[:, None] == recording] = -np.inf
    return near.argmax(1).astype(np.int64)
