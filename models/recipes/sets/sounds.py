"""Eight sounds that are no speech, each made by several makers in their own way."""

import zlib
from collections.abc import Callable, Iterator

import numpy as np

from models.recipes.sets import streams, strokes
from models.recipes.sets.archive import LabelledClip, Recipe
from models.recipes.sets.recording import MARGINS, RecordingSettings, record

KINDS: dict[str, Callable[[float, np.random.Generator, np.random.Generator], strokes.Sound]] = {
    "bell": strokes.bell,
    "bird": streams.bird,
    "drops": strokes.drops,
    "drum": strokes.drum,
    "engine": streams.engine,
    "knocks": strokes.knocks,
    "rain": streams.rain,
    "wind": streams.wind,
}
MAKERS = tuple(f"maker-{number}" for number in range(1, 7))
TAKES = 5  # of each sound by each maker
SECONDS = 1.0 - 2 * MARGINS[1]  # of the sound itself; silence around it makes it about a second
RECORDING = RecordingSettings(room=0.3, noisy=0.3, noisy_decibels=(12.0, 25.0))


def clips() -> tuple[LabelledClip, ...]:
    """Make all clips, maker by maker."""
    return tuple(clip for maker in MAKERS for clip in clips_of(maker))


def clips_of(maker: str) -> Iterator[LabelledClip]:
    """Make the clips of one maker: its bell, its drum, its rain stay the same things, each take sounds anew."""
    for label, kind in KINDS.items():
        for take in range(1, TAKES + 1):
            draws = np.random.default_rng(_seed(f"{label} {maker} {take}"))
            sound = kind(SECONDS, np.random.default_rng(_seed(f"{label} {maker}")), draws)
            samples = record(sound.astype(np.float32), RECORDING, draws)
            yield LabelledClip(f"{label}-{maker}-{take}", label, maker, "", samples)


def _seed(name: str) -> int:
    return zlib.crc32(f"sounds {name}".encode())


RECIPE = Recipe(
    name="sounds",
    title="Sounds",
    summary="{clips} sounds that are no speech, eight kinds from bell to wind, each made in {groups} ways.",
    clips=clips,
    made_with=lambda: f"NumPy {np.__version__}",
)
