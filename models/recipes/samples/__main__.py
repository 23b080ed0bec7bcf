"""Make the sample clips: `python -m models.recipes.samples`."""

from pathlib import Path

from models.recipes.samples.clip_files import write_samples
from models.recipes.samples.planted import planted
from models.recipes.samples.sounds import sounds
from models.recipes.samples.speech import speech

FOLDER = Path(__file__).parents[2] / "samples"


def main() -> None:
    """Write all clips."""
    write_samples([*speech(), *sounds(), *planted()], FOLDER)


if __name__ == "__main__":
    main()
