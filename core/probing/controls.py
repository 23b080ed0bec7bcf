"""Control labels: what a probe can reach by learning by heart (Hewitt & Liang 2019), without any structure to find."""

import numpy as np
from jaxtyping import Float32, Float64, Int64

CELLS = 200
LEAST_PER_CELL = 10  # items to learn from, on the average; fewer items get fewer cells

Target = Int64[np.ndarray, " n"] | Float64[np.ndarray, "n values"]


def cells(
    sound: Float32[np.ndarray, "n bands"], taught: Int64[np.ndarray, " some"], seed: int = 0
) -> tuple[Int64[np.ndarray, " n"], int]:
    """Divide the log-mel of all items into cells by k-means on those that are learned from; also tell how many.

    200 cells, or one for every 10 items that are learned from where those are few.
    """
    from sklearn.cluster import KMeans

    known = sound[taught]
    middle, spread = known.mean(0), np.maximum(known.std(0), 1e-6)
    count = max(2, min(CELLS, len(taught) // LEAST_PER_CELL))
    fitted = KMeans(count, n_init=1, max_iter=50, random_state=seed).fit((known - middle) / spread)
    return fitted.predict((sound - middle) / spread).astype(np.int64), count


def control(target: Target, cell: Int64[np.ndarray, " n"], taught: Int64[np.ndarray, " some"], seed: int = 0) -> Target:
    """Give every cell one fixed random label, or random values, of the real distribution; the same at every layer."""
    chance = np.random.default_rng([seed, 1])
    lent = chance.choice(taught, size=int(cell.max()) + 1)
    return target[lent][cell]


def shuffled(target: Target, taught: Int64[np.ndarray, " some"], seed: int = 0) -> Target:
    """Shuffle the labels of what is learned from; those of the test stay true."""
    mixed = target.copy()
    mixed[taught] = target[np.random.default_rng([seed, 2]).permutation(taught)]
    return mixed
