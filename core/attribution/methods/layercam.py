"""LayerCAM: what a layer keeps at each place, weighed by what would raise the score there."""

import numpy as np
from jaxtyping import Float32

from core.attribution.layer_maps import AtLayer, LayerView, unfit, view
from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.progress import Report
from core.text import N_


def compute(question: Question, settings: AtLayer, report: Report) -> Found:
    """Weigh every number of a layer by its gradient where that is positive, and add up over channels."""
    taken = view(question, settings, report)
    return taken.found(relevance(taken))


def relevance(taken: LayerView) -> Float32[np.ndarray, "bands places"]:
    """max(0, sum over channels of max(0, gradient) x activation); bands are not averaged."""
    return np.maximum((np.maximum(taken.gradient, 0) * taken.activation).sum(-1), 0)


METHOD = Method(
    name="layercam",
    title="LayerCAM",
    summary=N_("Shows where a layer holds what would speak for it if there were more of it."),
    kind="maps",
    rank=31,
    settings=AtLayer,
    signed=False,
    compute=compute,
    unfit=unfit,
    source="Jiang et al. 2021",
    caution=N_("It leaves out everything that speaks against it, so it marks more than the model went by."),
)
