"""Make the corpus: `python -m models.recipes.corpora`."""

from pathlib import Path

from models.recipes.corpora.archive import recorded, write

ARCHIVE = Path(__file__).parents[2] / "corpora" / "voices.zip"


def main() -> None:
    """Let everyone speak and write the archive."""
    clips = tuple(recorded())
    path = write(clips, ARCHIVE)
    minutes = sum(clip.seconds for clip in clips) / 60
    print(f"{len(clips)} utterances, {minutes:.1f} minutes, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
