"""WavLM (Chen et al. 2022)."""

from core.text import N_
from models._speech_encoder import speech_encoder

FAMILY = speech_encoder(
    "wavlm",
    "WavLM",
    N_("Like HuBERT, but trained on noisy and overlapping speech too, so that it follows speakers well."),
    "WavLM",
)
