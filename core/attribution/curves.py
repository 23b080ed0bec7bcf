"""How fast a model loses, or finds, its answer when parts of a sound are taken away or put back in some order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int
from torch import Tensor

from core.attribution.question import Question
from core.attribution.ranking import Ranking
from core.attribution.removal import asked_without, loudness
from core.attribution.target import AROUND
from core.progress import Report, Step

SHARES = (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0)  # dense where curves fall
SOME = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)  # enough for orders of chance, whose curves are flat
FEW = 12  # parts that are taken away one by one
ORDERS, ORDERS_OF_CELLS = 20, 10  # of chance; many small cells are lost alike in every order of chance
CELLS = 500  # so many parts count as many small cells

Order = Int[np.ndarray, " parts"]
Shares = Float64[np.ndarray, " shares"]


@dataclass(frozen=True, eq=False)
class Curves:
    """Probability of the answer, 0 to 1, against the share of the parts, 0 to 1, that are taken away or put back.

    deletion   most relevant first
    insertion  the most relevant put back first into what is left when all is gone
    loud       taken away loudest first
    chance     (orders, some), taken away in orders of chance, against ``some``, fewer shares

    Putting parts back in an order of chance is taking them away in another one, read from its end, so the areas under
    ``chance`` are what both deletion and insertion are compared with.
    """

    shares: Shares
    deletion: Shares
    insertion: Shares
    loud: Shares
    some: Float64[np.ndarray, " some"]
    chance: Float64[np.ndarray, "orders some"]

    def at_some(self, values: Shares) -> Float64[np.ndarray, " some"]:
        """Read a curve at the shares at which orders of chance are known."""
        return np.interp(self.some, self.shares, values)


def steps(count: int) -> list[int]:
    """Choose after how many parts the model is asked: after each of few, at fixed shares of many."""
    if count <= FEW:
        return list(range(count + 1))
    return sorted({round(share * count) for share in SHARES})


def some_steps(count: int) -> list[int]:
    """Choose after how many parts the model is asked in an order of chance."""
    return sorted({round(share * count) for share in SOME})


def orders(count: int) -> int:
    """Say how many orders of chance are enough."""
    return ORDERS_OF_CELLS if count >= CELLS else ORDERS


def asks(count: int) -> int:
    """Count how many passes forward the curves take."""
    return 2 + 3 * len(steps(count)[1:-1]) + orders(count) * len(some_steps(count)[1:-1])


def curves(question: Question, ranking: Ranking, report: Report, seed: int = 0) -> Curves:
    """Take parts away by relevance, by loudness and by chance, and put them back by relevance."""
    count, generator = ranking.count, np.random.default_rng(seed)
    many, some = steps(count), some_steps(count)
    louder = np.argsort(-loudness(question, ranking), kind="stable")
    chances = [generator.permutation(count) for _order in range(orders(count))]
    back = [~_first(ranking.order, stop) for stop in many[1:-1]]
    plain = [_first(order, stop) for order in (ranking.order, louder) for stop in many[1:-1]]
    by_chance = [_first(order, stop) for order in chances for stop in some[1:-1]]
    ends = [np.zeros(count, dtype=bool), np.ones(count, dtype=bool)]
    found = _asked(question, ranking, [*ends, *back, *plain, *by_chance], report)
    whole, nothing, rest = found[0], found[1], found[2:]
    own = rest[: len(back) + len(plain)].reshape(3, -1)
    chance = rest[own.size :].reshape(len(chances), -1)
    return Curves(
        shares=np.array(many) / count,
        deletion=np.r_[whole, own[1], nothing],
        insertion=np.r_[nothing, own[0], whole],
        loud=np.r_[whole, own[2], nothing],
        some=np.array(some) / count,
        chance=np.stack([np.r_[whole, row, nothing] for row in chance]),
    )


def _first(order: Order, stop: int) -> Bool[np.ndarray, " parts"]:
    gone = np.zeros(len(order), dtype=bool)
    gone[order[:stop]] = True
    return gone


def _asked(
    question: Question, ranking: Ranking, gone: Sequence[Bool[np.ndarray, " parts"]], report: Report
) -> Float64[np.ndarray, " times"]:
    """Ask in groups, so that the work can be stopped in between."""
    found = []
    for first in range(0, len(gone), question.at_once):
        logits = asked_without(question, ranking, gone[first : first + question.at_once])
        found.append(odds(question, logits))
        report(Step(min(first + question.at_once, len(gone)), len(gone)))
    return np.concatenate(found)


def odds(question: Question, logits: Tensor) -> Float64[np.ndarray, " batch"]:
    """Probability of the target; of the first of two, where their difference is asked for.

    Of a written symbol, at its surest moment in its place or a frame or two beside it: a head that writes it a frame
    later has not lost it.
    """
    target = question.target
    if target.against is not None:
        return torch.sigmoid(target.score(logits).double()).cpu().numpy()
    if target.frames is not None:
        place = slice(max(target.frames[0] - AROUND, 0), target.frames[1] + AROUND)
        return logits[:, place].double().softmax(-1)[..., target.index].amax(1).cpu().numpy()
    return target.probability(logits, question.model.card.multi_label).double().cpu().numpy()


def area(share: Shares, values: Shares) -> float:
    """Area under a curve, which is the mean of its values where the shares go from 0 to 1."""
    return float(np.trapezoid(values, share))


def half(share: Shares, values: Shares) -> float:
    """Share of the parts after which half of what can be lost is lost for the first time; 1 where it never is."""
    middle = (values[0] + values[-1]) / 2
    return next((float(at) for at, value in zip(share, values, strict=True) if value <= middle), 1.0)
