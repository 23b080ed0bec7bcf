"""What can be chosen for teaching on transcripts, beside the settings that every way of fine-tuning has."""

from dataclasses import dataclass

from core.finetuning.settings import FineTuneSettings
from core.setting import setting
from core.text import N_

NAME = "transcripts"  # as strategy in the settings of a run
LEARNING_RATE = 1e-3  # of AdamW, where the settings say 0


@dataclass(frozen=True)
class TranscriptOptions:
    """Options of a run on transcripts.

    afresh   blocks at the top that start from random numbers (Pasad et al. 2021 found it to help at ten minutes)
    masked   share of the time that is hidden while learning (SpecAugment, Park et al. 2019)
    stretch  length of each hidden stretch, seconds
    compare  teach an untrained copy in the same way too, to see what was known beforehand
    """

    afresh: int = setting(
        0, N_("Layers to start anew"), N_("So many of the top layers forget what they knew."), least=0, most=3
    )
    masked: float = setting(
        0.1, N_("Hidden time"), N_("Share of every sound that is hidden while learning."), least=0.0, most=0.5
    )
    stretch: float = setting(
        0.12, N_("Hidden stretch (seconds)"), N_("How long each hidden part is."), least=0.02, most=1.0
    )
    compare: bool = setting(
        False, N_("Compare with an untrained copy"),
        N_("Teaches the same model from random numbers too; takes as long again."),
    )  # fmt: skip


def default_settings() -> FineTuneSettings:
    """Return what suits minutes of speech with transcripts."""
    return FineTuneSettings(
        strategy=NAME, epochs=15, batch=8, learning_rate=LEARNING_RATE, dropout=0.1, patience=0, class_weights=False
    )
