"""The true moment among others: similarities, probabilities, ranks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from core.expectation.hearing import Heard

TINY = 1e-8  # least length of a vector, as in torch's cosine similarity


@dataclass(frozen=True, eq=False)
class Contrast:
    """How the predictions at masked frames compare with what was really there and with other moments of the clip.

    frames       indices of the masked frames
    similarity   cosine of every prediction with the code vector of every frame of the clip, -1 to 1
    distractors  frames that each truth is compared with; none of them has the code of the truth
    logits       similarity over temperature: the truth, then its distractors
    rank         1 where no other code of the clip is more similar than the true one
    others       how many other codes there are in the clip
    expected     a frame of the clip with the most similar code
    """

    frames: Int64[np.ndarray, " masked"]
    similarity: Float32[np.ndarray, "masked frames"]
    distractors: Int64[np.ndarray, "masked drawn"]
    logits: Float32[np.ndarray, "masked one_and_drawn"]
    rank: Int64[np.ndarray, " masked"]
    others: int
    expected: Int64[np.ndarray, " masked"]

    @property
    def chance(self) -> float:
        """Probability of the truth for a model that cannot tell it from its distractors; NaN without any."""
        return 1 / self.logits.shape[1] if self.others else float("nan")

    @property
    def probability(self) -> Float64[np.ndarray, " masked"]:
        """Probability of the truth among itself and its distractors; NaN where the whole clip has one code."""
        if not self.others:
            return np.full(len(self.frames), np.nan)
        powers = np.exp(self.logits.astype(np.float64) - self.logits.max(1, keepdims=True))
        return powers[:, 0] / powers.sum(1)

    @property
    def right(self) -> Bool[np.ndarray, " masked"]:
        """Whether the truth was more similar than every distractor."""
        if not self.others:
            return np.zeros(len(self.frames), bool)
        return self.logits[:, 0] > self.logits[:, 1:].max(1)


def contrast(heard: Heard, seed: int = 0) -> Contrast:
    """Compare the prediction at every masked frame with the truth and with as many distractors as in training.

    Distractors are drawn with replacement from all frames of the clip that have another code than the truth.
    """
    frames = np.flatnonzero(heard.masked)
    book, number = np.unique(heard.codes, axis=0, return_inverse=True)
    number = number.reshape(-1)
    similarity = unit(heard.predicted[frames]) @ unit(heard.targets).T
    drawn = _draw(number, frames, heard.distractors if len(book) > 1 else 0, np.random.default_rng(seed))
    compared = np.concatenate([frames[:, None], drawn], 1)
    logits = np.take_along_axis(similarity, compared, 1) / np.float32(heard.temperature)
    first = np.unique(number, return_index=True)[1]
    per_code = similarity[:, first]
    true = similarity[np.arange(len(frames)), frames][:, None]
    other = np.arange(len(book)) != number[frames][:, None]
    rank = 1 + ((per_code > true) & other).sum(1)
    return Contrast(frames, similarity, drawn, logits, rank, len(book) - 1, first[per_code.argmax(1)])


def unit(vectors: Float32[np.ndarray, "rows width"]) -> Float32[np.ndarray, "rows width"]:
    """Bring every row to length one; rows of zeros stay."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    found: np.ndarray = (vectors / lengths).astype(np.float32)
    return found


def _draw(
    number: Int64[np.ndarray, " frames"], wanted: Int64[np.ndarray, " masked"], count: int, source: np.random.Generator
) -> Int64[np.ndarray, "masked drawn"]:
    """Draw frames whose code differs from that of each wanted frame."""
    rows = [source.choice(np.flatnonzero(number != number[frame]), count) for frame in wanted if count]
    return np.array(rows, np.int64).reshape(len(wanted), count)
