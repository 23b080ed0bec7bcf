"""Ridge regression from a layer to the log-mel picture: solved from sums, its strength chosen on other sentences."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Float64
from scipy.linalg import eigh, svd

from core.inversion.decoder import Decoder
from core.inversion.moments import Moments

STRENGTHS = tuple(float(10.0**power) for power in range(-6, 1))
"""Tried in units of the number of rows: inputs have variance 1, so a strength of 1 halves what one alone can say."""
LOST = 0.002  # share of what a decoder can say that a smaller one may leave unsaid
RANK = 48  # most directions of a stored decoder


def fit(stop: int, train: Moments, develop: Moments | None, strengths: Sequence[float] = STRENGTHS) -> Decoder:
    """Solve the ridge regression (Hoerl & Kennard 1970) with the strength that is best on ``develop``.

    Inputs are standardised on ``train``; the bias is not held back. Without ``develop`` the middle strength is taken.
    """
    mean, scale = train.spread()
    products, told = train.standardised(mean, scale)
    centre = train.y / train.count
    values, vectors = eigh(products)
    turned = vectors.T @ told

    def solved(strength: float) -> Float64[np.ndarray, "inputs targets"]:
        held: Float64[np.ndarray, "inputs targets"] = vectors @ (
            turned / (np.maximum(values, 0) + strength * train.count)[:, None]
        )
        return held

    if develop is None or len(strengths) == 1:
        strength = strengths[len(strengths) // 2]
    else:
        errors = [error(develop, solved(strength), mean, scale, centre) for strength in strengths]
        strength = strengths[int(np.argmin(errors))]
    weight = solved(strength)
    return Decoder(stop, _single(weight), _single(centre), _single(mean), _single(scale), strength)


def error(
    told: Moments,
    weight: Float64[np.ndarray, "inputs targets"],
    mean: Float64[np.ndarray, " inputs"],
    scale: Float64[np.ndarray, " inputs"],
    bias: Float64[np.ndarray, " targets"],
) -> float:
    """Sum of squared errors of a decoder on rows that are known by their sums alone."""
    products, with_targets = told.standardised(mean, scale)
    rows = (told.x - told.count * mean) / scale
    squares = told.yy - 2 * bias * told.y + told.count * bias**2
    mixed = with_targets - np.outer(rows, bias)
    return float(squares.sum() - 2 * (weight * mixed).sum() + (weight * (products @ weight)).sum())


def smaller(decoder: Decoder, train: Moments, lost: float = LOST, most: int = RANK) -> Decoder:
    """Keep only the directions that say most on ``train`` (reduced-rank regression, Izenman 1975).

    lost  share of the variance of what it says that may be given up; at most ``most`` directions are kept

    Numbers are rounded to what half precision can hold.
    """
    products, _told = train.standardised(decoder.mean.astype(np.float64), decoder.scale.astype(np.float64))
    weight = decoder.weight.astype(np.float64)
    _left, sizes, directions = svd(weight.T @ products @ weight, full_matrices=False)
    share = np.cumsum(sizes) / max(sizes.sum(), 1e-30)
    rank = min(int(np.searchsorted(share, 1 - lost)) + 1, most, len(sizes))
    kept = directions[:rank]
    return decoder.of_rank(_half(weight @ kept.T), _half(kept))


def _single(values: Float64[np.ndarray, "..."]) -> Float32[np.ndarray, "..."]:
    return values.astype(np.float32)


def _half(values: Float64[np.ndarray, "..."]) -> Float32[np.ndarray, "..."]:
    """Round as it will be stored, so that what is tested is what ships."""
    return values.astype(np.float16).astype(np.float32)
