"""Word and character error rates with their intervals, and the edits behind them, counted by jiwer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float64

from core.evaluation.intervals import Estimate, Method, drawn, members, quantiles, wilson

Unit = Literal["words", "characters"]
ALIKE = 1e-12  # draws that differ by no more are all alike
KINDS = {"equal": "same", "substitute": "changed", "delete": "missing", "insert": "extra"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a transcript beside what was written for it.

    kind  "same"; "changed": something else was written; "missing": nothing was; "extra": nothing was said
    """

    kind: str
    said: str
    written: str


@dataclass(frozen=True)
class Rate:
    """Edits per 100 % of what was said: 0 is right throughout, and more than 1 is possible.

    rate       with its interval: whole voices drawn again where they are known, else single sounds
    reference  words or characters that were said
    """

    rate: Estimate
    substitutions: int
    deletions: int
    insertions: int
    reference: int


def pieces(said: str, written: str, unit: Unit = "characters") -> tuple[Piece, ...]:
    """Lay a transcript and what was written side by side, with the fewest edits; characters or words."""
    sequence = list if unit == "characters" else str.split
    glue = "" if unit == "characters" else " "
    one, other = sequence(said), sequence(written)
    return tuple(
        Piece(
            KINDS[chunk.type],
            glue.join(one[chunk.ref_start_idx : chunk.ref_end_idx]),
            glue.join(other[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )
        for chunk in _aligned([said], [written], unit).alignments[0]
    )


def rate(said: Sequence[str], written: Sequence[str], groups: Sequence[str], unit: Unit, seed: int = 0) -> Rate:
    """Count the edits of all transcripts together (Levenshtein 1966), with a 95 % interval over ``groups``."""
    counts = _counts(said, written, unit)
    substitutions, deletions, insertions, reference = (int(total) for total in counts.sum(0))
    member, grouped = members(groups)
    value = float(_ratio(counts.sum(0)))
    ends = quantiles(_ratio(drawn(counts, member, seed=seed)), int(member.max()) + 1)
    method: Method = "groups" if grouped else "clips"
    if ends[1] - ends[0] < ALIKE and value <= 1.0:
        # nothing or everything wrong: drawing again would claim certainty
        ends, method = wilson(float(substitutions + deletions + insertions), float(reference)), "wilson"
    estimate = Estimate(value, float(ends[0]), float(ends[1]), len(said), _known(groups), method)
    return Rate(estimate, substitutions, deletions, insertions, reference)


def change(
    said: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    groups: Sequence[str],
    unit: Unit,
    seed: int = 0,
) -> Estimate:
    """Return the rate after minus the rate before, both drawn together; below 0 is a gain."""
    first, second = _counts(said, before, unit), _counts(said, after, unit)
    member, grouped = members(groups)
    sums = drawn(np.hstack([first, second]), member, seed=seed)
    low, high = quantiles(_ratio(sums[:, 4:]) - _ratio(sums[:, :4]), int(member.max()) + 1)
    value = _ratio(second.sum(0)) - _ratio(first.sum(0))
    return Estimate(float(value), float(low), float(high), len(said), _known(groups), "groups" if grouped else "clips")


def characters_right(said: Sequence[str], written: Sequence[str]) -> float:
    """Return 1 minus the character error rate, not below 0: what a run on transcripts calls its accuracy."""
    return max(0.0, 1.0 - float(_ratio(_counts(said, written, "characters").sum(0))))


def _known(groups: Sequence[str]) -> int:
    return len({group for group in groups if group})


def _ratio(counts: Float64[np.ndarray, "*lead counts"]) -> Float64[np.ndarray, "*lead"]:
    edits, reference = counts[..., :3].sum(-1), counts[..., 3]
    return np.divide(edits, reference, out=np.full(np.shape(edits), np.nan), where=reference > 0)


def _counts(said: Sequence[str], written: Sequence[str], unit: Unit) -> Float64[np.ndarray, "n counts"]:
    """Count substitutions, deletions, insertions and units said for each transcript, (n, 4)."""
    aligned = _aligned(said, written, unit).alignments
    length = len if unit == "characters" else (lambda text: len(text.split()))
    counts = np.zeros((len(said), 4))
    for row, (text, chunks) in enumerate(zip(said, aligned, strict=True)):
        for chunk in chunks:
            reference, hypothesis = chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
            column = {"substitute": 0, "delete": 1, "insert": 2}.get(chunk.type)
            if column is not None:
                counts[row, column] += max(reference, hypothesis)
        counts[row, 3] = length(text)
    return counts


def _aligned(said: Sequence[str], written: Sequence[str], unit: Unit) -> Any:
    import jiwer

    process = jiwer.process_words if unit == "words" else jiwer.process_characters
    return process(list(said), list(written))
