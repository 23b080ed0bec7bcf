"""What a classifier said of held-out sounds."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet


@dataclass(frozen=True, eq=False)
class Predictions:
    """Class probabilities for the sounds of a test; the same sounds in the same order for everything compared.

    name           who predicted: "before", "after", "majority", ...; a word for people is made elsewhere
    items          (n,) place of each sound in its prepared set
    targets        (n,) its true class
    probabilities  (n, classes), rows sum to one
    labels         the classes
    groups         (n) speaker or group of each; empty texts where unknown
    """

    name: str
    items: Int64[np.ndarray, " n"]
    targets: Int64[np.ndarray, " n"]
    probabilities: Float64[np.ndarray, "n classes"]
    labels: tuple[str, ...]
    groups: tuple[str, ...]

    @classmethod
    def of_test(
        cls, name: str, data: PreparedSet, division: Division, probabilities: Float64[np.ndarray, "n classes"]
    ) -> "Predictions":
        """Put probabilities, whose rows are brought to a sum of one, beside the truth of the test of a division."""
        return cls(
            name,
            np.array(division.test, np.int64),
            np.array(data.targets(division.test), np.int64),
            probabilities / probabilities.sum(1, keepdims=True),
            data.labels,
            tuple(data.items[index].group for index in division.test),
        )

    @cached_property
    def answers(self) -> Int64[np.ndarray, " n"]:
        """The class with the highest probability, (n,)."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def correct(self) -> Bool[np.ndarray, " n"]:
        """Where the answer is right, (n,)."""
        return self.answers == self.targets

    @property
    def speakers(self) -> int:
        """How many groups are known among them; 0 where none is."""
        return len({group for group in self.groups if group})
