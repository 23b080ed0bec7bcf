"""HuBERT (Hsu et al. 2021)."""

from core.text import N_
from models._speech_encoder import speech_encoder

FAMILY = speech_encoder(
    "hubert",
    "HuBERT",
    N_("Learned speech by guessing the kind of sound behind masked stretches, kinds that it found by itself."),
    "Hubert",
    # its norm over the batch would make sound of the padding
    mixes=lambda config: not getattr(config, "conv_pos_batch_norm", False),
)
