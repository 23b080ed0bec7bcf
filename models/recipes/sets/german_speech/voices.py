"""Who speaks: variants of espeak-ng's German voice, and which of them are kept for choices and for the test."""

import random
from dataclasses import dataclass

from models.recipes.speech_tiny.synthesis.espeak import EspeakVoice

# Variants that sound like people. Relatives among them (edward and edward2, steph to steph3, the klatt voices) never
# stand on two sides: only one of each is taken.
SIDES = {
    "train": (
        "", "m1", "m2", "m3", "m5", "m8", "f1", "f2", "f3", "adam", "Alicia", "Andrea", "Andy", "antonio", "belinda",
        "boris", "david", "klatt2", "linda", "Marco",
    ),
    "validation": ("m4", "f5", "ed", "Jacky"),
    "test": ("m6", "m7", "f4", "Annie", "Michael", "steph", "Hugo", "travis"),
}  # fmt: skip
WORDS_PER_MINUTE = (140, 185)
PITCHES = (25, 70)
PITCH_RANGES = (30, 70)
HASTE = 0.08  # how much faster or slower than its usual speed a voice speaks a single sentence


@dataclass(frozen=True)
class Speaker:
    """One voice with its usual speed, pitch and liveliness."""

    name: str
    voice: EspeakVoice

    def speaking(self, source: random.Random) -> EspeakVoice:
        """Return the voice for one sentence, a little faster or slower than usual."""
        usual = self.voice
        words = round(usual.words_per_minute * source.uniform(1 - HASTE, 1 + HASTE))
        return EspeakVoice(usual.accent, usual.variant, words, usual.pitch, usual.pitch_range)


def speakers(side: str) -> tuple[Speaker, ...]:
    """List the voices of one side; each is the same however many stand beside it."""
    return tuple(_speaker(variant) for variant in SIDES[side])


def _speaker(variant: str) -> Speaker:
    source = random.Random(f"german {variant}")
    voice = EspeakVoice(
        "de", variant, source.randint(*WORDS_PER_MINUTE), source.randint(*PITCHES), source.randint(*PITCH_RANGES)
    )
    return Speaker(f"espeak-{variant or 'plain'}".lower(), voice)
