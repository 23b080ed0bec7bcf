"""Soft mixture of adapters for the Audio Spectrogram Transformer (Cappellazzo et al. 2024)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.finetuning.strategy import Strategy
from core.setting import setting
from core.text import N_, _

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil

MODEL_TYPE = "audio-spectrogram-transformer"  # the only one that the method was published and measured for
HEAD = 2.0  # the new head learns faster than the adapters


@dataclass(frozen=True)
class SoftMoaOptions:
    """Size of the mixture in every block.

    experts    small networks
    slots      mixtures of tokens that each of them hears
    reduction  the width of the model over the width inside an expert
    """

    experts: int = setting(7, N_("Adapters"), N_("Small networks beside each attention."), least=1, most=32)
    slots: int = setting(1, N_("Slots of each"), N_("Mixtures of tokens that each adapter hears."), least=1, most=8)
    reduction: int = setting(
        128, N_("Reduction"), N_("How many times narrower an adapter is than the model."), least=1, most=256
    )


def misfit(family: "Family", config: Any) -> str:
    """Only the Audio Spectrogram Transformer can be used."""
    if getattr(config, "model_type", "") == MODEL_TYPE:
        return ""
    return _("This was made for the Audio Spectrogram Transformer; the chosen model is another kind.")


def attach(pupil: "Pupil", options: SoftMoaOptions) -> None:
    """Put a mixture beside every attention."""
    from core.finetuning.soft_mixture import SoftMixture, put_beside

    width = pupil.family.shape(pupil.module.config).width
    for attention in pupil.family.attention(pupil.module):
        put_beside(attention, SoftMixture(width, options.experts, options.slots, options.reduction))


def learns(pupil: "Pupil", options: SoftMoaOptions) -> list[dict[str, Any]]:
    """The mixtures and the head learn."""
    from core.finetuning.soft_mixture import NAME

    module: Any = pupil.module
    mixtures = [attention.get_submodule(NAME) for attention in pupil.family.attention(module)]
    found = [part for mixture in mixtures for part in mixture.parameters()]
    return [{"params": found, "lr": 1.0}, {"params": list(module.head.parameters()), "lr": HEAD}]


def cannot_fold(pupil: "Pupil") -> bool:
    """Plain weights cannot do what the mixtures do, so they are kept beside them."""
    return False


STRATEGY = Strategy(
    name="soft_moa",
    title=N_("Soft mixture of adapters"),
    summary=N_("Tiny networks beside each attention learn; each hears its own mixture of the spectrogram's tiles."),
    options=SoftMoaOptions,
    learning_rate=5e-3,
    rank=4,
    misfit=misfit,
    attach=attach,
    learns=learns,
    fold=cannot_fold,
)
