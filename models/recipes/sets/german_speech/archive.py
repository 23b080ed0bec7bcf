"""The set as a zip in audiofolder layout: Ogg Opus, metadata.csv, set.toml."""

from collections.abc import Sequence
from pathlib import Path

from models.recipes.sets.archive import LICENCE, pack
from models.recipes.sets.german_speech.speech import Spoken
from models.recipes.sets.ogg import encode

COMPRESSION = 0.92  # of Opus, 0 to 1: about 29 kbit/s
COLUMNS = ("file_name", "text", "group", "split")
SUMMARY = "{count} short German sentences with what is said, {minutes:.1f} minutes by {voices} synthetic voices."


def write_archive(clips: Sequence[Spoken], path: Path) -> None:
    """Write sounds, table and facts into one zip."""
    table = ((_place(clip), clip.text, clip.voice, clip.side) for clip in clips)
    sounds = ((_place(clip), encode(clip.samples, COMPRESSION)) for clip in clips)
    pack(path, _facts(clips), (COLUMNS, *table), sounds)


def _place(clip: Spoken) -> str:
    return f"{clip.side}/{clip.name}.ogg"


def _facts(clips: Sequence[Spoken]) -> dict[str, str]:
    minutes, voices = sum(clip.seconds for clip in clips) / 60, len({clip.voice for clip in clips})
    return {
        "title": "German sentences",
        "summary": SUMMARY.format(count=len(clips), minutes=minutes, voices=voices),
        "licence": LICENCE,
        "source": "Made for Strata: sentences written for it, spoken by espeak-ng; models/recipes/sets/german_speech.",
        "task": "transcripts",
        "made_with": "espeak-ng",
        "language": "de",
    }
