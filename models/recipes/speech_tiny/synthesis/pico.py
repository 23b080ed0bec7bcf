"""SVOX Pico through the package py-nanotts: an American HMM voice; it gives no times."""

from dataclasses import dataclass

import numpy as np

from core.tiers import Interval
from models.recipes.speech_tiny.synthesis.flite import lexicon_phones
from models.recipes.speech_tiny.utterance import SynthesisError, Utterance


@dataclass(frozen=True)
class PicoVoice:
    """Pico's American voice: speed and pitch, 1 = as built."""

    speed: float = 1.0
    pitch: float = 1.0

    @property
    def name(self) -> str:
        """Name of the voice."""
        return "pico-en-us"


def speak(text: str, voice: PicoVoice) -> Utterance:
    """Speak a text with Pico; its phones come from flite's dictionary."""
    try:
        from py_nanotts import NanoTTS
    except ImportError as error:
        raise SynthesisError("Pico is not installed.", hint="Install the Python package py-nanotts.") from error
    sound = NanoTTS().speak(text, voice="en-US", speed=voice.speed, pitch=voice.pitch)
    phones = tuple(Interval(0.0, 0.0, phone) for phone in lexicon_phones(text))
    return Utterance(text, voice.name, np.frombuffer(sound, np.int16), phones, timed=False)
