"""wav2vec 2.0 (Baevski et al. 2020)."""

from core.text import N_
from models._speech_encoder import speech_encoder

FAMILY = speech_encoder(
    "wav2vec2",
    "wav2vec 2.0",
    N_("Learned speech by filling in masked stretches of sound; many versions write what they hear."),
    "Wav2Vec2",
    pretraining="Wav2Vec2ForPreTraining",
    mixes=lambda config: True,
)
