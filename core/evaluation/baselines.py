"""What can be had without fine-tuning: the honest "before" of a task that the pretrained model has no head for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64, Int64

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import DatasetError
from core.evaluation import logmel, small_cnn
from core.evaluation.predictions import Predictions
from core.progress import Report, Step, silent
from core.text import _

FLATTENED_FRAMES = 16
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 1.0)
"""Inverse strengths of the penalty of logistic regression, to choose from on the validation sounds."""

TEMPERATURES = np.geomspace(0.01, 100, 41)
FEWEST_TO_CHOOSE = 10  # validation sounds
MOST_TRIALS = 4

Features = Float32[np.ndarray, "items features"] | Float64[np.ndarray, "items features"]
Targets = Int64[np.ndarray, " _n"]


@dataclass(frozen=True, eq=False)
class _Sides:
    """Items of a division side by side: for learning, for choosing, for the test; only the labelled of the first two.

    targets, held  class numbers of those for learning, and of those for choosing
    """

    everything: tuple[int, ...]
    targets: Targets
    held: Targets

    def parted(self, rows: Any) -> list[Any]:
        """Part rows, one per item of ``everything``, into the three sides."""
        return np.split(rows, np.cumsum([len(self.targets), len(self.held)]))


def majority(data: PreparedSet, division: Division, report: Report = silent, seed: int = 0) -> Predictions:
    """Answer without listening: every class with its share among the sounds for learning."""
    del report, seed  # nothing takes time or chance
    targets = _taught(data, division.train)[1]
    shares = np.bincount(targets, minlength=len(data.labels)) / len(targets)
    return Predictions.of_test("majority", data, division, np.tile(shares, (len(division.test), 1)))


def log_mel(data: PreparedSet, division: Division, report: Report = silent, seed: int = 0) -> Predictions:
    """Classify 64 mel bands by logistic regression, standardised, every sound stretched to 16 frames.

    The strength of the penalty is what does best on sounds of other speakers: on the validation sounds where they are
    of other groups than the sounds for learning, else on one part of the groups for learning after the other.
    """
    from sklearn.preprocessing import StandardScaler

    sides = _sides(data, division)
    laid = logmel.flattened(logmel.of_items(data, sides.everything, report), FLATTENED_FRAMES).astype(np.float64)
    train, validation, test = sides.parted(laid)
    scaler = StandardScaler().fit(train)
    train, validation, test = (scaler.transform(part) if len(part) else part for part in (train, validation, test))
    strength = _strength(np.concatenate([train, validation]), sides, _trials(data, sides, seed), report)
    regression = _regression(train, sides.targets, strength)
    return Predictions.of_test("log-mel", data, division, _said(regression, test, data))


def centroid(
    features: Features, data: PreparedSet, division: Division, report: Report = silent, seed: int = 0
) -> Predictions:
    """Answer the class whose average lies nearest, in ``features`` with one row per item of the set, (items, d).

    Features are standardised on the sounds for learning; probabilities fall with the squared distance, as sharply as
    suits those sounds best, each held against averages that leave it out.
    """
    del report, seed
    indices, targets = _taught(data, division.train)
    train, test = (np.asarray(features[list(part)], np.float64) for part in (indices, division.test))
    mean, spread = train.mean(0), train.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    train, test = (train - mean) / spread, (test - mean) / spread
    known = np.unique(targets)
    sums = np.stack([train[targets == number].sum(0) for number in known])
    counts = np.array([(targets == number).sum() for number in known])
    own = np.searchsorted(known, targets)
    near = _squared(train, sums / counts[:, None])
    # leaving a sound out of its own class's average moves that average away from it by n / (n - 1)
    factor = np.where(counts > 1, counts / np.maximum(counts - 1, 1), 1.0)
    near[np.arange(len(own)), own] *= factor[own] ** 2
    scores = -_squared(test, sums / counts[:, None]) / _temperature(near, own)
    probabilities = np.zeros((len(test), len(data.labels)))
    probabilities[:, known] = _softmax(scores)
    return Predictions.of_test("centroid", data, division, probabilities)


def cnn(data: PreparedSet, division: Division, report: Report = silent, seed: int = 0) -> Predictions:
    """Teach a small convolutional network from scratch on mel bands; see ``small_cnn``."""
    sides = _sides(data, division)
    bands = logmel.of_items(data, sides.everything, report)
    frames = small_cnn.frames([len(picture) for picture in bands[: len(sides.targets)]])
    train, validation, test = sides.parted(small_cnn.pictures(bands, frames))
    settings = small_cnn.CnnSettings()

    def on_epoch(epoch: int) -> None:
        report(Step(epoch, settings.epochs, _("A small network learns from scratch")))

    held = (validation, sides.held)
    network = small_cnn.learn(train, sides.targets, len(data.labels), held, on_epoch, seed, settings)
    return Predictions.of_test("cnn", data, division, small_cnn.probabilities(network, test))


def _sides(data: PreparedSet, division: Division) -> _Sides:
    (train, targets), (validation, held) = (_taught(data, part) for part in (division.train, division.validation))
    return _Sides((*train, *validation, *division.test), targets, held)


def _taught(data: PreparedSet, indices: Sequence[int]) -> tuple[tuple[int, ...], Targets]:
    """Keep the items that have a label; DatasetError where none of several has."""
    numbers = data.targets(indices)
    kept = tuple(index for index, number in zip(indices, numbers, strict=True) if number >= 0)
    if indices and not kept:
        raise DatasetError(
            _("None of the sounds for learning has a label."), hint=_("Give the sounds labels: a folder per class.")
        )
    return kept, np.array([number for number in numbers if number >= 0], np.int64)


def _trials(data: PreparedSet, sides: _Sides, seed: int) -> list[tuple[Targets, Targets]]:
    """Return pairs of rows, to learn from and to choose on, such that no known group stands in both."""
    count, held = len(sides.targets), len(sides.held)
    groups = np.array([data.items[index].group for index in sides.everything[: count + held]])
    learned = groups[:count]
    known = sorted(set(learned.tolist()) - {""})
    on_validation = np.arange(count), np.arange(count, count + held)
    apart = not set(groups[count:].tolist()).intersection(known)
    if held >= FEWEST_TO_CHOOSE and (apart or len(known) < 2):
        return [on_validation]
    chance = np.random.default_rng(seed)
    if len(known) < 2:
        mixed = chance.permutation(count)
        return [(mixed[count // 5 :], mixed[: max(1, count // 5)])]
    parts = np.array_split(chance.permutation(known), min(MOST_TRIALS, len(known)))
    outside = [np.isin(learned, part) for part in parts]
    return [(np.flatnonzero(~part), np.flatnonzero(part)) for part in outside]


def _strength(features: Any, sides: _Sides, trials: list[tuple[Targets, Targets]], report: Report) -> float:
    """Return the strength whose regressions are right most often on the sounds for choosing; the simplest of equals."""
    targets = np.concatenate([sides.targets, sides.held])
    found = []
    for done, strength in enumerate(STRENGTHS):
        report(Step(done, len(STRENGTHS), _("Logistic regression on mel bands")))
        right = [
            _regression(features[learning], targets[learning], strength).predict(features[choosing])
            == targets[choosing]
            for learning, choosing in trials
        ]
        found.append(float(np.concatenate(right).mean()))
    return STRENGTHS[int(np.argmax(found))]


def _regression(features: Any, targets: Targets, strength: float) -> Any:
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(targets)) < 2:
        return DummyClassifier().fit(features, targets)
    return LogisticRegression(C=strength, max_iter=500).fit(features, targets)


def _said(regression: Any, features: Any, data: PreparedSet) -> Float64[np.ndarray, "n classes"]:
    """Lay the probabilities out over all classes of the set; one that was never learned gets none."""
    probabilities = np.zeros((len(features), len(data.labels)))
    probabilities[:, regression.classes_] = regression.predict_proba(features)
    return probabilities


def _squared(points: Any, centres: Any) -> Float64[np.ndarray, "n classes"]:
    """Return the mean squared distance over features; so it does not grow with their number."""
    return np.stack([((points - centre) ** 2).mean(1) for centre in centres], axis=1)


def _temperature(near: Float64[np.ndarray, "n classes"], own: Targets) -> float:
    """Return the temperature whose probabilities are the least surprised by the true classes."""
    surprises = [
        -np.log(np.maximum(_softmax(-near / warmth)[np.arange(len(own)), own], 1e-12)).mean() for warmth in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(surprises))])


def _softmax(scores: Float64[np.ndarray, "n classes"]) -> Float64[np.ndarray, "n classes"]:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)
