"""A probe: one linear layer that reads something off the vectors of a layer that stays as it is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64

STILL = 1e-6  # of a unit's mean; what moves less is rounding
NEVER = -1e4  # logarithm of the odds of a class that was never seen
TOLERANCE = 3e-5
ITERATIONS = 1000


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


@dataclass(frozen=True, eq=False)
class Standard:
    """Vectors brought to mean 0 and variance 1 of those that are learned from; a unit that never moves stays at 0."""

    mean: Float32[np.ndarray, " width"]
    scale: Float32[np.ndarray, " width"]

    @classmethod
    def of(cls, vectors: Float32[np.ndarray, "n width"]) -> "Standard":
        """Measure mean and spread."""
        mean, scale = vectors.mean(0, dtype=np.float64), vectors.std(0, dtype=np.float64)
        scale = np.where(scale > STILL * np.maximum(np.abs(mean), 1.0), scale, 1.0)
        return cls(mean.astype(np.float32), scale.astype(np.float32))

    def __call__(self, vectors: Float32[np.ndarray, "n width"]) -> Float32[np.ndarray, "n width"]:
        return (vectors - self.mean) / self.scale


def teach_classes(
    rows: Float32[np.ndarray, "n width"],
    target: Int64[np.ndarray, " n"],
    classes: int,
    strength: float,
    tolerance: float = TOLERANCE,
) -> tuple[Float32[np.ndarray, "classes width"], Float32[np.ndarray, " classes"]]:
    """Fit multinomial logistic regression with scikit-learn: mean loss + ``strength`` / 2 times the squared weights.

    rows       standardised
    target     numbers of classes; those that never occur get weight 0 and a bias so low that they are never answered
    tolerance  largest gradient of the mean loss at which the fit ends
    """
    from sklearn.linear_model import LogisticRegression

    present = np.unique(target)
    weight, bias = np.zeros((classes, rows.shape[1]), np.float32), np.full(classes, NEVER, np.float32)
    if present.size == 1:
        bias[present] = 0
        return weight, bias
    model = LogisticRegression(C=1 / (strength * len(rows)), tol=tolerance, max_iter=ITERATIONS)
    model.fit(rows, target)
    if present.size == 2:  # scikit-learn keeps one row of weights: the second class against the first
        weight[present] = np.concatenate([-model.coef_, model.coef_]) / 2
        bias[present] = np.concatenate([-model.intercept_, model.intercept_]) / 2
    else:
        weight[present], bias[present] = model.coef_, model.intercept_
    return weight, bias


def teach_values(
    rows: Float32[np.ndarray, "n width"], target: Float64[np.ndarray, "n values"], strength: float
) -> tuple[Float32[np.ndarray, "values width"], Float32[np.ndarray, " values"]]:
    """Fit ridge regression: mean squared error + ``strength`` times the squared weights; rows are standardised."""
    from scipy.linalg import solve

    exact, middle = rows.astype(np.float64), target.mean(0)
    centre = exact.mean(0)
    exact = exact - centre
    gram = exact.T @ exact / len(exact)
    gram[np.diag_indices_from(gram)] += strength
    weight = solve(gram, exact.T @ (target - middle) / len(exact), assume_a="pos").T
    return weight.astype(np.float32), (middle - weight @ centre).astype(np.float32)
