"""Only a linear head learns, on a learned mixture of the layers; the encoder runs once per sound."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.finetuning.strategy import Strategy
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil


@dataclass(frozen=True)
class LinearOptions:
    """Which layers the head reads."""

    layers: Literal["weighted", "last"] = setting(
        "weighted", N_("Layers that the head reads"), N_("A learned mixture of all layers, or the last layer only.")
    )


def fits_every_model(family: "Family", config: Any) -> str:
    """Every model can be used."""
    return ""


def attach(pupil: "Pupil", options: LinearOptions) -> None:
    """Put on a head that reads the last layer only, where that is asked for."""
    if options.layers == "last":
        from core.finetuning.pupils import head_for

        module: Any = pupil.module
        dropout = module.head.dropout.p
        module.head = head_for(module.call, module.base, len(pupil.labels), dropout, last_only=True)


def learns(pupil: "Pupil", options: LinearOptions) -> list[dict[str, Any]]:
    """Only the head learns."""
    module: Any = pupil.module
    return [{"params": list(module.head.parameters())}]


def nothing_to_fold(pupil: "Pupil") -> bool:
    """The encoder is as it was, so nothing has to be merged."""
    return True


STRATEGY = Strategy(
    name="linear",
    title=N_("Linear head"),
    summary=N_("Only a thin layer on top learns; the model itself stays as it is. By far the fastest."),
    options=LinearOptions,
    learning_rate=1e-2,
    rank=0,
    misfit=fits_every_model,
    attach=attach,
    learns=learns,
    fold=nothing_to_fold,
    stored="pooled",
)
