"""How well decoders recover the picture of utterances they never met, with the interval over voices."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64

from core.evaluation.intervals import drawn, members, quantiles
from core.inversion.inversion import Recovered
from core.inversion.picture import BANDS, SHAPES, parts

GROUPS = (slice(0, 1), slice(1, SHAPES), slice(SHAPES, BANDS))  # loudness, shape, detail
NONE = np.array([np.nan])


@dataclass(eq=False)
class Judge:
    """Gathers the errors of one decoder, utterance after utterance."""

    speakers: list[str] = field(default_factory=list)
    errors: list[Float64[np.ndarray, " three"]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    sums: list[Float64[np.ndarray, " bands"]] = field(default_factory=list)
    squares: list[Float64[np.ndarray, " bands"]] = field(default_factory=list)

    def add(
        self, speaker: str, found: Float32[np.ndarray, "rows targets"], true: Float32[np.ndarray, "rows targets"]
    ) -> None:
        """Take in what was said of one utterance, and how its picture is."""
        self.speakers.append(speaker)
        said, told = (parts(values.astype(np.float64).reshape(-1, BANDS)) for values in (found, true))
        missed = np.square(said - told).sum(0)
        self.errors.append(np.array([missed[group].sum() for group in GROUPS]))
        self.counts.append(len(told))
        self.sums.append(told.sum(0))
        self.squares.append(np.square(told).sum(0))

    def verdict(self) -> Recovered:
        """Say what share was recovered; the interval is nan where there is one voice, or one utterance, alone."""
        tally = np.hstack([np.array(self.errors), self._varied()])
        member, _known = members(self.speakers)
        several = int(member.max()) + 1
        low, high = quantiles(_shares(drawn(tally, member))[:, :1], several) if several > 1 else (NONE, NONE)
        whole = _shares(tally.sum(0, keepdims=True))[0]
        return Recovered(float(whole[0]), float(low[0]), float(high[0]), *(float(value) for value in whole[1:]))

    def _varied(self) -> Float64[np.ndarray, "utterances three"]:
        """Sum up the squared distances of each utterance's columns to the mean column of all of them."""
        counts, sums = np.array(self.counts)[:, None], np.array(self.sums)
        mean = sums.sum(0) / counts.sum()
        away = np.array(self.squares) - 2 * mean * sums + counts * mean**2
        return np.stack([away[:, group].sum(1) for group in GROUPS], axis=1)


def _shares(tally: Float64[np.ndarray, "draws six"]) -> Float64[np.ndarray, "draws four"]:
    missed, varied = tally[:, :3], tally[:, 3:]
    whole = 1 - missed.sum(1, keepdims=True) / np.maximum(varied.sum(1, keepdims=True), 1e-30)
    return np.hstack([whole, 1 - missed / np.maximum(varied, 1e-30)])
