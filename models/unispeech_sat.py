"""UniSpeech-SAT (Chen et al. 2022)."""

from core.text import N_
from models._speech_encoder import speech_encoder

FAMILY = speech_encoder(
    "unispeech-sat",
    "UniSpeech-SAT",
    N_("A speech model that was trained to keep apart who is speaking."),
    "UniSpeechSat",
    mixes=lambda config: True,
)
