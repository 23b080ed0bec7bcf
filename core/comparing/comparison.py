"""What was found when all layers of one model were compared with all layers of another, or of the same."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.cca import Common
from core.intrinsic_dimension import Dimension
from core.rsa import Agreement
from core.similarity_grams import CrossLikeness
from core.text import N_

AGAINST: Mapping[str, str] = {"log-mel": N_("the sound (log-mel)"), "phone": N_("which phone it is")}
"""What every layer is held against, and how it is called."""


@dataclass(frozen=True, eq=False)
class Side:
    """One model: its layers, counted from what block 1 receives.

    model      title
    untaught   the same shape with random weights: it has learned nothing
    layers     blocks
    dimension  intrinsic dimension of every layer from 0 to the last block; empty where there were too few moments
    common     what every layer has in common with the sound and with the phones (held-out CCA), by what it was held
               against; a name is missing where the corpus does not tell
    """

    model: str
    untaught: bool
    layers: int
    dimension: tuple[Dimension, ...]
    common: Mapping[str, tuple[Common, ...]]

    @property
    def depths(self) -> Float64[np.ndarray, " stops"]:
        """Relative depth of every layer: 0 is what block 1 receives, 1 the last block."""
        return np.arange(self.layers + 1) / max(self.layers, 1)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models, or one with itself, on the same moments and utterances of a corpus.

    first, second  the same side twice where a model is compared with itself
    cka, rsa       every layer of the first with every layer of the second
    corpus         its title
    moments, utterances, voices  that were compared
    cautions       sentences on what could not be measured, and why
    """

    first: Side
    second: Side
    cka: CrossLikeness
    rsa: Agreement
    corpus: str
    moments: int
    utterances: int
    voices: int
    cautions: tuple[str, ...] = ()

    @property
    def itself(self) -> bool:
        """Tell whether a model was compared with itself."""
        return self.first is self.second

    @property
    def best(self) -> Int64[np.ndarray, " first"]:
        """For every layer of the first the layer of the second that is most like it (CKA)."""
        return self.cka.matrix.argmax(1).astype(np.int64)

    @property
    def clear(self) -> Bool[np.ndarray, " first"]:
        """Whether the best match of each layer stands out; see ``standing_out``."""
        return standing_out(self.cka.matrix, self.cka.low, self.cka.high)

    @property
    def off(self) -> float:
        """How far the clear matches lie from the same relative depth, on average: 0 not at all, 1 from end to end.

        NaN where no match is clear.
        """
        apart = np.abs(self.first.depths - self.second.depths[self.best])[self.clear]
        return float(apart.mean()) if apart.size else float("nan")


def standing_out(
    matrix: Float64[np.ndarray, "first second"],
    low: Float64[np.ndarray, "first second"],
    high: Float64[np.ndarray, "first second"],
) -> Bool[np.ndarray, " first"]:
    """Tell for every row whether its highest value exceeds the row's mean by more than half of its interval."""
    rows, best = np.arange(len(matrix)), matrix.argmax(1)
    return matrix.max(1) - matrix.mean(1) > (high - low)[rows, best] / 2
