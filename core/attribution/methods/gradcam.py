"""Grad-CAM: the channels of a layer, each weighed by how the score depends on it on average."""

import numpy as np
from jaxtyping import Float32

from core.attribution.layer_maps import AtLayer, LayerView, unfit, view
from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.progress import Report
from core.text import N_


def compute(question: Question, settings: AtLayer, report: Report) -> Found:
    """Add the channels up, each times its mean gradient over all places; keep what speaks for the target."""
    taken = view(question, settings, report)
    return taken.found(relevance(taken))


def relevance(taken: LayerView) -> Float32[np.ndarray, "bands places"]:
    """max(0, sum over channels of the mean gradient over bands and places x activation)."""
    return np.maximum(taken.activation @ taken.gradient.mean((0, 1)), 0)


METHOD = Method(
    name="gradcam",
    title="Grad-CAM",
    summary=N_("Shows where a layer holds what speaks for it, after weighing each channel by its mean importance."),
    kind="maps",
    rank=32,
    settings=AtLayer,
    signed=False,
    compute=compute,
    unfit=unfit,
    source="Selvaraju et al. 2017",
    caution=N_(
        "Made for photos: it averages over all pitches, as if a high tone meant the same as a low one. For sound it "
        "points beside more often than HiResCAM and LayerCAM, which do not average."
    ),
)
