"""A recurrent head on the frozen encoder, which hears in which order things come; then both learn together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.finetuning.strategy import Strategy
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil

ENCODER = 0.02  # of the head's learning rate: the encoder knows much already


@dataclass(frozen=True)
class RecurrentOptions:
    """What the head is, which layer it hears, and whether the encoder learns with it in the end.

    together  epochs at the end of the run in which the last blocks learn as well
    blocks    how many of them
    """

    cell: Literal["gru", "lstm"] = setting("gru", N_("Kind"), N_("A GRU is smaller; an LSTM remembers longer."))
    width: int = setting(64, N_("Width"), N_("Numbers that it remembers, in each direction."), least=4, most=512)
    layer: Literal["two thirds", "last"] = setting(
        "two thirds", N_("Layer it hears"), N_("Two thirds up, where many models know speech best, or the last.")
    )
    together: int = setting(
        0, N_("Epochs together"), N_("At the end, the model's upper blocks learn as well; 0: never."), least=0, most=50
    )
    blocks: int = setting(
        2, N_("Blocks that learn then"), N_("Counted down from the layer it hears; 0 is all of them."), least=0, most=48
    )


def fits_every_model(family: "Family", config: Any) -> str:
    """Every model can be used."""
    return ""


def attach(pupil: "Pupil", options: RecurrentOptions) -> None:
    """Put the recurrent head in place of the linear one."""
    from core.finetuning.heads.recurrent_head import RecurrentHead

    module: Any = pupil.module
    # the linear head reads all layers that are laid out alike, in order
    layers, dropout = module.head.reads, module.head.dropout.p
    layer = layers[-1] if options.layer == "last" else layers[round(2 / 3 * (len(layers) - 1))]
    width = pupil.family.shape(module.base.config).width
    device = next(module.base.parameters()).device
    head = RecurrentHead(layer, width, len(pupil.labels), options.cell, options.width, dropout)
    module.head = head.to(device)


def learns(pupil: "Pupil", options: RecurrentOptions) -> list[dict[str, Any]]:
    """The head learns."""
    module: Any = pupil.module
    return [{"params": list(module.head.parameters()), "lr": 1.0}]


def joins(pupil: "Pupil", options: RecurrentOptions) -> tuple[int, list[dict[str, Any]]]:
    """The blocks below the layer that the head hears join at the end, and learn slowly."""
    from core.finetuning.blocks import blocks_of

    module: Any = pupil.module
    below = blocks_of(pupil)[: module.head.reads[-1]]
    parts = [part for block in below[-options.blocks :] for part in block.parameters()]
    return options.together, [{"params": parts, "lr": ENCODER}]


def nothing_to_fold(pupil: "Pupil") -> bool:
    """Transformers has no classifier with such a head, so it is kept beside the encoder."""
    return False


STRATEGY = Strategy(
    name="recurrent",
    title=N_("Recurrent head"),
    summary=N_("A small network that hears the frames in their order learns; the model itself stays, or joins later."),
    options=RecurrentOptions,
    learning_rate=3e-3,
    rank=1,
    misfit=fits_every_model,
    attach=attach,
    learns=learns,
    fold=nothing_to_fold,
    stored="frames",
    joins=joins,
)
