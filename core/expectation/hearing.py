"""One pass with some frames masked: what the model predicts, and what the frames really are in its own codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from core.clip import Clip
from core.errors import MethodError
from core.text import _
from core.timeline import TimeAxis
from core.trace import told

if TYPE_CHECKING:
    import torch

    from core.loading import LoadedModel


@dataclass(frozen=True, eq=False)
class Heard:
    """What one pass gave, on the frames of ``time``.

    masked       whether a frame was masked
    predicted    projected output of the last block
    targets      projected codes of what was really heard there; masking does not touch them
    codes        the chosen entry of every group of the code book
    temperature  that similarities are divided by
    distractors  how many the model learned with
    """

    time: TimeAxis
    masked: Bool[np.ndarray, " frames"]
    predicted: Float32[np.ndarray, "frames width"]
    targets: Float32[np.ndarray, "frames width"]
    codes: Int64[np.ndarray, "frames groups"]
    temperature: float
    distractors: int


def unfit(model: "LoadedModel") -> MethodError | None:
    """Say why a model cannot be asked what it expects; None where it can."""
    if model.card.expects:
        return None
    return MethodError(
        _("{name} has no head for masked prediction.").format(name=model.card.title),
        hint=_("Choose a checkpoint from before fine-tuning, such as facebook/wav2vec2-base."),
    )


def frames_of(model: "LoadedModel", clip: Clip) -> TimeAxis:
    """Return where the frames lie that can be masked; ClipError, MethodError where there is nothing to ask."""
    if (refusal := unfit(model)) is not None:
        raise refusal
    with model.exclusive() as module:
        return model.family.grids(module, model.extractor, model.samples(clip).size)[0].time


def listen(model: "LoadedModel", clip: Clip, masked: Bool[np.ndarray, " frames"]) -> Heard:
    """Run the model once with the masked frames replaced by the vector that it learned for them.

    One pass gives both sides: targets are made of the convolutions' output before anything of it is masked.
    MethodError where every frame is masked, or none. Source: Baevski et al. 2020, arXiv:2006.11477.
    """
    import torch

    time = frames_of(model, clip)
    _check(masked, time)
    with told(model.card.title):
        inputs = model.inputs(clip)
    with model.exclusive() as module, torch.no_grad(), _masking(module), choices(module) as chosen:
        where = torch.from_numpy(np.ascontiguousarray(masked))[None]
        with told(model.card.title):
            output = module(**inputs, mask_time_indices=where.to(next(module.parameters()).device))
    config: Any = module.config
    return Heard(
        time, masked, _plain(output.projected_states), _plain(output.projected_quantized_states),
        chosen[0], float(config.contrastive_logits_temperature), int(config.num_negatives),
    )  # fmt: skip


def _check(masked: Bool[np.ndarray, " frames"], time: TimeAxis) -> None:
    if masked.shape != (time.count,):
        raise ValueError(f"{masked.shape} masks {time.count} frames")
    if masked.all() or not masked.any():
        raise MethodError(
            _("Nothing of this sound would be left to hear.") if masked.any() else _("No moment is masked."),
            hint=_("Choose a part that leaves something before or after it, or a longer sound."),
        )


def _plain(values: "torch.Tensor") -> np.ndarray:
    found: np.ndarray = values[0].float().cpu().numpy()
    return found


@contextmanager
def choices(module: Any) -> "Iterator[list[Int64[np.ndarray, 'frames groups']]]":
    """Take down which entry of every group of the code book is chosen in each pass, which no output tells."""
    kept: list[np.ndarray] = []
    groups = module.config.num_codevector_groups

    def take(_part: Any, _given: Any, output: "torch.Tensor") -> None:
        kept.append(output.unflatten(-1, (groups, -1)).argmax(-1)[0].cpu().numpy())

    hook = module.quantizer.weight_proj.register_forward_hook(take)
    try:
        yield kept
    finally:
        hook.remove()


@contextmanager
def _masking(module: Any) -> Iterator[None]:
    """Let masks count also in checkpoints whose configuration switches them off for fine-tuning."""
    before = module.config.apply_spec_augment
    module.config.apply_spec_augment = True
    try:
        yield
    finally:
        module.config.apply_spec_augment = before
