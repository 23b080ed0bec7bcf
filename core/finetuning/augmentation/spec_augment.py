"""SpecAugment (Park et al. 2019): stretches of time and bands of frequency are left out.

On log-mel inputs, as published: a masked cell gets the clip's mean. On waveforms, for models that start from those,
the same holes are cut into the sound: silence for a stretch of time, a band-stop filter for a band.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.finetuning.augmentation import Augmentation, Batch
from core.mel import hertz, mel
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    import torch

SHIFT = 0.010  # seconds between rows of log-mel, where the extractor does not say


@dataclass(frozen=True)
class SpecAugmentOptions:
    """How many holes, and how large at most: a share of the clip, a share of the bands (in mel)."""

    masks: int = setting(2, N_("Holes of each kind"), N_("In time, and in frequency."), least=0, most=8)
    time: float = setting(0.1, N_("Longest hole"), N_("As a share of the sound."), least=0.0, most=0.5)
    bands: float = setting(0.15, N_("Widest hole"), N_("As a share of all frequency bands."), least=0.0, most=0.5)


def apply(
    inputs: "dict[str, torch.Tensor]", options: SpecAugmentOptions, batch: Batch, generator: "torch.Generator"
) -> "dict[str, torch.Tensor]":
    """Cut holes into the inputs of a model: log-mel (batch, ..., rows, bins) in any order, or waveforms."""
    name = next(name for name in ("input_features", "input_values") if name in inputs)
    cut = _cut_waveforms if inputs[name].dim() == 2 else _cut_spectrograms
    return {**inputs, name: cut(inputs[name], options, batch, generator)}


def _cut_waveforms(
    samples: "torch.Tensor", options: SpecAugmentOptions, batch: Batch, generator: "torch.Generator"
) -> "torch.Tensor":
    import torch

    changed = samples.clone()
    for row, count in enumerate(batch.counts):
        sound = samples[row, :count]
        for low, high in holes(options.masks, options.bands, generator):
            sound = band_stopped(sound, low, high, batch.sample_rate)
        quiet = torch.zeros(count, dtype=torch.bool)
        for start, end in holes(options.masks, options.time, generator):
            quiet[round(start * count) : round(end * count)] = True
        changed[row, :count] = sound.masked_fill(quiet.to(sound.device), 0.0)
    return changed


def band_stopped(sound: "torch.Tensor", low: float, high: float, sample_rate: int) -> "torch.Tensor":
    """Take a band out of a sound (time,); its edges are shares of the mel scale up to half the sample rate."""
    import torch

    top = float(mel(np.array([sample_rate / 2]), "htk")[0])
    bottom, ceiling = (float(value) for value in hertz(np.array([low, high]) * top, "htk"))
    frequency = torch.fft.rfftfreq(len(sound), 1 / sample_rate, device=sound.device)
    hole = (frequency >= bottom) & (frequency < ceiling)
    return torch.fft.irfft(torch.fft.rfft(sound).masked_fill(hole, 0), n=len(sound))


def _cut_spectrograms(
    values: "torch.Tensor", options: SpecAugmentOptions, batch: Batch, generator: "torch.Generator"
) -> "torch.Tensor":
    import torch

    bins = number_of_bins(batch.extractor)
    upright = values.shape[-1] % bins or values.shape[-1] // bins > 2  # (…, bins, rows): Whisper; else (…, rows, bins)
    laid = values.transpose(-1, -2) if upright else values
    rows, joined = laid.shape[-2], laid.shape[-1] // bins
    changed = laid.clone()
    for clip, count in enumerate(batch.counts):
        place, real = _places(rows, joined, count, batch)
        hidden = torch.zeros(rows, bins, dtype=torch.bool)
        for start, end in holes(options.masks, options.time, generator):
            hidden[(place >= round(start * real)) & (place < round(end * real))] = True
        for low, high in holes(options.masks, options.bands, generator):
            hidden[:, round(low * bins) : round(high * bins)] = True
        mean = laid[clip, ..., : min(real, rows), :].mean()
        changed[clip].masked_fill_(hidden.repeat(1, joined).to(values.device), mean)
    return changed.transpose(-1, -2) if upright else changed


def number_of_bins(extractor: Any) -> int:
    """Count the mel bands that an extractor makes."""
    return int(getattr(extractor, "num_mel_bins", 0) or extractor.feature_size)


def _places(rows: int, joined: int, count: int, batch: Batch) -> "tuple[torch.Tensor, int]":
    """Tell which row of the clip each row shows, and how many the clip has.

    An extractor may join neighbouring rows. CLAP's repeats a short clip, and a hole has to be in every repetition.
    """
    import torch

    hop = getattr(batch.extractor, "hop_length", None) or round(SHIFT * batch.sample_rate)
    real = min(max(-(-count // (hop * joined)), 1), rows)
    place = torch.arange(rows)
    if getattr(batch.extractor, "padding", "") == "repeatpad":
        place = place * hop * joined % count // (hop * joined)
    return place, real


def holes(number: int, largest: float, generator: "torch.Generator") -> list[tuple[float, float]]:
    """Draw where holes begin and end, as shares; how large and where are both drawn evenly, as published."""
    import torch

    drawn = torch.rand(number, 2, generator=generator).tolist()
    sizes = [(size * largest, place) for size, place in drawn]
    return [(place * (1 - size), place * (1 - size) + size) for size, place in sizes]


AUGMENTATION = Augmentation(
    name="spec_augment",
    title=N_("SpecAugment"),
    summary=N_("Leaves out short stretches of time and bands of frequency, so that no single one is relied on."),
    kind="features",
    options=SpecAugmentOptions,
    apply=apply,
)
