"""The frozen convolutions of a recogniser, run once per sound; while it learns, their output stands for the sound."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.dataset.prepared import PreparedSet
from core.errors import ClipError
from core.loading import LoadedModel
from core.progress import Report, Step
from core.text import _

CONVOLUTIONS = "feature_extractor"  # of the encoder, in every family that hears the waveform


@dataclass(frozen=True, eq=False)
class Sound:
    """One sound as the part that learns meets it.

    features  (frames, channels) of the last convolution; the model's own input where it has no convolutions
    length    samples, or frames of the input where it has no convolutions: what a mask counts
    seconds   that it lasts
    """

    features: Float[Tensor, "frames channels"]
    length: int
    seconds: float


class Given(nn.Module):
    """Stands where the convolutions were and hands on what they made before."""

    def forward(self, features: Tensor) -> Tensor:
        """Return what was given."""
        return features


def encoder_of(module: Any) -> Any:
    """Return the encoder inside a recogniser."""
    return getattr(module, module.base_model_prefix)


@torch.no_grad()
def heard(
    model: LoadedModel, module: Any, data: PreparedSet, indices: Sequence[int], report: Report
) -> tuple[dict[int, Sound], dict[int, str]]:
    """Run the convolutions of ``module`` over each sound by itself, so that no padding changes what they say.

    Returns sounds by their place in the set, and for those that the model cannot take the reason.
    """
    convolutions = getattr(encoder_of(module), CONVOLUTIONS, None)
    sounds, refused = {}, {}
    for done, index in enumerate(indices, 1):
        clip = data.clip(index)
        try:
            inputs = model.family.encode(model.extractor, model.samples(clip))
        except ClipError as cause:
            refused[index] = str(cause)
            continue
        values = inputs[module.main_input_name].to(next(module.parameters()))
        sounds[index] = _sound(values, clip.seconds, convolutions)
        report(Step(done, len(indices), _("listening")))
    return sounds, refused


def _sound(values: Tensor, seconds: float, convolutions: nn.Module | None) -> Sound:
    features = values[0] if convolutions is None else convolutions(values)[0].T.contiguous()
    return Sound(features.cpu(), values.shape[1], seconds)


@contextmanager
def given(module: Any) -> Iterator[bool]:
    """Let a recogniser take the output of its convolutions; tells whether it has any. They are back afterwards."""
    encoder = encoder_of(module)
    convolutions = getattr(encoder, CONVOLUTIONS, None)
    if convolutions is None:
        yield False
        return
    setattr(encoder, CONVOLUTIONS, Given())
    try:
        yield True
    finally:
        setattr(encoder, CONVOLUTIONS, convolutions)


@dataclass(frozen=True, eq=False)
class Batch:
    """Sounds of different lengths side by side, zeros after the shorter ones.

    values  (batch, channels, frames) for a model whose convolutions are left out, else (batch, frames, channels)
    mask    (batch, longest length), 1 where there is sound
    """

    values: Float[Tensor, "batch _ _"]
    mask: Int[Tensor, "batch _"]

    def to(self, device: torch.device) -> "Batch":
        """Move it to a device."""
        return Batch(self.values.to(device), self.mask.to(device))


def together(sounds: Sequence[Sound], convolved: bool) -> Batch:
    """Put sounds into one batch."""
    values = nn.utils.rnn.pad_sequence([sound.features for sound in sounds], batch_first=True)
    lengths = torch.tensor([sound.length for sound in sounds])
    mask = (torch.arange(int(lengths.max())) < lengths[:, None]).long()
    return Batch(values.transpose(1, 2) if convolved else values, mask)


def logits(module: Any, batch: Batch) -> tuple[Float[Tensor, "batch frames symbols"], Int[Tensor, " batch"]]:
    """Run a recogniser inside ``given``; returns logits and how many frames of each sound count."""
    written = module(**{module.main_input_name: batch.values, "attention_mask": batch.mask}).logits.float()
    counts = module._get_feat_extract_output_lengths(batch.mask.sum(-1)).long()
    return written, counts.clamp_max(written.shape[1])
