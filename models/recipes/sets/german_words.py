"""Ten everyday German words, spoken by many voices at many speeds and pitches."""

from models.recipes.sets.archive import LabelledClip, Recipe
from models.recipes.sets.recording import RecordingSettings
from models.recipes.sets.speakers import Speaker, versions
from models.recipes.sets.words import spoken_words

WORDS = tuple("ja nein links rechts auf ab heute morgen Licht Musik".split())
TAKES = 2  # of each word by each voice
RECORDING = RecordingSettings(room=0.2, noisy=0.25, noisy_decibels=(12.0, 25.0))
SPEAKERS = tuple(
    Speaker(name, "espeak", voice, "de", pitch, size)
    for name, voice, pitch, size in (
        ("man-1", "m1", 35, 1.0), ("man-2", "m2", 45, 1.0), ("man-3", "m3", 50, 1.0), ("man-4", "m4", 40, 1.0),
        ("man-5", "m7", 28, 1.0), ("man-6", "Michael", 44, 1.0), ("man-7", "klatt2", 38, 1.0),
        ("woman-1", "f1", 50, 1.0), ("woman-2", "f2", 58, 1.0), ("woman-3", "f3", 48, 1.0), ("woman-4", "f4", 45, 1.0),
        ("woman-5", "Annie", 52, 1.0), ("woman-6", "linda", 55, 1.0), ("child-1", "f5", 70, 1.2),
        ("child-2", "m6", 88, 1.25),
    )
)  # fmt: skip


def clips() -> tuple[LabelledClip, ...]:
    """Make all clips, voice by voice."""
    return tuple(clip for speaker in SPEAKERS for clip in clips_of(speaker))


def clips_of(speaker: Speaker) -> tuple[LabelledClip, ...]:
    """Let one voice speak every word."""
    return spoken_words(speaker, WORDS, TAKES, RECORDING)


RECIPE = Recipe(
    name="german-words",
    title="German words",
    summary="{clips} everyday German words such as ja, nein, links, rechts by {groups} synthetic voices.",
    clips=clips,
    made_with=lambda: versions(("espeak-ng",)),
    language="de",
)
