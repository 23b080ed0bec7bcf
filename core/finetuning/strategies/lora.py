"""LoRA (Hu et al. 2022): the weights of attention change by a product of two thin matrices, merged when done."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.finetuning.strategy import Strategy
from core.setting import setting
from core.text import N_, _

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil

HEAD = 10.0  # the new head learns faster than what changes the encoder


@dataclass(frozen=True)
class LoraOptions:
    """How large the change may be, and where.

    rank      rank of the change of each weight
    alpha     the change counts alpha / rank times
    dropout   share of the inputs of the change that are left out while learning
    blocks    how many blocks change, counted from the last; 0: all
    """

    rank: int = setting(8, N_("Rank"), N_("How many directions of each weight can change."), least=1, most=64)
    alpha: int = setting(16, N_("Alpha"), N_("The change counts alpha / rank times."), least=1, most=128)
    dropout: float = setting(
        0.05, N_("Dropout of the change"), N_("Share of its inputs left out while learning."), least=0.0, most=0.9
    )
    projections: Literal["query-value", "all"] = setting(
        "query-value", N_("Which weights of attention"), N_("Queries and values, or keys and outputs too.")
    )
    blocks: int = setting(0, N_("Blocks that change"), N_("Counted from the last; 0 is all of them."), least=0, most=48)


def misfit(family: "Family", config: Any) -> str:
    """Every model with attention can be used."""
    return "" if family.attends else _("This model has no attention whose weights could change.")


def attach(pupil: "Pupil", options: LoraOptions) -> None:
    """Put both thin matrices on the projections; the second begins with zeros, so that nothing changes yet."""
    from peft import LoraConfig

    from core.finetuning.projections import KEY, OUTPUT, QUERY, VALUE, named, put_on

    kinds = QUERY + VALUE if options.projections == "query-value" else QUERY + KEY + VALUE + OUTPUT
    config = LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules=named(pupil, kinds, options.blocks),
    )
    put_on(pupil, config)


def learns(pupil: "Pupil", options: LoraOptions) -> list[dict[str, Any]]:
    """The thin matrices and the head learn."""
    from core.finetuning.projections import of_head, parts

    return [{"params": parts(pupil), "lr": 1.0}, {"params": of_head(pupil), "lr": HEAD}]


def fold(pupil: "Pupil") -> bool:
    """Add the products to the weights."""
    from core.finetuning.projections import merge

    return merge(pupil)


STRATEGY = Strategy(
    name="lora",
    title=N_("LoRA"),
    summary=N_("Small changes of the attention's weights learn too: far fewer numbers than the model has."),
    options=LoraOptions,
    learning_rate=1e-3,
    rank=2,
    misfit=misfit,
    attach=attach,
    learns=learns,
    fold=fold,
)
