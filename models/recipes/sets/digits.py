"""The English digits zero to nine, spoken by many voices at many speeds and pitches."""

from models.recipes.sets.archive import LabelledClip, Recipe
from models.recipes.sets.recording import RecordingSettings
from models.recipes.sets.speakers import Speaker, versions
from models.recipes.sets.words import spoken_words

DIGITS = tuple("zero one two three four five six seven eight nine".split())
TAKES = 2  # of each digit by each voice
RECORDING = RecordingSettings(room=0.2, noisy=0.25, noisy_decibels=(12.0, 25.0))
SPEAKERS = (
    *(Speaker(f"american-{name}", "espeak", voice, "en-us", pitch) for name, voice, pitch in (
        ("man-1", "m1", 35), ("man-2", "m3", 48), ("man-3", "Michael", 42), ("man-4", "klatt2", 38),
        ("woman-1", "f2", 55), ("woman-2", "f4", 48), ("woman-3", "Annie", 50))),
    *(Speaker(f"british-{name}", "espeak", voice, "en-gb-x-rp", pitch) for name, voice, pitch in (
        ("man-1", "m2", 40), ("man-2", "m7", 30), ("man-3", "Alex", 45), ("woman-1", "f1", 52), ("woman-2", "f5", 45))),
    Speaker("scottish-man-1", "espeak", "m4", "en-gb-scotland", 45),
    Speaker("child-1", "espeak", "f3", "en-us", 72, 1.22), Speaker("child-2", "espeak", "m6", "en-gb-x-rp", 88, 1.25),
    Speaker("american-man-5", "flite", "rms"), Speaker("american-man-6", "flite", "kal16"),
    Speaker("american-man-7", "festival", "ked_diphone"), Speaker("american-woman-4", "flite", "slt"),
    Speaker("scottish-man-2", "flite", "awb"),
)  # fmt: skip


def clips() -> tuple[LabelledClip, ...]:
    """Make all clips, voice by voice."""
    return tuple(clip for speaker in SPEAKERS for clip in clips_of(speaker))


def clips_of(speaker: Speaker) -> tuple[LabelledClip, ...]:
    """Let one voice speak every digit."""
    return spoken_words(speaker, DIGITS, TAKES, RECORDING)


RECIPE = Recipe(
    name="digits",
    title="Spoken digits",
    summary="{clips} English digits from zero to nine by {groups} synthetic voices, fast and slow, some with noise.",
    clips=clips,
    made_with=lambda: versions(("espeak-ng", "flite", "festival")),
    language="en",
)
