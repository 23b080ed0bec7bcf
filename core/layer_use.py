"""Which layers does a task use, when a linear classifier may mix them as it likes?

The weighted sum of SUPERB (Yang et al. 2021): one learned share per layer, and a linear classifier on the mixture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from core.errors import MethodError
from core.evaluation.intervals import Estimate, drawn, members, quantiles
from core.progress import Report, Step, silent
from core.text import N_, _

if TYPE_CHECKING:
    import torch

    from core.finetuning.heads.layer_weighted import LayerWeightedHead
    from core.vectors.vectors import Vectors

FEWEST = 200  # stretches to learn from
MOST = 4000  # stretches that are learned from; more are thinned out evenly
STEADY = 0.8  # overlap of two runs from which on the shares are called steady
BATCH, RATE, DECAY = 64, 2e-2, 0.05
STEPS, EPOCHS = 600, 10  # of one run, whichever is more
SPREAD = 1.0  # of the layer weights before learning, so that two runs begin from really different mixtures
MEANING = N_(
    "A classifier was allowed to mix all layers; the bars say how much of the mixture each layer is. Layers that hold "
    "the same can stand in for each other, so a layer with a small share may still hold the answer."
)


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be told apart, on stretches whose vectors are there.

    name     short: "phone", "word", "speaker"
    labels   class of every stretch, (n,)
    classes  names of the classes
    train, develop, test  rows to learn from, to choose the best single layer by, and to report; apart from each other
    groups   speaker of every stretch; empty texts where unknown
    """

    name: str
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    train: Int64[np.ndarray, " train"]
    develop: Int64[np.ndarray, " develop"]
    test: Int64[np.ndarray, " test"]
    groups: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LayerUse:
    """How much of each layer a linear classifier reads for one task.

    task          its name
    stops         the layers that were mixed: 0 is what block 1 receives, then the blocks
    weights       share of each layer in the mixture, mean over runs; they sum to one
    contribution  weight times the mean length of what it weighs, about its average and after layer norm, as share of
                  the sum: what moves the mixture
    by_run        weights of every run, (runs, layers)
    agreement     overlap of the two runs that agree least: 1 is the same shares, 0 none in common
    mixture       share of the test answered rightly by the mixture
    best, single  the layer that answers best alone, chosen on other stretches than the test; its share of right answers
    majority      share of right answers of whoever always says the most frequent class
    train, test   stretches learned from, and tested
    caution       a sentence where the shares are not steady; else empty
    """

    task: str
    stops: tuple[int, ...]
    weights: Float64[np.ndarray, " layers"]
    contribution: Float64[np.ndarray, " layers"]
    by_run: Float64[np.ndarray, "runs layers"]
    agreement: float
    mixture: Estimate
    best: int
    single: Estimate
    majority: float
    train: int
    test: int
    caution: str

    @property
    def most(self) -> int:
        """The layer with the largest contribution."""
        return self.stops[int(self.contribution.argmax())]


@dataclass(frozen=True, eq=False)
class _Learned:
    """One run: the shares, how far each layer moves what is mixed, and what it answers."""

    weights: Float64[np.ndarray, " layers"]
    contribution: Float64[np.ndarray, " layers"]
    answers: Int64[np.ndarray, " n"]


def layer_use(vectors: "Vectors", task: Task, seeds: Sequence[int] = (0, 1), report: Report = silent) -> LayerUse:
    """Learn the shares of all layers of one width for one task, once for every seed.

    Every vector is brought to mean 0 and spread 1 first (layer norm), so that loud layers count no more than quiet
    ones. Raises MethodError for fewer than 200 stretches to learn from, or fewer than two classes.
    """
    _check(task)
    stops, rows = _of_one_width(vectors), _Rows(task)
    values = np.stack([layer_normed(vectors.of(stop)[rows.taken]) for stop in stops], 1)
    total, classes = len(seeds) + len(stops), len(task.classes)
    runs, alone = [], []
    for done, seed in enumerate(seeds):
        report(Step(done, total, _("Learning how much of each layer it uses")))
        runs.append(_learn(values, rows, classes, seed))
    for place in range(len(stops)):
        report(Step(len(seeds) + place, total, _("Learning from each layer alone")))
        alone.append(_learn(values[:, place : place + 1], rows, classes, seeds[0]).answers)
    best = int(np.argmax([rows.right(answers, rows.choosing).mean() for answers in alone]))
    return _told(task, rows, stops, runs, best, alone[best])


def _told(
    task: Task, rows: "_Rows", stops: tuple[int, ...], runs: "Sequence[_Learned]", best: int, alone: np.ndarray
) -> LayerUse:
    groups = [task.groups[row] for row in task.test]
    weights = np.stack([run.weights for run in runs])
    agreement, most = overlap(weights), np.bincount(rows.labels[: rows.learned]).argmax()
    return LayerUse(
        task=task.name,
        stops=stops,
        weights=weights.mean(0),
        contribution=np.mean([run.contribution for run in runs], axis=0),
        by_run=weights,
        agreement=agreement,
        mixture=share_right(rows.right(runs[0].answers, rows.tested), groups),
        best=stops[best],
        single=share_right(rows.right(alone, rows.tested), groups),
        majority=float((rows.labels[rows.tested] == most).mean()),
        train=rows.learned,
        test=len(task.test),
        caution="" if agreement >= STEADY else _unsteady(agreement),
    )


