"""Maps of a layer: its stretches in two dimensions, so that what it takes for alike lies close."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

from core.errors import MethodError
from core.space.nearness import Standard
from core.text import N_, _

Method = Literal["pca", "tsne", "umap"]
NEIGHBOURS = 10  # of a point, that trustworthiness looks at
FEWEST = 12  # points of a map
REDUCED = 50  # dimensions that t-SNE and UMAP begin with, as van der Maaten & Hinton (2008) do
ANCHORS = 5  # points whose average stands for a new one, where a map has no rule for new ones

MEANING = N_(
    "Points that lie close are alike to this layer, as far as two dimensions can show it: a layer has hundreds."
)
DISTANCES = N_(
    "This kind of map keeps neighbours together. How far apart groups lie, and how large they are, means nothing."
)


@dataclass(frozen=True)
class MapSettings:
    """How a map other than of main directions is laid out; the same settings give the same map."""

    perplexity: float = 30.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Map:
    """Stretches in two dimensions about the origin; their root mean square in either is 1 on average.

    method     how it was found
    points     (n, 2)
    share      of the variance (each unit in its own spread) that main directions show, 0 to 1; NaN for other maps
    trust      trustworthiness (Venna & Kaski 2001): 1 where points that lie close are close in the layer, about 0.5
               for points thrown at random
    standard   what a new vector is measured by
    basis      (units, 2) turns such scores into a place; None where the map has no rule for new ones
    scores     (n, units) of the points, where ``basis`` is None
    """

    method: Method
    points: Float32[np.ndarray, "n 2"]
    share: float
    trust: float
    standard: Standard
    basis: Float32[np.ndarray, "units 2"] | None = None
    scores: Float32[np.ndarray, "n units"] | None = None

    def placed(self, values: Float[np.ndarray, "m units"]) -> Float32[np.ndarray, "m 2"]:
        """Put new vectors on the map.

        Exactly for main directions; elsewhere where the five nearest points lie on average, weighted by nearness.
        """
        found = self.standard.scores(values)
        if self.basis is not None:
            return found @ self.basis
        assert self.scores is not None
        distance = np.sqrt(np.maximum(_squared(found, self.scores), 1e-12))
        near = np.argsort(distance, axis=1)[:, :ANCHORS]
        weight = 1 / np.take_along_axis(distance, near, 1)
        weight /= weight.sum(1, keepdims=True)
        return np.einsum("mk,mkd->md", weight, self.points[near]).astype(np.float32)


def methods() -> tuple[Method, ...]:
    """List the kinds of map that can be made here."""
    return ("pca", "tsne", "umap") if find_spec("umap") else ("pca", "tsne")


def principal(values: Float[np.ndarray, "n units"]) -> Map:
    """Lay out the two directions in which rows differ most, every unit in its own spread (PCA).

    Of the two senses of a direction, that one is taken in which its largest weight is positive.
    """
    _check(values)
    standard = Standard.of(values)
    scores = standard.scores(values)
    _left, sizes, directions = np.linalg.svd(scores, full_matrices=False)
    basis = directions[:2].T
    basis = basis * np.sign(basis[np.abs(basis).argmax(0), [0, 1]])
    points = scores @ basis
    size = max(float(np.sqrt((points**2).mean())), float(np.finfo(np.float32).tiny))
    share = float((sizes[:2] ** 2).sum() / max(float((sizes**2).sum()), float(np.finfo(np.float32).tiny)))
    points = (points / size).astype(np.float32)
    return Map("pca", points, share, trust(scores, points), standard, (basis / size).astype(np.float32))


def principal_maps(values: Mapping[int, Float[np.ndarray, "_n _units"]]) -> dict[int, Map]:
    """Make one map for each stop, each turned and mirrored as a whole so that points move as little as can be."""
    found: dict[int, Map] = {}
    before: Map | None = None
    for stop, rows in values.items():
        now = principal(rows)
        found[stop] = before = now if before is None else turned(now, before.points)
    return found


def turned(found: Map, like: Float[np.ndarray, "n 2"]) -> Map:
    """Turn and mirror a map as a whole towards another of the same stretches (orthogonal Procrustes)."""
    left, _sizes, right = np.linalg.svd(found.points.astype(np.float64).T @ like)
    turn = (left @ right).astype(np.float32)
    basis = None if found.basis is None else found.basis @ turn
    return replace(found, points=found.points @ turn, basis=basis)


def embedded(values: Float[np.ndarray, "n units"], method: Method, settings: MapSettings | None = None) -> Map:
    """Lay rows out so that neighbours stay neighbours; the map is turned towards that of main directions.

    By t-SNE (van der Maaten & Hinton 2008) or UMAP (McInnes et al. 2018).
    """
    settings = settings or MapSettings()
    plain = principal(values)
    scores = plain.standard.scores(values)
    left, sizes, _directions = np.linalg.svd(scores, full_matrices=False)
    reduced = (left * sizes)[:, :REDUCED]
    points = _tsne(reduced, settings) if method == "tsne" else _umap(reduced, settings)
    points = points - points.mean(0)
    points = (points / max(float(np.sqrt((points**2).mean())), float(np.finfo(np.float32).tiny))).astype(np.float32)
    found = Map(method, points, float("nan"), trust(scores, points), plain.standard, None, scores)
    return turned(found, plain.points)


def _tsne(reduced: Float[np.ndarray, "n some"], settings: MapSettings) -> Float[np.ndarray, "n 2"]:
    from sklearn.manifold import TSNE

    perplexity = min(settings.perplexity, (len(reduced) - 1) / 3)
    return TSNE(perplexity=perplexity, init="pca", random_state=settings.seed, n_jobs=1).fit_transform(reduced)


def _umap(reduced: Float[np.ndarray, "n some"], settings: MapSettings) -> Float[np.ndarray, "n 2"]:
    try:
        umap = import_module("umap")
    except ImportError as error:
        raise MethodError(
            _("UMAP is not installed here."), hint=_("Install umap-learn, or choose another kind of map.")
        ) from error
    return umap.UMAP(n_neighbors=min(15, len(reduced) - 1), random_state=settings.seed, n_jobs=1).fit_transform(reduced)


def trust(scores: Float[np.ndarray, "n units"], points: Float[np.ndarray, "n 2"]) -> float:
    """Tell how far neighbours on the map are neighbours in the layer too (Venna & Kaski 2001), 0 to 1."""
    from sklearn.manifold import trustworthiness

    return float(trustworthiness(scores, points, n_neighbors=min(NEIGHBOURS, (len(points) - 1) // 2)))


def smoothed(frames: Float[np.ndarray, "frames units"], width: int) -> Float32[np.ndarray, "frames units"]:
    """Average every frame with its neighbours, ``width`` of them (at the ends fewer)."""
    total = np.concatenate([np.zeros((1, frames.shape[1])), np.cumsum(frames, axis=0, dtype=np.float64)])
    at = np.arange(len(frames))
    first = np.maximum(at - (width - 1) // 2, 0)
    last = np.minimum(at + width // 2 + 1, len(frames))
    return ((total[last] - total[first]) / (last - first)[:, None]).astype(np.float32)


def _check(values: Float[np.ndarray, "n units"]) -> None:
    if len(values) < FEWEST:
        raise MethodError(
            _("There are only {count} stretches of this kind: too few for a map.").format(count=len(values)),
            hint=_("A map takes at least {count}. Choose another kind, or a larger corpus.").format(count=FEWEST),
        )
    if values.shape[1] < 2:
        raise MethodError(
            _("This layer has a single unit, which makes a line, not a map."), hint=_("Choose another layer.")
        )


def _squared(scores: Float[np.ndarray, "n units"], others: Float[np.ndarray, "m units"]) -> Float[np.ndarray, "n m"]:
    return (scores**2).sum(1)[:, None] + (others**2).sum(1) - 2 * scores @ others.T


def titles(found: Sequence[Method]) -> dict[Method, str]:
    """Name kinds of map."""
    named: dict[Method, str] = {"pca": _("main directions (PCA)"), "tsne": _("t-SNE"), "umap": _("UMAP")}
    return {method: named[method] for method in found}
