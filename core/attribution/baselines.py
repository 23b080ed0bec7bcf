"""What a sound is compared with: an input in which nothing happens, with a name that is shown."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.question import Question
from core.setting import setting
from core.text import N_, _

Baseline = Literal["usual", "mean", "quietest", "silence", "zeros"]
NAMES = {
    "mean": N_("the mean spectrum of this sound, held all the time"),
    "quietest": N_("the quietest value of this sound, everywhere"),
    "silence": N_("silence"),
    "zeros": N_("zeros"),
}
FLAT = {"mean": N_("the mean of this sound, held all the time"), "quietest": N_("zeros"), "zeros": N_("silence")}


@dataclass(frozen=True)
class Compared:
    """Settings of a method that explains how a sound differs from a baseline."""

    baseline: Literal["usual", "mean", "quietest", "silence", "zeros"] = setting(
        "usual",
        N_("Compare with"),
        N_("What counts as nothing; the answer depends on it. Usual: the mean spectrum, or zeros for a waveform."),
    )


def baseline_of(question: Question, kind: Baseline) -> Float[Tensor, "one ..."]:
    """Build the input that the clip is compared with, shaped like ``question.values``; padding stays as it is.

    The mean is taken per band over the clip in what the model is given, for spectrograms in the log domain.
    """
    chosen, plane, values = _chosen(question, kind), question.plane, question.values
    if chosen == "silence":
        return question.encode([np.zeros_like(question.samples)])
    laid = plane.place(values)
    if chosen == "mean":
        # in double precision, so that what is constant is its own mean
        level = laid.cpu().double().mean(-1, keepdim=True).to(laid)
    elif chosen == "quietest" and not plane.waveform:
        level = laid.min()
    else:
        level = laid.new_zeros(())
    return plane.fill(values, level.expand_as(laid))


def told_of_baseline(question: Question, kind: Baseline) -> str:
    """Say in a sentence what the clip was compared with."""
    chosen = _chosen(question, kind)
    names = {**NAMES, **FLAT} if question.plane.waveform else NAMES
    return _("Compared with {baseline}.").format(baseline=_(names[chosen]))


def completeness_error(question: Question, found: Float[Tensor, "one ..."], owed: float, least: float = 1e-9) -> float:
    """Say how far relevance shaped like the input is from adding up to ``owed``, as a share of it.

    |sum - owed| / |owed| (Sundararajan et al. 2017), over what covers the clip.
    """
    total = float(question.plane.place(found).sum(dtype=torch.float64))
    return abs(total - owed) / max(abs(owed), least)


def _chosen(question: Question, kind: Baseline) -> str:
    if kind == "usual":
        return "zeros" if question.plane.waveform else "mean"
    return kind
