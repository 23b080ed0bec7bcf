"""The whole model learns, but for the convolutions on the waveform (Baevski et al. 2020 freeze them as well)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.finetuning.strategy import Strategy
from core.text import N_

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil

HEAD = 100.0  # the new head learns so much faster than what was learned before


@dataclass(frozen=True)
class FullOptions:
    """Nothing to choose."""


def misfit(family: "Family", config: Any) -> str:
    """Every model can be used."""
    return ""


def attach(pupil: "Pupil", options: FullOptions) -> None:
    """Nothing has to be added."""


def learns(pupil: "Pupil", options: FullOptions) -> list[dict[str, Any]]:
    """The head, and the encoder at a lower rate."""
    from core.finetuning.blocks import without_front_end

    module: Any = pupil.module
    return [{"params": list(module.head.parameters()), "lr": HEAD}, {"params": without_front_end(module.base)}]


def nothing_to_fold(pupil: "Pupil") -> bool:
    """All weights are the model's own."""
    return True


STRATEGY = Strategy(
    name="full",
    title=N_("Whole model"),
    summary=N_("Everything learns. It needs the most time and sounds, and forgets the most of what it knew."),
    options=FullOptions,
    learning_rate=2e-5,
    rank=9,
    misfit=misfit,
    attach=attach,
    learns=learns,
    fold=nothing_to_fold,
)
