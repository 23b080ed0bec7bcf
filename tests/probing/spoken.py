"""Eight voices of espeak-ng that say twenty sentences, as in the reference measurements of phone probes."""

import numpy as np

from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.tiers import Interval, Tiers
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.utterance import RATE

VOICES = ("m1", "m3", "m5", "m7", "f1", "f2", "f4", "f5")
FAINT = 1e-3  # root mean square of the noise beneath them
SENTENCES = (
    "The boy found a small treasure behind the house",
    "My mother opened the kitchen window in the morning",
    "We heard a quiet bird behind the old house",
    "Both boys enjoyed the music while it rained",
    "Which of the large dogs would you choose",
    "She usually measures the garage with a ruler",
    "Nothing pleases him more than fresh fish and chips",
    "The judge agreed to change the early date",
    "Put the good cook book on the wooden shelf",
    "They showed us a very large yellow balloon",
    "The weather there is neither hot nor cold",
    "His voice annoyed the young girl by the river",
    "Thank you for the birthday cake and the cards",
    "How now brown cow said the loud crowd",
    "Go home slowly on the narrow old road",
    "Charlie watched the cheap television every night",
    "The king was singing a long strong song",
    "Five wives drove over the waves in the cave",
    "The queen quickly asked for six boxes of wax",
    "Zebras and lions live far away from busy zoos",
)


LEVELS = np.random.default_rng(1).uniform(-30, 0, len(VOICES) * len(SENTENCES))  # dB, where loudness is planted


def spoken(levels: bool = False) -> Corpus:
    """Speak all of it; phones in espeak-ng's own names, two voices and five sentences kept for the test.

    levels  every utterance is made fainter by its planted level, with faint noise beneath
    """
    engine, chance = Espeak(), np.random.default_rng(0)
    utterances: list[Utterance] = []
    clips: list[Clip] = []
    for voice in VOICES:
        for at, text in enumerate(SENTENCES):
            sound, names, _words = engine.record(text, EspeakVoice("en-us", voice))
            seconds = len(sound) / RATE
            phones = [Interval(item.start, item.end, item.label.strip("_:") and item.label) for item in names]
            tiers = Tiers.of([("phone", phones)], seconds)
            utterances.append(Utterance(f"{voice}-{at}", voice, f"{at:02d}", seconds, tiers))
            samples = sound.astype(np.float32) / 2**15
            if levels:
                samples = samples * 10 ** (LEVELS[len(clips)] / 20) + FAINT * chance.normal(size=len(sound))
            clips.append(Clip.of(utterances[-1].name, samples, RATE, tiers))
    kept = frozenset({"m5", "f4"}), frozenset({"02", "05", "10", "14", "17"})
    return Corpus("spoken", "Eight voices", "", "en", "", tuple(utterances), clips.__getitem__, "spoken", *kept)
