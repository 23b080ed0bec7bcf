"""Noise at a chosen distance below the sound: white, pink, or the babble of other clips."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.finetuning.augmentation import Augmentation, Batch
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    import torch

FRAME = 0.020  # seconds over which power is measured
ACTIVE = 30.0  # dB below its loudest frame, down to which a frame counts as sound and not as a pause
VOICES = 5  # clips that babble together, at most


@dataclass(frozen=True)
class NoiseOptions:
    """How loud and of which kind; ``least`` and ``most`` are signal-to-noise ratios in dB, ``share`` is of clips."""

    least: float = setting(5.0, N_("Least distance (dB)"), N_("How far the loudest noise stays below the sound."))
    most: float = setting(25.0, N_("Most distance (dB)"), N_("How far the quietest noise stays below the sound."))
    kind: Literal["any", "white", "pink", "babble"] = setting(
        "any", N_("Kind of noise"), N_("White hisses, pink rushes, babble is made of the other clips.")
    )
    share: float = setting(0.5, N_("Share of sounds"), N_("How many get noise."), least=0.0, most=1.0)


def apply(samples: "torch.Tensor", options: NoiseOptions, batch: Batch, generator: "torch.Generator") -> "torch.Tensor":
    """Add noise to some of the clips (batch, time); silence and padding stay as they are."""
    import torch

    changed = samples.clone()
    low, high = sorted((options.least, options.most))
    for row, count in enumerate(batch.counts):
        chance, place, pick = torch.rand(3, generator=generator).tolist()
        if chance >= options.share:
            continue
        kind = options.kind if options.kind != "any" else ("white", "pink", "babble")[int(pick * 3)]
        added = noise(kind, count, voices(samples, row, batch), generator)
        changed[row, :count] += gain(samples[row, :count], added, low + place * (high - low), batch.sample_rate) * added
    return changed


def voices(samples: "torch.Tensor", row: int, batch: Batch) -> "list[torch.Tensor]":
    """List the sounds beside clip ``row`` that are not silent, (time,) each."""
    beside = [samples[other, :count] for other, count in enumerate(batch.counts) if other != row]
    return [sound for sound in beside if bool(sound.any())]


def noise(kind: str, count: int, others: "list[torch.Tensor]", generator: "torch.Generator") -> "torch.Tensor":
    """Make noise, (count,). Babble where there is no other sound is pink noise instead."""
    import torch

    if kind == "babble" and others:
        order = torch.randperm(len(others), generator=generator)[:VOICES].tolist()
        return _babble([others[at] for at in order], count, generator)
    white = torch.randn(count, generator=generator)
    if kind == "white":
        return white
    spectrum = torch.fft.rfft(white)
    # the power of pink noise falls with the frequency; its constant part is left out
    spectrum *= torch.arange(len(spectrum)).clamp_min(1).rsqrt() * (torch.arange(len(spectrum)) > 0)
    return torch.fft.irfft(spectrum, n=count)


def _babble(sounds: "list[torch.Tensor]", count: int, generator: "torch.Generator") -> "torch.Tensor":
    """Add clips up, equally strong, each repeated from a moment of its own."""
    import torch

    total = torch.zeros(count)
    for voice in sounds:
        start = int(torch.randint(len(voice), (1,), generator=generator))
        place = (torch.arange(count) + start) % len(voice)
        total += (voice / voice.square().mean().sqrt())[place]
    return total


def gain(sound: "torch.Tensor", added: "torch.Tensor", ratio: float, sample_rate: int) -> float:
    """Say how much to multiply noise by for a signal-to-noise ratio in dB: sqrt(Ps / (Pn 10^(ratio/10)))."""
    inside = float(active_power(sound, sample_rate))
    outside = float(added.double().square().mean())
    return (inside / (outside * 10 ** (ratio / 10))) ** 0.5 if inside and outside else 0.0


def active_power(sound: "torch.Tensor", sample_rate: int) -> "torch.Tensor":
    """Average the power of the frames in which something sounds; pauses would make the sound seem quieter."""
    size = min(max(round(FRAME * sample_rate), 1), len(sound))
    power = sound.double().unfold(0, size, size).square().mean(1)
    return power[power >= power.max() * 10 ** (-ACTIVE / 10)].mean()


AUGMENTATION = Augmentation(
    name="noise",
    title=N_("Noise"),
    summary=N_("Adds hiss, rush or babble, as loud as it may be in daily life."),
    kind="waveform",
    options=NoiseOptions,
    apply=apply,
)
