"""Which layers resemble each other, and how fast does the representation change from layer to layer?

Linear centred kernel alignment (Kornblith et al. 2019) in its unbiased form (Song et al. 2012; Székely & Rizzo 2014).
The biased form gives 0.79 for two unrelated sets of 199 frames of width 768; this one gives 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

from core.activity import z_scores
from core.errors import MethodError
from core.text import N_, _
from core.trace import Trace

FEWEST = 25  # frames below which a likeness is refused: half a second of most speech models
MOST = 1000  # frames used; more are thinned out evenly, as neighbouring frames tell nearly the same
STEADY = 1000  # frames below which a likeness of one clip is shown with a warning
SHIFTS = (0.25, 0.5, 0.75)  # shares of the clip by which one layer is moved to see what chance gives

MEANING = N_(
    "1: the two layers find the same moments alike; 0: no more than two unrelated layers. It compares what is near to "
    "what, so a mere rotation of a layer does not count as a change."
)
STEP_MEANING = N_("How much one block moves what it receives: 0 leaves it as it is, 1 moves it by its own length.")


@dataclass(frozen=True, eq=False)
class Likeness:
    """Unbiased linear CKA of every pair of layers over the same moments of one clip.

    matrix        1 on the diagonal; slightly negative values are chance
    chance        mean over pairs of layers when one of them is moved in time, so that moments no longer match
    frames        moments that were compared
    standardised  whether every unit counted alike (z-scores), so that a few outsized units cannot decide
    caution       a sentence for the visitor where the clip is short, else empty
    """

    matrix: Float64[np.ndarray, "layers layers"]
    chance: float
    frames: int
    standardised: bool
    caution: str


@dataclass(frozen=True, eq=False)
class Steps:
    """What each block changes, block 1 first.

    difference  1 - CKA between the input and the output of a block
    step        mean over frames of the length of the change over the length of the input, averages over the clip
                removed; NaN where the block changes the number of frames or the width
    cosine      cosine between the centred, standardised input and output, per frame; empty where ``step`` is NaN
    """

    difference: Float64[np.ndarray, " blocks"]
    step: Float64[np.ndarray, " blocks"]
    cosine: tuple[Float32[np.ndarray, " _frames"], ...]


def shared_frames(trace: Trace) -> list[Float32[np.ndarray, "frames _width"]]:
    """Bring all layers onto the frames of the coarsest one, taking the frame with the nearest centre."""
    coarsest = min((grid.time for grid in trace.grids), key=lambda time: time.count)
    found = []
    for layer, grid in enumerate(trace.grids):
        nearest = np.round((coarsest.centres() - grid.time.start) / grid.time.step).astype(int)
        found.append(trace.frames(layer)[np.clip(nearest, 0, grid.time.count - 1)])
    return found


def cka(x: Float[np.ndarray, "frames width_x"], y: Float[np.ndarray, "frames width_y"]) -> float:
    """Compare two representations of the same frames; 1 is alike but for rotation and scale, 0 is unrelated.

    Works on frames x frames or on units x units, whichever is smaller, in float64.
    """
    _check(len(x))
    if x.shape[1] + y.shape[1] < len(x):
        cross, own_x, own_y = _product(x, y), _product(x, x), _product(y, y)
    else:
        grams = [_gram(values) for values in (x, y)]
        cross, own_x, own_y = (float((grams[a] * grams[b]).sum()) for a, b in ((0, 1), (0, 0), (1, 1)))
    return ratio(cross, own_x, own_y)


def likeness(layers: Sequence[Float[np.ndarray, "frames _width"]], standardise: bool = True) -> Likeness:
    """Compare every layer with every other over shared frames (at most 1000, evenly spaced).

    Raises MethodError for fewer than 25 frames.
    """
    count = len(layers[0])
    _check(count)
    chosen = np.linspace(0, count - 1, min(count, MOST)).round().astype(int)
    grams = np.stack([_gram(z_scores(layer[chosen]) if standardise else layer[chosen]) for layer in layers])
    flat = grams.reshape(len(layers), -1)
    products = flat @ flat.T
    matrix = np.array(
        [[ratio(products[i, j], products[i, i], products[j, j]) for j in _of(layers)] for i in _of(layers)]
    )
    return Likeness(matrix, _chance(grams, products), len(chosen), standardise, _caution(len(chosen)))


def steps(trace: Trace, found: Likeness) -> Steps:
    """Measure what each block changes, reusing the likeness of the same trace."""
    pairs = [(trace.frames(layer), trace.frames(layer + 1)) for layer in range(trace.layers)]
    return Steps(
        difference=1 - np.diag(found.matrix, 1),
        step=np.array([_step(before, after) for before, after in pairs]),
        cosine=tuple(_cosine(before, after) for before, after in pairs),
    )


def _check(frames: int) -> None:
    if frames < FEWEST:
        raise MethodError(
            _("{frames} moments are too few to compare layers.").format(frames=frames),
            hint=_("Choose a clip with at least {fewest} of them.").format(fewest=FEWEST),
        )


def _caution(frames: int) -> str:
    if frames >= STEADY:
        return ""
    return _(
        "Measured on {frames} moments of this clip alone. Neighbouring moments resemble each other, so another clip "
        "may give somewhat different numbers; compare with what chance gives here."
    ).format(frames=frames)


def _gram(values: Float[np.ndarray, "frames width"]) -> Float64[np.ndarray, "frames frames"]:
    """U-centre the Gram matrix, diagonal left out; products of two of these are the unbiased HSIC x n(n - 3)."""
    count = len(values)
    centred = values - values.mean(0, dtype=np.float64)
    gram = centred @ centred.T
    np.fill_diagonal(gram, 0.0)
    rows = gram.sum(0) / (count - 2)
    gram -= rows[:, None] + rows[None, :] - rows.sum() / (count - 1)
    np.fill_diagonal(gram, 0.0)
    return gram


def _product(x: Float[np.ndarray, "frames width_x"], y: Float[np.ndarray, "frames width_y"]) -> float:
    """Give what ``(_gram(x) * _gram(y)).sum()`` is, without a frames x frames matrix (Song et al. 2012, eq. 4)."""
    count = len(x)
    x, y = (values - values.mean(0, dtype=np.float64) for values in (x, y))
    own_x, own_y = (x**2).sum(1), (y**2).sum(1)
    trace = ((x.T @ y) ** 2).sum() - own_x @ own_y
    # Centred columns sum to zero, so each row of a Gram matrix without its diagonal sums to minus that diagonal.
    sums = own_x.sum() * own_y.sum() / ((count - 1) * (count - 2))
    return float(trace + sums - 2 * (own_x @ own_y) / (count - 2))


def ratio(cross: float, own_x: float, own_y: float) -> float:
    """Divide what two representations share by what each shares with itself; 0 where one of them does not vary."""
    scale = own_x * own_y
    return float(cross / np.sqrt(scale)) if scale > 0 else 0.0


def _chance(
    grams: Float64[np.ndarray, "layers frames frames"], products: Float64[np.ndarray, "layers layers"]
) -> float:
    flat, own, found = grams.reshape(len(grams), -1), np.diag(products), []
    for share in SHIFTS:
        shift = round(share * grams.shape[1])
        moved = np.roll(grams, (shift, shift), axis=(1, 2)).reshape(len(grams), -1)
        crossed = flat @ moved.T
        found += [ratio(crossed[i, j], own[i], own[j]) for i in _of(grams) for j in _of(grams) if i != j]
    return float(np.mean(found)) if found else 0.0


def _of(items: Sequence[object] | np.ndarray) -> range:
    return range(len(items))


def _step(before: np.ndarray, after: np.ndarray) -> float:
    if before.shape != after.shape:
        return float("nan")
    before, after = (values - values.mean(0, dtype=np.float64) for values in (before, after))
    length = np.linalg.norm(before, axis=1)
    return float((np.linalg.norm(after - before, axis=1)[length > 0] / length[length > 0]).mean())


def _cosine(before: np.ndarray, after: np.ndarray) -> Float32[np.ndarray, " frames"]:
    if before.shape != after.shape:
        return np.zeros(0, dtype=np.float32)
    before, after = z_scores(before), z_scores(after)
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return ((before * after).sum(1) / np.maximum(lengths, 1e-12)).astype(np.float32)
