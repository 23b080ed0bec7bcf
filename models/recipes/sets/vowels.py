"""The vowels a, o and e, cut from running speech of many voices."""

import random
import zlib
from collections.abc import Iterator

import numpy as np

from core.tiers import Interval
from models.recipes.sets.archive import LabelledClip, Recipe
from models.recipes.sets.recording import RecordingSettings, record
from models.recipes.sets.speakers import Speaker, cut, draw_line, speak, versions

TAKES = 7  # clips of one vowel by one voice
SHORTEST, LONGEST = 0.09, 0.42  # seconds without the silence around a clip
CONTEXT = (0.02, 0.07)  # seconds of the neighbouring phones on each side
RECORDING = RecordingSettings(room=0.5, noisy=0.5)
# what the programs call the vowels that are open enough to be an a, an o or an e: German and English
NAMES = {
    "a": frozenset({"a", "A:", "aa"}),
    "o": frozenset({"O", "o:", "ao", "ow"}),
    "e": frozenset({"E", "e:", "E:", "eh"}),
}
GERMAN = (
    "Am Abend lag Nebel im Tal", "Der Vater holt Brot und Wasser", "Die Katze schlief vor dem Ofen",
    "Im Norden regnet es oft im Herbst", "Der rote Vogel sang am Fenster", "Wo wohnt der Mann mit dem Boot",
    "Morgen fahren wir mit dem Wagen ans Meer", "Das Wetter war gestern schlecht", "Jeden Tag kommt die Post ins Dorf",
    "Er nahm den Besen und fegte den Boden", "Nach dem Regen kam die Sonne", "Sie legte die Decke aufs Bett",
)  # fmt: skip
# Accents of English disagree on the vowels of hot and law, so those words are left out: each a, o and e here is one in
# American and in Scottish English alike.
ENGLISH = (
    "My father went home from the farm", "The boat came to the harbor before ten", "She wore a red dress in the garden",
    "The car is at the corner store", "Tell them to open the door", "The red horse ran over the large stone",
    "He drove a heavy cart to the park", "Send the letter to the old guard", "It is calm and cold in the north",
    "We hope for bread and more tea", "The artist wrote seven notes", "Hold the end of the hard rope",
)  # fmt: skip
# Resonances of women lie about a sixth above those of men, those of children up to two fifths (Peterson & Barney 1952)
GERMAN_SPEAKERS = tuple(
    Speaker(name, "espeak", voice, "de", pitch, size)
    for name, voice, pitch, size in (
        ("man-1", "m1", 35, 0.92), ("man-2", "m3", 50, 1.0), ("man-3", "m7", 28, 0.88), ("man-4", "klatt2", 40, 1.04),
        ("woman-1", "f1", 50, 0.98), ("woman-2", "f2", 58, 1.06), ("woman-3", "f4", 45, 1.0),
        ("woman-4", "Annie", 52, 1.1), ("child-1", "f2", 75, 1.25), ("child-2", "f5", 68, 1.18),
        ("child-3", "m6", 90, 1.38), ("child-4", "f3", 70, 1.3),
    )
)  # fmt: skip
ENGLISH_SPEAKERS = (
    Speaker("american-man-1", "flite", "rms"), Speaker("american-man-2", "flite", "kal16"),
    Speaker("american-man-3", "festival", "ked_diphone"), Speaker("american-woman", "flite", "slt"),
    Speaker("scottish-man", "flite", "awb"),
)  # fmt: skip
SPEAKERS = (*GERMAN_SPEAKERS, *ENGLISH_SPEAKERS)


def clips() -> tuple[LabelledClip, ...]:
    """Make all clips, voice by voice."""
    return tuple(clip for speaker in SPEAKERS for clip in clips_of(speaker))


def clips_of(speaker: Speaker) -> Iterator[LabelledClip]:
    """Let one voice speak every sentence and cut out its vowels."""
    source = random.Random(f"vowels {speaker.name}")
    draws = np.random.default_rng(zlib.crc32(f"vowels {speaker.name}".encode()))
    spoken = speak(speaker, [draw_line(text, source) for text in (GERMAN if speaker.accent else ENGLISH)])
    for label, names in NAMES.items():
        found = [(line, phone) for line in spoken for phone in line.phones if phone.label in names]
        for take, (line, phone) in enumerate(source.sample(found, TAKES), 1):
            sound = cut(line, *_stretch(phone, draws))
            samples = record(sound, RECORDING, draws)
            yield LabelledClip(f"{speaker.name}-{label}-{take}", label, speaker.name, label, samples)


def _stretch(vowel: Interval, draws: np.random.Generator) -> tuple[float, float]:
    """Return where to cut (s): the vowel and some of its neighbours, no shorter and no longer than allowed."""
    before, after = draws.uniform(*CONTEXT, 2)
    missing = max(0.0, SHORTEST - vowel.seconds - before - after)
    start = vowel.start - before - missing / 2
    return start, min(vowel.end + after + missing / 2, start + LONGEST)


RECIPE = Recipe(
    name="vowels",
    title="Vowels a, o, e",
    summary="{clips} vowels a, o and e, cut from running German and English speech of {groups} synthetic voices.",
    clips=clips,
    made_with=lambda: versions(("espeak-ng", "flite", "festival")),
)
