"""Guided erasing: what a model leans on is masked in some copies, so that it has to find other evidence.

After Adversarial Erasing (Wei et al. 2017), on sound: cells of time and frequency are taken out of the sound itself,
with the phase that it had, where the copy's own input times gradient is strongest, or in a fixed band.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float64

from core import audible
from core.finetuning.augmentation import Augmentation, Batch
from core.setting import setting
from core.text import N_
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class GuidedErasingOptions:
    """How many sounds, how much of each, and where.

    low_hz, high_hz  a band that is masked; where ``high_hz`` is 0, what the copy leans on at that moment
    """

    share: float = setting(0.5, N_("Share of the sounds"), N_("How many are masked each time."), least=0.0, most=1.0)
    part: float = setting(
        0.15, N_("Part of each sound"), N_("How much of time and frequency is masked."), least=0.0, most=0.6
    )
    low_hz: float = setting(0.0, N_("Band from (Hz)"), N_("Lower end of a band that is masked."), least=0.0, most=2e4)
    high_hz: float = setting(
        0.0, N_("Band to (Hz)"), N_("Upper end of it; 0 masks what the copy itself leans on."), least=0.0, most=2e4
    )
    filling: Literal["mean", "silence", "noise"] = setting(
        "mean", N_("Filled with"), N_("The sound's own mean spectrum, silence, or noise of that spectrum.")
    )


def apply(
    samples: "torch.Tensor", options: GuidedErasingOptions, batch: Batch, generator: "torch.Generator"
) -> "torch.Tensor":
    """Mask some of the sounds (batch, time)."""
    import torch

    changed = samples.clone()
    chosen = torch.rand(len(samples), generator=generator) < options.share
    for row in torch.nonzero(chosen).flatten().tolist():
        sound = samples[row, : batch.counts[row]].cpu().numpy()
        if options.high_hz > options.low_hz:
            weights, time, edges = band(options.low_hz, options.high_hz, batch.sample_rate)
        elif batch.lean is None:
            continue
        else:
            found = batch.lean(sound)
            weights, time, edges = kept(found.relevance, options.part), found.time, found.edges
        masked = audible.filtered(sound, batch.sample_rate, weights, time, edges, options.filling)
        changed[row, : batch.counts[row]] = torch.from_numpy(masked).to(changed)
    return changed


def band(
    low_hz: float, high_hz: float, rate: int
) -> tuple[Float64[np.ndarray, "bands one"], TimeAxis, tuple[float, ...]]:
    """Weigh three bands, below, in and above the one that is masked: 1, 0 and 1; alike at all times."""
    edges = (0.0, max(low_hz, 1e-6), max(high_hz, 2e-6), max(rate / 2, high_hz + 1))
    return np.array([[1.0], [0.0], [1.0]]), TimeAxis(0.0, 1.0, 1.0, 1), edges


def kept(relevance: Float64[np.ndarray, "bands columns"], part: float) -> Float64[np.ndarray, "bands columns"]:
    """Weigh cells: 0 for the ``part`` of them that speaks most for the answer, as far as it speaks for it; else 1."""
    most = round(part * relevance.size)
    if not most:
        return np.ones_like(relevance)
    least = np.sort(relevance, axis=None)[-most]
    return np.where((relevance >= least) & (relevance > 0), 0.0, 1.0)


AUGMENTATION = Augmentation(
    name="guided_erasing",
    title=N_("Guided erasing"),
    summary=N_("Masks what the copy leans on most, or a band you choose, so that it has to find other evidence too."),
    kind="waveform",
    options=GuidedErasingOptions,
    apply=apply,
)
