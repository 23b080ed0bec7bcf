"""The last blocks learn together with the head; everything before them stays as it is (Pasad et al. 2021 say why)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.finetuning.strategy import Strategy
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil

HEAD = 40.0  # the new head learns so much faster than what was learned before


@dataclass(frozen=True)
class LastLayersOptions:
    """How many blocks learn, counted from the last."""

    blocks: int = setting(2, N_("Layers that learn"), N_("Counted from the last one."), least=1, most=48)


def misfit(family: "Family", config: Any) -> str:
    """Every model has blocks."""
    return ""


def attach(pupil: "Pupil", options: LastLayersOptions) -> None:
    """Nothing has to be added."""


def learns(pupil: "Pupil", options: LastLayersOptions) -> list[dict[str, Any]]:
    """The head, and whole blocks at the end of the encoder with the norm after them, at a lower rate."""
    from core.finetuning.blocks import last_blocks

    module: Any = pupil.module
    blocks = [part for block in last_blocks(pupil, options.blocks) for part in block.parameters()]
    return [{"params": list(module.head.parameters()), "lr": HEAD}, {"params": blocks}]


def nothing_to_fold(pupil: "Pupil") -> bool:
    """The blocks are the model's own."""
    return True


STRATEGY = Strategy(
    name="last_layers",
    title=N_("Last layers"),
    summary=N_("The last layers of the model learn together with the head; the first ones stay as they are."),
    options=LastLayersOptions,
    learning_rate=5e-5,
    rank=5,
    misfit=misfit,
    attach=attach,
    learns=learns,
    fold=nothing_to_fold,
)
