"""Small models that say something, questions to ask them, and what a method must leave as it was."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch

from core.attribution.attribution import Attribution
from core.attribution.method import Method, attribute
from core.attribution.methods import methods
from core.attribution.target import Target
from core.clip import Clip
from core.loading import LoadedModel
from core.progress import Report, Step, silent
from core.segments import Segment, windows
from models import FAMILIES
from tests.contracts.small_models import ONE_EACH, STABLE, Small, noise

SECONDS, PIECES = 0.4, 3
# settings that change how long a method takes, not what it does
CHEAP: Mapping[str, Mapping[str, Any]] = {
    "integrated-gradients": {"first_steps": 2, "most_steps": 6},
    "smoothgrad": {"samples": 3},
    "kernel-shap": {"samples": 16},
    "time-frequency-occlusion": {"seconds": 0.2, "bands": 2},
}
SAYING = (
    *(small for small in ONE_EACH if small.family.ctc or small.family.classifier),
    Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE),
)
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
PATCHABLE = ("gelu", "relu", "silu", "softmax", "layer_norm", "linear", "scaled_dot_product_attention", "conv1d")


def cheap(method: Method) -> Any:
    """Build settings that make a method quick."""
    known = {field.name for field in fields(method.settings)}
    return method.settings(**{key: value for key, value in CHEAP.get(method.name, {}).items() if key in known})


def target_of(model: LoadedModel, against: int | None = None) -> Target:
    """Ask for something that the model says: class 1, or symbol 1 over the first two frames."""
    return Target(1, against, (0, 2) if model.card.speaks else None)


def pieces_of(model: LoadedModel, clip: Clip, count: int = PIECES) -> tuple[Segment, ...]:
    """Cut a clip into equal windows of the frames of a model."""
    grid = model.family.grids(model.module, model.extractor, model.samples(clip).size)[0]
    return windows(grid.time, clip.seconds, count)


def explained(
    model: LoadedModel,
    method: Method,
    clip: Clip | None = None,
    against: int | None = None,
    settings: Any = None,
    report: Report = silent,
) -> Attribution:
    """Explain noise, or another clip."""
    clip = clip or noise(SECONDS)
    settings = settings or cheap(method)
    return attribute(model, clip, method, target_of(model, against), settings, pieces_of(model, clip), report)


def fitting() -> Iterator[tuple[str, Small]]:
    """Pair every method with every small model; which of them fit is known when the model is loaded."""
    for name in methods():
        for small in SAYING:
            yield name, small


def state(module: torch.nn.Module) -> dict[str, Any]:
    """Take down everything about a model, and about torch, that a method could leave changed."""
    parts = dict(module.named_modules())
    return {
        "weights": {name: (part.clone(), part.data_ptr()) for name, part in module.state_dict().items()},
        "wanted gradients": {name: part.requires_grad for name, part in module.named_parameters()},
        "gradients": [name for name, part in module.named_parameters() if part.grad is not None],
        "training": {name: part.training for name, part in parts.items()},
        "hooks": {name: [len(getattr(part, kind) or ()) for kind in HOOKS] for name, part in parts.items()},
        "attributes": {name: sorted(vars(part)) for name, part in parts.items()},
        "classes": {name: (type(part), type(part).forward) for name, part in parts.items()},
        "functions": [getattr(torch.nn.functional, name) for name in PATCHABLE],
        "attention": getattr(module.config, "_attn_implementation", None),
        "chance": (torch.random.get_rng_state().numpy().tobytes(), np.random.get_state()[1].tobytes()),
        "switches": (torch.is_grad_enabled(), torch.get_num_threads(), torch.get_default_dtype()),
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name what is no longer as it was."""
    weights = before["weights"].keys() == after["weights"].keys() and all(
        torch.equal(value, after["weights"][name][0]) and place == after["weights"][name][1]
        for name, (value, place) in before["weights"].items()
    )
    changed = [key for key in before if key != "weights" and before[key] != after[key]]
    return changed if weights else [*changed, "weights"]


@dataclass(frozen=True)
class Ran:
    """One explanation and what could be seen from outside while it was made.

    steps  of progress, in order; heard  clips that went through the model; changed  what was left otherwise
    """

    attribution: Attribution
    steps: tuple[Step, ...]
    heard: int
    changed: list[str]


def run(model: LoadedModel, method: Method) -> Ran:
    """Explain noise and watch."""
    steps: list[Step] = []
    explained(model, method)  # what a model keeps for its next pass, such as positions, is kept now
    before = state(model.module)
    with counting(model.module) as heard:
        found = explained(model, method, report=steps.append)
    return Ran(found, tuple(steps), sum(heard), differences(before, state(model.module)))


@contextmanager
def counting(module: torch.nn.Module) -> Iterator[list[int]]:
    """Take down how many clips go through a model at each pass."""
    heard: list[int] = []

    def count(_part: object, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        values = [value for value in (*arguments, *named.values()) if isinstance(value, torch.Tensor)]
        heard.append(len(values[0]))

    hook = module.register_forward_pre_hook(count, with_kwargs=True)
    try:
        yield heard
    finally:
        hook.remove()


@contextmanager
def breaking(module: torch.nn.Module, fault: Callable[..., object], backward: bool) -> Iterator[None]:
    """Let the head of a model fail, on the way there or on the way back."""

    def fail(_part: object, _inputs: object, output: torch.Tensor) -> None:
        if not backward:
            fault()
        elif output.requires_grad:
            output.register_hook(fault)

    head = [part for part in module.modules() if isinstance(part, torch.nn.Linear)][-1]
    hook = head.register_forward_hook(fail)
    try:
        yield
    finally:
        hook.remove()


def quiet(clip: Clip) -> Clip:
    """Make a silent clip as long as another."""
    return replace(clip, samples=np.zeros_like(clip.samples))
