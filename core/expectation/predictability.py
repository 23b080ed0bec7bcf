"""Every moment of a clip masked in turn: where is the sound predictable, where does it surprise?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float64

from core.clip import Clip
from core.expectation.contrast import contrast
from core.expectation.hearing import frames_of, listen
from core.progress import Report, Step, silent
from core.text import N_
from core.timeline import TimeAxis

if TYPE_CHECKING:
    from core.loading import LoadedModel

HEARD = 4  # times the length of a hole that is heard between two of them
TURNS = 2  # how often every frame is masked, each time at another place within its hole
MEANING = N_(
    "Every moment was masked twice, in holes of this length with four times as much sound heard between them. High: "
    "the model can tell the true sound from others of the clip by what is around it. Low: it comes as a surprise."
)


@dataclass(frozen=True, eq=False)
class Predictability:
    """How well each frame is expected from what is around it.

    probability  of the truth among itself and distractors, mean of all turns; NaN where a clip has one code only
    right        share of the turns in which no distractor was more similar
    chance       probability for a model that cannot tell
    hole         length of a hole, seconds
    """

    time: TimeAxis
    probability: Float64[np.ndarray, " frames"]
    right: Float64[np.ndarray, " frames"]
    chance: float
    hole: float


def predictability(
    model: "LoadedModel", clip: Clip, frames: int = 10, seed: int = 0, report: Report = silent
) -> Predictability:
    """Mask every frame twice, in holes of so many frames; the number of passes does not grow with the clip.

    10 frames are the 200 ms of wav2vec 2.0's training. Errors as of ``listen``.
    """
    time = frames_of(model, clip)
    every = masks(time.count, frames)
    total, hits, chance = np.zeros(time.count), np.zeros(time.count), float("nan")
    for at, masked in enumerate(every):
        report(Step(at, len(every)))
        found = contrast(listen(model, clip, masked), seed + at)
        total[found.frames] += found.probability
        hits[found.frames] += found.right
        chance = found.chance
    report(Step(len(every), len(every)))
    return Predictability(time, total / TURNS, hits / TURNS, chance, frames * time.step)


def masks(count: int, frames: int) -> list[Bool[np.ndarray, " frames"]]:
    """Lay holes over ``count`` frames so that each is masked TURNS times and never all of them at once."""
    frames = max(1, min(frames, count // 2))
    found = []
    for turn in range(TURNS):
        place = (np.arange(count) + turn * frames // TURNS) // frames
        blocks = min(HEARD + 1, int(place[-1]) + 1)
        found += [place % blocks == phase for phase in range(blocks)]
    return [mask for mask in found if mask.any()]


def passes(count: int, frames: int = 10) -> int:
    """Say how many passes it takes."""
    return len(masks(count, frames))