class _Rows:
    """Rows of the vectors in the order train, develop, test, with the slices of each side."""

    def __init__(self, task: Task) -> None:
        some = np.linspace(0, len(task.train) - 1, min(len(task.train), MOST)).round().astype(int)
        self.taken = np.concatenate([task.train[some], task.develop, task.test])
        self.labels, self.learned = task.labels[self.taken], len(some)
        first = self.learned + len(task.develop)
        # with nothing kept apart to choose by, what was learned from has to do
        self.choosing = slice(self.learned, first) if len(task.develop) else slice(0, self.learned)
        self.tested = slice(first, None)

    def right(self, answers: Int64[np.ndarray, " n"], side: slice) -> Bool[np.ndarray, " some"]:
        """Tell which answers of one side are right."""
        return answers[side] == self.labels[side]


def layer_normed(values: Float32[np.ndarray, "n width"]) -> Float32[np.ndarray, "n width"]:
    """Bring every vector to mean 0 and spread 1; a vector without spread becomes zeros."""
    centred = values - values.mean(1, keepdims=True)
    spread = centred.std(1, keepdims=True)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-8).astype(np.float32)


def overlap(weights: Float64[np.ndarray, "runs layers"]) -> float:
    """Give what the two runs that agree least have in common: the sum over layers of the smaller share."""
    pairs = [(a, b) for a in range(len(weights)) for b in range(a)]
    return min((float(np.minimum(weights[a], weights[b]).sum()) for a, b in pairs), default=1.0)


def share_right(right: Bool[np.ndarray, " n"], groups: Sequence[str]) -> Estimate:
    """Give the share of right answers with its 95 % interval, drawn again by group where groups are known."""
    member, grouped = members(groups)
    sums = drawn(np.stack([right, np.ones(len(right))], 1).astype(float), member)
    low, high = quantiles(sums[:, 0] / sums[:, 1], int(member.max()) + 1)
    known = len({group for group in groups if group})
    return Estimate(float(right.mean()), float(low), float(high), len(right), known, "groups" if grouped else "clips")


def _check(task: Task) -> None:
    if len(task.train) < FEWEST or not len(task.test) or len(task.classes) < 2:
        raise MethodError(
            _("{count} stretches are too few to learn which layers are used.").format(count=len(task.train)),
            hint=_("It needs {fewest}, of at least two classes, and others for the test.").format(fewest=FEWEST),
        )


def _unsteady(agreement: float) -> str:
    return _(
        "Two runs that began differently share only {agreement:.0%} of their weights: many mixtures do equally well, "
        "so do not read much into single bars."
    ).format(agreement=agreement)


def _of_one_width(vectors: "Vectors") -> tuple[int, ...]:
    """Keep what the blocks receive and say, as far as it has the width of the last."""
    width = vectors.widths[-1]
    return tuple(stop for stop, own in zip(vectors.stops, vectors.widths, strict=True) if stop >= 0 and own == width)


def _learn(values: Float32[np.ndarray, "n layers width"], rows: _Rows, classes: int, seed: int) -> _Learned:
    """Teach the head that fine-tuning uses on the first rows, and answer for all."""
    import torch

    from core.finetuning.heads.layer_weighted import LayerWeightedHead

    pooled, labels = torch.from_numpy(values), torch.from_numpy(rows.labels[: rows.learned])
    chance = torch.Generator().manual_seed(seed)
    head = LayerWeightedHead(pooled.shape[1], pooled.shape[2], classes, dropout=0.0)
    head.measure(pooled[: rows.learned], labels)
    with torch.no_grad():  # not where each layer alone does well: the shares are to come from learning together
        head.layer_logits.copy_(SPREAD * torch.randn(pooled.shape[1], generator=chance))
        scaled = (pooled - head.centre) / head.size[:, None]
        length = scaled[: rows.learned].norm(dim=2).mean(0).double()
        scaled @= head.whiten  # once for all steps
    _teach(head, scaled[: rows.learned], labels, chance)
    with torch.no_grad():
        answers = head.classifier(torch.einsum("nlw,l->nw", scaled, head.weights)).argmax(1).numpy()
        weights = head.weights.double()
    return _Learned(weights.numpy(), (weights * length / (weights @ length)).numpy(), answers)


def _teach(
    head: "LayerWeightedHead", scaled: "torch.Tensor", labels: "torch.Tensor", chance: "torch.Generator"
) -> None:
    """Learn shares and classifier together, on whitened layers."""
    import torch

    steps = max(STEPS, EPOCHS * len(scaled) // BATCH)
    optimizer = torch.optim.AdamW([head.layer_logits, *head.classifier.parameters()], RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _step in range(steps):
        places = torch.randint(len(scaled), (BATCH,), generator=chance)
        mixed = torch.einsum("nlw,l->nw", scaled[places], head.weights)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(head.classifier(mixed), labels[places]).backward()
        optimizer.step()
        schedule.step()
