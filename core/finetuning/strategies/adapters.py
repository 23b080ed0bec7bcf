"""Other small parts of peft beside LoRA, all of which can be merged into the plain weights exactly."""

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Any, Literal

from core.finetuning.strategies.lora import misfit
from core.finetuning.strategy import Strategy
from core.setting import setting
from core.text import N_

if TYPE_CHECKING:
    from peft import PeftConfig

    from core.finetuning.pupil import Pupil

HEAD = 2.0  # the new head learns faster than what changes the encoder
LARGEST_ROTATION = 32  # numbers that one block of OFT turns together, at most


@dataclass(frozen=True)
class AdapterOptions:
    """Which kind, and how large.

    kind    scale: one factor per key and per value, (IA)³ (Liu et al. 2022); hadamard: product of two changes of low
            rank, LoHa (Hyeon-Woo et al. 2022); kronecker: LoKr (Yeh et al. 2024); rotation: OFT (Qiu et al. 2023)
    rank    of hadamard and kronecker
    blocks  how many blocks change, counted from the last; 0: all
    """

    kind: Literal["scale", "hadamard", "kronecker", "rotation"] = setting(
        "scale",
        N_("Kind of change"),
        N_("Scale keys and values; add products of thin matrices (Hadamard, Kronecker); or turn what goes in."),
    )
    rank: int = setting(8, N_("Rank"), N_("For the products: how many directions can change."), least=1, most=64)
    blocks: int = setting(0, N_("Blocks that change"), N_("Counted from the last; 0 is all of them."), least=0, most=48)


def attach(pupil: "Pupil", options: AdapterOptions) -> None:
    """Put the parts on keys and values, or on queries and values; each begins by changing nothing."""
    from core.finetuning.projections import KEY, QUERY, VALUE, named, put_on, widths

    first = KEY if options.kind == "scale" else QUERY
    names = named(pupil, first + VALUE, options.blocks)
    put_on(pupil, _config(options, names, gcd(*widths(pupil, names))))


def _config(options: AdapterOptions, names: list[str], width: int) -> "PeftConfig":
    from peft import IA3Config, LoHaConfig, LoKrConfig, OFTConfig

    if options.kind == "scale":
        return IA3Config(target_modules=names, feedforward_modules=[])
    if options.kind == "hadamard":
        return LoHaConfig(target_modules=names, r=options.rank, alpha=options.rank)
    if options.kind == "kronecker":
        return LoKrConfig(target_modules=names, r=options.rank, alpha=options.rank)
    block = max(size for size in range(1, LARGEST_ROTATION + 1) if width % size == 0)
    # not the cheaper Neumann series, with which the rotation would be none
    return OFTConfig(target_modules=names, r=0, oft_block_size=block, use_cayley_neumann=False)


def learns(pupil: "Pupil", options: AdapterOptions) -> list[dict[str, Any]]:
    """The parts and the head learn."""
    from core.finetuning.projections import of_head, parts

    return [{"params": parts(pupil), "lr": 1.0}, {"params": of_head(pupil), "lr": HEAD}]


def fold(pupil: "Pupil") -> bool:
    """Merge the parts into the weights."""
    from core.finetuning.projections import merge

    return merge(pupil)


STRATEGY = Strategy(
    name="adapters",
    title=N_("Other adapters"),
    summary=N_("Attention is scaled, turned or changed by a few numbers; fewer than with LoRA, or of another kind."),
    options=AdapterOptions,
    learning_rate=5e-3,
    rank=3,
    misfit=misfit,
    attach=attach,
    learns=learns,
    fold=fold,
)
