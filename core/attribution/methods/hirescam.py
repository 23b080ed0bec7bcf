"""HiResCAM: what a layer keeps at each place, times how the score depends on it there."""

import numpy as np
from jaxtyping import Float32

from core.attribution.layer_maps import AtLayer, LayerView, unfit, view
from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.progress import Report
from core.text import N_


def compute(question: Question, settings: AtLayer, report: Report) -> Found:
    """Add gradient times activation up over channels, place by place; keep what speaks for the target."""
    taken = view(question, settings, report)
    return taken.found(relevance(taken))


def relevance(taken: LayerView) -> Float32[np.ndarray, "bands places"]:
    """max(0, sum over channels of gradient x activation); bands are not averaged."""
    return np.maximum((taken.gradient * taken.activation).sum(-1), 0)


METHOD = Method(
    name="hirescam",
    title="HiResCAM",
    summary=N_("Shows where a layer holds what speaks for it; every pitch and moment counts by itself."),
    kind="maps",
    rank=30,
    settings=AtLayer,
    signed=False,
    compute=compute,
    unfit=unfit,
    source="Draelos & Carin 2020",
    caution=N_("It shows one layer. Later layers see far around each place, so that their maps can point beside it."),
)
