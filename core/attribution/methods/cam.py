"""Class activation map: how much each place of the last layer adds to the score through the one linear layer after."""

from dataclasses import dataclass

from core.attribution.layer_maps import averaged_end, last_layer
from core.attribution.method import Found, Method, Passes, on_grid
from core.attribution.question import Question
from core.attribution.target import Target
from core.errors import MethodError
from core.loading import LoadedModel
from core.progress import Report, Step
from core.text import N_, _

CLOSE = 1e-3  # of the score, by which the map may miss it; more than rounding means that the network does more


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def unfit(model: LoadedModel, target: Target, settings: Settings) -> str:
    """Say why a network does not end as the method takes for granted."""
    if averaged_end(model.module) is None:
        return _("it does not end in a mean over all places and one linear layer.")
    return ""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Weigh the channels of each place by the linear layer, over the number of places.

    The paper's map is this one times the number of places. Divided so, the cells add up to the score less the bias.
    Raises MethodError where they do not: the network then does something else between.
    """
    linear = averaged_end(question.module)
    assert linear is not None, "explain() asks unfit() first"
    activation, grid, score = last_layer(question)
    report(Step(1, 1))
    target, weights, biases = question.target, linear.weight.float().cpu().numpy(), linear.bias.float().cpu().numpy()
    weight, bias = weights[target.index], float(biases[target.index])
    if target.against is not None:
        weight, bias = weight - weights[target.against], bias - float(biases[target.against])
    found = activation @ weight / (activation.shape[0] * activation.shape[1])
    if abs(float(found.sum()) + bias - score) > CLOSE * max(1.0, abs(score)):
        raise MethodError(
            _("This network does more at its end than the class activation map takes for granted."),
            hint=_("Choose HiResCAM."),
        )
    return on_grid(found, grid.time, grid.edges, reference=bias)


METHOD = Method(
    name="cam",
    title=N_("Class activation map (CAM)"),
    summary=N_("Shows how much each place of the last layer adds to the score."),
    kind="maps",
    rank=33,
    settings=Settings,
    signed=True,
    compute=compute,
    passes=lambda model, seconds, pieces, settings: Passes(forward=1),
    unfit=unfit,
    source="Zhou et al. 2016",
    caution=N_("The last layer sees far around each place, so what it marks may have sounded beside it."),
)
