"""Time-frequency occlusion: take one tile of the spectrogram out of the sound at a time and hear the score fall."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float64

from core.attribution.method import Found, Method, Passes, on_grid
from core.attribution.question import Question
from core.audible import filtered
from core.loading import LoadedModel
from core.mel import hertz, mel
from core.progress import Report, Step
from core.setting import setting
from core.text import N_
from core.timeline import TimeAxis

Tile = tuple[slice, slice]  # bands, columns


@dataclass(frozen=True)
class Settings:
    """How large a tile is, how far apart tiles stand, and what takes the place of one."""

    seconds: float = setting(
        0.1, N_("Length of a tile (seconds)"), N_("Shorter tiles show more and take longer."), least=0.02, most=2.0
    )
    bands: int = setting(
        8,
        N_("Tiles on top of each other"),
        N_("The range of hearing is cut into so many equal steps."),
        least=1,
        most=32,
    )
    overlap: bool = setting(
        False, N_("Let tiles overlap"), N_("Moves a tile by half its size each time; takes about four times as long.")
    )
    filling: Literal["silence", "mean", "noise"] = setting(
        "silence", N_("In its place"), N_("Silence, or noise with the mean spectrum, or the mean power, of the sound.")
    )
    seed: int = setting(0, N_("Seed of the noise"), N_("The same number draws the same noise."), least=0)


@dataclass(frozen=True)
class Tiling:
    """Where the tiles lie on a grid of cells; a tile is ``size`` cells high and wide, less at the upper and right edge.

    time   columns of cells; edges  bands + 1 frequencies in Hz
    """

    time: TimeAxis
    edges: tuple[float, ...]
    size: int

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Every tile; neighbours are one cell apart, so that tiles of two cells overlap by half."""
        bands = range(max(len(self.edges) - self.size, 1))
        columns = range(max(self.time.count - self.size + 1, 1))
        return tuple(
            (slice(band, band + self.size), slice(column, column + self.size)) for band in bands for column in columns
        )


def tiling(seconds: float, rate: int, settings: Settings) -> Tiling:
    """Cut a clip of so many seconds into tiles of equal steps in mel and time."""
    size = 2 if settings.overlap else 1
    count = max(round(seconds * size / settings.seconds), size)
    step = seconds / count
    lowest, highest = mel(np.array([0.0, rate / 2]), "slaney")
    edges = hertz(np.linspace(lowest, highest, settings.bands * size + 1), "slaney")
    return Tiling(TimeAxis(step / 2, step, step, count), tuple(map(float, edges)), size)


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Compare the score of the clip with its score without each tile, spread evenly over the cells of the tile.

    Where tiles overlap, a cell has the mean of all tiles that hold it. A tile is taken out of the sound itself, in the
    short-time Fourier transform, and what is left keeps its phase.
    """
    plan = tiling(question.clip.seconds, question.rate, settings)
    whole = float(question.score(question.values)[0])
    scores = np.concatenate(list(_heard(question, plan, settings, report)))
    return on_grid(spread(plan, whole - scores), plan.time, plan.edges)


def spread(plan: Tiling, losses: Float[np.ndarray, " tiles"]) -> Float64[np.ndarray, "bands columns"]:
    """Lay what each tile took off the score out on the cells."""
    total = np.zeros((len(plan.edges) - 1, plan.time.count))
    held = np.zeros_like(total)
    for tile, loss in zip(plan.tiles, losses, strict=True):
        total[tile] += loss / total[tile].size
        held[tile] += 1
    return total / held


def lost(question: Question, plan: Tiling, tile: Tile, settings: Settings) -> Float[np.ndarray, " time"]:
    """Return the sound without one tile."""
    weights = np.ones((len(plan.edges) - 1, plan.time.count))
    weights[tile] = 0.0
    return filtered(question.samples, question.rate, weights, plan.time, plan.edges, settings.filling, settings.seed)


def _heard(
    question: Question, plan: Tiling, settings: Settings, report: Report
) -> Iterator[Float64[np.ndarray, " some"]]:
    tiles = plan.tiles
    for first in range(0, len(tiles), question.at_once):
        group = tiles[first : first + question.at_once]
        logits = question.hear([lost(question, plan, tile, settings) for tile in group])
        yield question.target.score(logits).double().cpu().numpy()
        report(Step(first + len(group), len(tiles)))


def _passes(model: LoadedModel, seconds: float, pieces: int, settings: Settings) -> Passes:
    return Passes(forward=len(tiling(seconds, model.card.sample_rate, settings).tiles) + 1)


METHOD = Method(
    name="time-frequency-occlusion",
    title=N_("Time-frequency occlusion"),
    summary=N_("Takes each tile of the spectrogram out of the sound and hears how much less the model says it."),
    kind="tiles",
    rank=28,
    settings=Settings,
    signed=True,
    compute=compute,
    passes=_passes,
    source="Zeiler & Fergus 2014",
    caution=N_("What is larger than a tile, or said twice, counts little: taking one tile of it changes little."),
    by_turns=True,
)
