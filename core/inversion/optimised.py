"""Look for a sound that a layer cannot tell from the given one: gradient steps on the model's own input."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from core.errors import MethodError
from core.inversion.inversion import alike
from core.progress import Report, Step, silent
from core.text import _

TINY = 1e-12

Listen = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Search:
    """How to look.

    steps  of Adam (Kingma & Ba 2015)
    rate   of a step, in standard deviations of the true input
    rough  weight of the total variation, which holds back what jumps from cell to cell
    seed   of the noise that the search begins with
    """

    steps: int = 300
    rate: float = 0.05
    rough: float = 1e-4
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Found:
    """What the search came to.

    values   shaped like the input
    error    squared distance to what the layer said of the true input, as a share of that
    likeness correlation with the true input
    course   error after every step
    """

    values: Float32[np.ndarray, "..."]
    error: float
    likeness: float
    course: tuple[float, ...]


def search(listen: Listen, true: Tensor, settings: Search | None = None, report: Report = silent) -> Found:
    """Minimise ||f(x) - f(x0)||^2 / ||f(x0)||^2 + rough * TV(x) over x, beginning with noise.

    Mahendran & Vedaldi, CVPR 2015.

    listen  f: what the layer says of an input
    true    x0; the last axis is time for waveforms, the last two are bands and columns, in any order, for pictures

    Raises MethodError where the layer says nothing of the true input, CancelledError where ``report`` does.
    """
    settings = settings or Search()
    with torch.no_grad():
        aim = listen(true).detach()
        size = float(aim.square().sum())
    if size < TINY or float(true.std()) < TINY:
        raise MethodError(
            _("This sound is silent to the model: there is nothing to look for."), hint=_("Choose another part of it.")
        )
    middle, spread = float(true.mean()), float(true.std())
    # the search runs in standard deviations, so that one rate suits waves and pictures
    chance = torch.Generator().manual_seed(settings.seed)
    free = (0.1 * torch.randn(true.shape, generator=chance)).to(true).requires_grad_(True)
    steps = torch.optim.Adam([free], lr=settings.rate)
    course = []
    for done in range(settings.steps):
        with torch.enable_grad():
            error = (listen(free * spread + middle) - aim).square().sum() / size
            (gradient,) = torch.autograd.grad(error + settings.rough * _variation(free), free)
        free.grad = gradient
        steps.step()
        course.append(float(error.detach()))
        report(Step(done + 1, settings.steps))
    with torch.no_grad():
        found = free.detach() * spread + middle
        last = float((listen(found) - aim).square().sum()) / size
    values, truth = (tensor.detach().float().cpu().numpy() for tensor in (found, true))
    return Found(values, last, alike(_flat(values), _flat(truth)), tuple(course))


def _flat(values: Float32[np.ndarray, "..."]) -> Float32[np.ndarray, "rows one"]:
    return values.reshape(-1, 1)


def _variation(values: Tensor) -> Tensor:
    """Mean distance of neighbours: over time in a wave, over time and frequency in a picture."""
    found = values.diff(dim=-1).abs().mean()
    return found + values.diff(dim=-2).abs().mean() if values.ndim > 2 else found
