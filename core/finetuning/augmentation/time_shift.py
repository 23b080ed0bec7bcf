"""The same sound a little earlier or later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.finetuning.augmentation import Augmentation, Batch
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class TimeShiftOptions:
    """How far, in seconds, at most, and what comes in at the open end."""

    seconds: float = setting(
        0.1, N_("Farthest shift (seconds)"), N_("Earlier or later, at most; never more than half the sound."),
        least=0.0, most=5.0,
    )  # fmt: skip
    fill: Literal["silence", "roll"] = setting(
        "silence", N_("At the open end"), N_("Silence, or what went out at the other end.")
    )


def apply(
    samples: "torch.Tensor", options: TimeShiftOptions, batch: Batch, generator: "torch.Generator"
) -> "torch.Tensor":
    """Shift each clip (batch, time) within its own samples; what goes out is lost, or comes in again (roll)."""
    import torch

    changed = samples.clone()
    for row, count in enumerate(batch.counts):
        most = min(round(options.seconds * batch.sample_rate), count // 2)
        by = int(torch.randint(-most, most + 1, (1,), generator=generator))
        changed[row, :count] = shifted(samples[row, :count], by, options.fill)
    return changed


def shifted(sound: "torch.Tensor", by: int, fill: str = "silence") -> "torch.Tensor":
    """Move a sound (time,) by a number of samples, later where that is positive."""
    import torch

    rolled = torch.roll(sound, by)
    if fill == "silence" and by:
        rolled[slice(0, by) if by > 0 else slice(by, None)] = 0
    return rolled


AUGMENTATION = Augmentation(
    name="time_shift",
    title=N_("Time shift"),
    summary=N_("Moves the sound a little earlier or later, so that its place in time does not matter."),
    kind="waveform",
    options=TimeShiftOptions,
    apply=apply,
)
