"""data2vec for audio (Baevski et al. 2022)."""

from core.text import N_
from models._speech_encoder import speech_encoder

FAMILY = speech_encoder(
    "data2vec-audio",
    "data2vec audio",
    N_("Learned by guessing its own inner picture of the whole sound from a part of it."),
    "Data2VecAudio",
)
