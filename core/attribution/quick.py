"""The method that explains at the cost of one pass, for looking at many models or many sounds."""

from core.attribution.method import Method
from core.attribution.methods import methods
from core.attribution.target import Target
from core.loading import LoadedModel

MOST = 2  # passes, forward and back together
KINDS = ("relevance", "gradients")


def quick(model: LoadedModel, target: Target, seconds: float) -> Method | None:
    """Choose the best signed method that fits the model and costs hardly more than one pass; None where none fits."""
    for method in methods().values():
        settings = method.settings()
        cost = method.passes(model, seconds, 0, settings)
        cheap = cost.forward + cost.back <= MOST
        if method.signed and cheap and method.kind in KINDS and not method.unfit(model, target, settings):
            return method
    return None
