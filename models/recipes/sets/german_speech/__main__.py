"""Make the set: `python -m models.recipes.sets.german_speech`."""

from pathlib import Path

from models.recipes.sets.german_speech.archive import write_archive
from models.recipes.sets.german_speech.speech import spoken

ARCHIVE = Path(__file__).parents[3] / "sets" / "german-speech.zip"


def main() -> None:
    """Speak every sentence and write the archive."""
    clips = spoken()
    write_archive(clips, ARCHIVE)
    minutes = sum(clip.seconds for clip in clips) / 60
    print(f"{len(clips)} sentences, {minutes:.1f} minutes, {ARCHIVE.stat().st_size / 1e6:.2f} MB: {ARCHIVE}")


if __name__ == "__main__":
    main()
