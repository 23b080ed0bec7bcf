"""A probe: one linear layer that reads something off the vectors of a layer that stays as it is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64


@dataclass(frozen=True, eq=False)
class Probe:
    """A linear reader: multinomial logistic regression for classes, ridge regression for values.

    rung         name of what it reads
    stop         where it reads
    labels       classes in the order of the rows of ``weight``; empty for values
    mean, scale  of every unit among the vectors that were learned from, (width,)
    weight       (classes or values, width), of standardised vectors
    bias         (classes or values,)
    """

    rung: str
    stop: int
    labels: tuple[str, ...]
    mean: Float32[np.ndarray, " width"]
    scale: Float32[np.ndarray, " width"]
    weight: Float32[np.ndarray, "outputs width"]
    bias: Float32[np.ndarray, " outputs"]

    def outputs(self, vectors: Float32[np.ndarray, "n width"]) -> Float64[np.ndarray, "n outputs"]:
        """Return what the linear layer gives: the values, or the logarithms of odds of the classes."""
        standard = (vectors.astype(np.float64) - self.mean) / self.scale
        return standard @ self.weight.T.astype(np.float64) + self.bias

    def probabilities(self, vectors: Float32[np.ndarray, "n width"]) -> Float64[np.ndarray, "n classes"]:
        """Return the probability of every class; rows sum to one."""
        return softmax(self.outputs(vectors))

    def answers(self, vectors: Float32[np.ndarray, "n width"]) -> tuple[str, ...]:
        """Return the likeliest class of each vector."""
        return tuple(self.labels[place] for place in self.outputs(vectors).argmax(1))


def softmax(outputs: Float64[np.ndarray, "n classes"]) -> Float64[np.ndarray, "n classes"]:
    """Turn logarithms of odds into probabilities."""
    raised = np.exp(outputs - outputs.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)
