"""What captum computes in place of each method that it has too, on the same model, clip and settings.

Each entry prepares all it can beforehand and hands back a call that does what our method does, its reference included.
"""

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import captum.attr
import numpy as np
import torch
from captum.attr._utils.lrp_rules import EpsilonRule
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.attribution.baselines import baseline_of
from core.attribution.methods.time_frequency_occlusion import tiling
from core.attribution.question import Question
from core.audible import filtered, removed
from core.blocks import blocks_of

Call = Callable[[], Any]
STEPS = 48  # of integrated gradients


class Scores(nn.Module):
    """transformers called as its documentation does, and the score of the target read off."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.network, self.plane, self.target = question.module, question.plane, question.target
        self.others = {name: value for name, value in question.inputs.items() if name != question.plane.name}

    def forward(self, values: Tensor) -> Tensor:
        others = {name: part.expand(len(values), *part.shape[1:]) for name, part in self.others.items()}
        return self.target.score(self.network(**{self.plane.name: values}, **others).logits)


def settings_for(name: str, plain: Any, question: Question) -> Any:
    """Fix what captum has to be told beforehand and our methods find out: steps, and the layer of a map."""
    if name == "integrated-gradients":
        return type(plain)(first_steps=STEPS, most_steps=STEPS)
    if name == "gradcam":
        return type(plain)(layer=_middle(question))
    return plain


def _middle(question: Question) -> int:
    return len(blocks_of(question.model.family, question.module)) // 2


def _at_input(name: str) -> Callable[[Question, Any], Call]:
    def prepare(question: Question, settings: Any) -> Call:
        way, values = getattr(captum.attr, name)(Scores(question)), question.values.clone()
        return lambda: laid(question, way.attribute(values))

    return prepare


def laid(question: Question, found: Tensor) -> np.ndarray:
    """Lay what captum found on bands x columns."""
    return question.plane.place(found.detach())[0].numpy()


def _unsigned(prepare: Callable[[Question, Any], Call]) -> Callable[[Question, Any], Call]:
    def prepared(question: Question, settings: Any) -> Call:
        call = prepare(question, settings)
        return lambda: np.abs(call())

    return prepared


def _integrated(question: Question, settings: Any) -> Call:
    way, values = captum.attr.IntegratedGradients(Scores(question)), question.values.clone()

    def call() -> np.ndarray:
        base = baseline_of(question, settings.baseline)
        found, _delta = way.attribute(
            values, base, n_steps=STEPS, method="riemann_middle", return_convergence_delta=True
        )
        return laid(question, found)

    return call


def _smooth(question: Question, settings: Any) -> Call:
    way, values = captum.attr.NoiseTunnel(captum.attr.Saliency(Scores(question))), question.values.clone()

    def call() -> np.ndarray:
        torch.manual_seed(settings.seed)
        found = way.attribute(
            values, nt_samples=settings.samples, nt_samples_batch_size=question.at_once, abs=False,
            stdevs=float(settings.level * (values.max() - values.min())),
        )  # fmt: skip
        return laid(question, found.abs())

    return call


def _deeplift(question: Question, settings: Any) -> Call:
    way, values = captum.attr.DeepLift(Scores(question)), question.values.clone()

    def call() -> np.ndarray:
        base = baseline_of(question, settings.baseline)
        with _parted(question.module):
            found, _delta = way.attribute(values, base, return_convergence_delta=True)
        return laid(question, found)

    return call


@contextmanager
def _parted(module: nn.Module) -> Iterator[None]:
    """Part ReLUs from the maxima that follow them; else captum loses the rule of the maximum and does not add up."""
    pools = [part for part in module.modules() if isinstance(part, nn.MaxPool2d)]
    hooks = [pool.register_forward_pre_hook(lambda part, given: (given[0].clone(),)) for pool in pools]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _map(question: Question, settings: Any) -> Call:
    layer = blocks_of(question.model.family, question.module)[settings.layer - 1]
    way, values = captum.attr.LayerGradCam(Scores(question), layer), question.values.clone()
    return lambda: way.attribute(values, relu_attributions=True)[0, 0].detach().numpy()


def _kept(question: Question, settings: Any) -> Callable[[Tensor], Tensor]:
    """Score the clip with some of its pieces: rows of ones and zeros."""
    spans = [(piece.start, piece.end) for piece in question.segments]

    def forward(rows: Tensor) -> Tensor:
        gone = [[span for span, kept in zip(spans, row, strict=True) if not kept] for row in rows.bool().tolist()]
        sounds = [removed(question.samples, question.rate, part, settings.filling, settings.seed) for part in gone]
        return question.target.score(question.hear(sounds)).double()

    return forward


def _ablation(question: Question, settings: Any) -> Call:
    forward, count = _kept(question, settings), len(question.segments)
    way = captum.attr.FeatureAblation(forward)
    ones, zeros = torch.ones(1, count), torch.zeros(1, count)

    def call() -> np.ndarray:
        forward(zeros)
        return way.attribute(ones, zeros, perturbations_per_eval=question.at_once)[0].numpy()

    return call


def _shapley(question: Question, settings: Any) -> Call:
    forward, count = _kept(question, settings), len(question.segments)
    way = captum.attr.KernelShap(forward)
    ones, zeros = torch.ones(1, count, dtype=torch.float64), torch.zeros(1, count, dtype=torch.float64)

    def call() -> np.ndarray:
        torch.manual_seed(settings.seed)
        forward(zeros)
        found = way.attribute(ones, zeros, n_samples=settings.samples, perturbations_per_eval=question.at_once)
        return found[0].numpy()

    return call


def _tiles(question: Question, settings: Any) -> Call:
    plan = tiling(question.clip.seconds, question.rate, settings)
    shape = (1, len(plan.edges) - 1, plan.time.count)

    def forward(grids: Tensor) -> Tensor:
        sounds = [
            filtered(
                question.samples, question.rate, grid, plan.time, plan.edges, settings.filling, settings.seed
            )
            for grid in grids.double().numpy()
        ]  # fmt: skip
        return question.target.score(question.hear(sounds)).double()

    way, ones, tile = captum.attr.Occlusion(forward), torch.ones(shape), (plan.size, plan.size)
    return lambda: way.attribute(ones, tile, baselines=0.0, perturbations_per_eval=question.at_once)[0].numpy()


def _relevance(question: Question, settings: Any) -> Call:
    """Run captum's LRP-epsilon on a copy in which each batch norm is part of its convolution, as our rule takes it."""
    merged = copy.deepcopy(question.module)
    for part in merged.modules():
        if isinstance(getattr(part, "norm", None), nn.BatchNorm2d):
            part.convolution, part.norm = fuse_conv_bn_eval(part.convolution, part.norm), nn.Dropout()
    merged.eval()
    sums = [part for part in merged.modules() if isinstance(part, (nn.Conv2d, nn.Linear))]
    way, values = captum.attr.LRP(Scores(question.of(merged))), question.values.clone()

    def call() -> np.ndarray:
        for part in sums:  # captum takes its rules off after each run
            part.rule = EpsilonRule(settings.epsilon)
        return laid(question, way.attribute(values))

    return call


RIVALS: Mapping[str, Callable[[Question, Any], Call]] = {
    "saliency": _at_input("Saliency"),
    "input-x-gradient": _at_input("InputXGradient"),
    "guided-backprop": _unsigned(_at_input("GuidedBackprop")),
    "deconvolution": _unsigned(_at_input("Deconvolution")),
    "integrated-gradients": _integrated,
    "smoothgrad": _smooth,
    "deeplift": _deeplift,
    "gradcam": _map,
    "occlusion": _ablation,
    "kernel-shap": _shapley,
    "time-frequency-occlusion": _tiles,
    "lrp-epsilon": _relevance,
}


def beside(name: str, question: Question, settings: Any) -> Call | None:
    """Prepare what captum computes in place of a method; None where it has nothing like it."""
    if name not in RIVALS:
        return None
    call = RIVALS[name](question, settings)

    def quiet() -> np.ndarray:
        # captum warns of the hooks that it sets
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")
            return call()

    return quiet
