"""Do explanations point at a tone that was planted beside a louder one that means nothing?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.figure import Figure
from benchmarks.tones import Planted, lent, planted
from core.attribution import pieces
from core.attribution.checks.planted import NEAR, held
from core.attribution.method import Method, explain
from core.attribution.methods import methods
from core.attribution.question import Question, asked
from core.attribution.ranking import Ranking, ranking
from core.attribution.removal import asked_without, loudness
from core.attribution.target import Target
from core.loading import LoadedModel

CLIPS, DRAWS = 30, 5  # clips, and random orders of each
SEED = 100  # far from that of the clips that the networks were taught on
CUT = "window-140"  # pieces of time for methods that want some
SHARES = (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0)  # taken away
RANDOM, LOUDNESS, ENERGY = "random", "loudness", "input energy"
CNN, AST = "log-mel-cnn", "audio-spectrogram-transformer"
Ranks = Callable[[Question, Planted], tuple[Ranking, float]]


@dataclass(frozen=True)
class Score:
    """What one explanation, or the mean of several, is worth where it is known what was planted.

    points    its strongest part lies on the target; near, within two cells of it
    mass      share of what spoke for the class that lies on the target; rank, share of as many strongest parts as there
              are on the target that do
    deletion  area under the probability while parts are taken away, most relevant first
    gap       completeness error; NaN where the method does not promise to add up
    """

    points: float
    near: float
    mass: float
    rank: float
    deletion: float
    gap: float


def measure() -> Iterator[Figure]:
    """Yield what is asked of the CNN and of the transformer, and of orders that know nothing.

    What every other method reaches stands in the table that ``benchmarks.attribution_table`` writes.
    """
    torch.set_num_threads(1)
    for name in (CNN, AST):
        model, clips = lent(name), planted(CLIPS, SEED)
        short = "CNN" if name == CNN else "AST"
        yield Figure(f"planted tones, {short}: clips named right", 100 * named_right(model, clips), "%", least=95.0)
        asked_for = [way for network, way in BOUNDS if network == short]
        for way in (RANDOM, LOUDNESS, ENERGY, *asked_for):
            yield from _figures(short, way, scored(model, clips, way))


BOUNDS: dict[tuple[str, str], dict[str, dict[str, float]]] = {
    ("CNN", "integrated-gradients"): {"points": {"least": 95}, "mass": {"least": 0.6}, "gap": {"bound": 1}},
    ("CNN", "lrp-gamma"): {"points": {"least": 95}},
    ("AST", "attn-lrp"): {"points": {"least": 85}, "mass": {"least": 0.4}, "deletion": {"bound": 0.15}},
}
NOTHING = {"points": {"bound": 5.0}}  # else the test is void


def _figures(short: str, way: str, score: Score) -> Iterator[Figure]:
    bounds = NOTHING if way not in methods() else BOUNDS.get((short, way), {})
    note = f"near {score.near:.0%}, rank accuracy {score.rank:.2f}"
    head = f"planted tones, {short}: {way}"
    yield Figure(f"{head}, points right", 100 * score.points, "%", note=note, **bounds.get("points", {}))
    yield Figure(f"{head}, relevance mass", score.mass, "", **bounds.get("mass", {}))
    yield Figure(f"{head}, deletion AUC", score.deletion, "", **bounds.get("deletion", {}))
    if not np.isnan(score.gap):
        yield Figure(f"{head}, completeness error", 100 * score.gap, "%", **bounds.get("gap", {}))


def named_right(model: LoadedModel, clips: Sequence[Planted]) -> float:
    """Share of clips of which a network says what the target does, and nothing else."""
    with torch.no_grad():
        said = [(model.module(**model.inputs(item.clip)).logits[0] > 0).nonzero().flatten().tolist() for item in clips]
    return float(np.mean([found == [item.shape] for found, item in zip(said, clips, strict=True)]))


def fitting(model: LoadedModel) -> tuple[str, ...]:
    """Name the methods that are offered for a network."""
    target = Target(0)
    return tuple(name for name, way in methods().items() if not way.unfit(model, target, way.settings()))


def scored(model: LoadedModel, clips: Sequence[Planted], way: str, settings: Any = None) -> Score:
    """Score a method by its name, or an order that does not know the network, on average over clips."""
    if way == RANDOM:
        orders = [partial(_random, seed) for seed in range(DRAWS)]
    else:
        orders = [BLIND[way] if way in BLIND else _explained(methods()[way], settings)]
    rows = [_score(model, item, ranks) for item in clips for ranks in orders]
    return Score(*(float(np.mean(column)) for column in zip(*map(astuple, rows), strict=True)))


def _score(model: LoadedModel, item: Planted, ranks: Ranks) -> Score:
    if item.fact is None or item.shape is None:
        raise ValueError(f"nothing was planted in {item.clip.name}")
    cut = pieces.cut(item.clip, CUT)
    with asked(model, item.clip, Target(item.shape), cut) as question:
        parts, gap = ranks(question, item)
        inside, near = held(parts, (item.fact,)), held(parts, (item.fact,), NEAR)
        supports, many = np.maximum(parts.relevance, 0), int(inside.sum())
        return Score(
            points=float(inside[parts.order[0]]),
            near=float(near[parts.order[0]]),
            mass=float(supports[inside].sum() / max(supports.sum(), 1e-12)),
            rank=float(inside[parts.order[:many]].mean()),
            deletion=_deletion(question, parts),
            gap=gap,
        )


def _deletion(question: Question, parts: Ranking) -> float:
    """Area under the probability of the answer against the share of the parts that is taken away."""
    many = np.unique(np.round(np.array(SHARES) * parts.count).astype(int))
    gone = [np.isin(np.arange(parts.count), parts.order[:stop]) for stop in many]
    card = question.model.card
    odds = question.target.probability(asked_without(question, parts, gone), card.multi_label).double().numpy()
    return float(np.trapezoid(odds, many / parts.count))


def _explained(method: Method, settings: Any) -> Ranks:
    def ranks(question: Question, item: Planted) -> tuple[Ranking, float]:
        found = explain(question, method, settings or method.settings())
        return ranking(found), float("nan") if found.gap is None else found.gap

    return ranks


def _cells(question: Question, relevance: np.ndarray | None = None) -> Ranking:
    """Take every number that the network is given as one part."""
    plane = question.plane
    owner = np.arange(plane.bands * plane.time.count).reshape(plane.bands, plane.time.count)
    given = plane.place(question.values)[0].double().numpy()
    return Ranking((given if relevance is None else relevance).ravel(), owner, plane.time, plane.edges)


def _random(seed: int, question: Question, item: Planted) -> tuple[Ranking, float]:
    shape, clip = (question.plane.bands, question.plane.time.count), int(item.clip.fingerprint[:8], 16)
    return _cells(question, np.random.default_rng((seed, clip)).normal(size=shape)), float("nan")


def _loud(question: Question, item: Planted) -> tuple[Ranking, float]:
    cells = _cells(question)
    return _cells(question, loudness(question, cells)), float("nan")


def _energy(question: Question, item: Planted) -> tuple[Ranking, float]:
    return _cells(question), float("nan")


BLIND: dict[str, Ranks] = {LOUDNESS: _loud, ENERGY: _energy}
