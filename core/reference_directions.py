"""Main directions found once on many sounds, so that a colour means the same in every clip."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from core import activity, directions
from core.clip import Clip
from core.corpus.corpus import Corpus
from core.directions import Directions
from core.loading import LoadedModel
from core.progress import Report, silent
from core.stored_trace import weights_digest
from core.timeline import TimeAxis
from core.trace import trace
from core.vectors.collect import collect
from core.vectors.passing import stops_of
from core.vectors.stretches import Stretches

MOMENTS = 3000  # of the corpus, silences among them
APART = 0.1  # seconds between two moments
Layers = dict[int, Directions]


def fit(
    model: LoadedModel, corpus: Corpus, clips: Iterable[Clip], seed: int = 0, report: Report = silent
) -> tuple[Layers, Layers]:
    """Find the main directions of every stop, as they are and with loudness taken out, on a corpus and on more clips.

    The clips bring in sounds that nobody speaks. For models whose stops share their frames.
    """
    stretches = _moments(corpus, seed)
    stops, field = stops_of(model), 0.0
    parts: dict[int, list[Float32[np.ndarray, "frames _width"]]] = {stop: [] for stop in stops}
    loudness: list[Float32[np.ndarray, " frames"]] = []
    for clip in clips:
        found = trace(model, clip)
        field = found.time.field
        taken = slice(None, None, max(1, round(APART / found.time.step)))
        loudness.append(activity.loudness(clip, found.time)[taken])
        for stop in stops:
            values = found.convolutions[stop] if stop < 0 else found.frames(stop)
            parts[stop].append(values[taken])
    with collect(model, corpus, stretches, stops=stops, report=report) as vectors:
        for stop in stops:
            parts[stop].append(np.array(vectors.of(stop)))
    loudness.append(_loudness(corpus, stretches, field))
    frames = [np.concatenate(parts[stop]) for stop in stops]
    plain, quiet = (directions.fit_layers(frames, loud, "reference") for loud in (None, np.concatenate(loudness)))
    return dict(zip(stops, plain, strict=True)), dict(zip(stops, quiet, strict=True))


def _moments(corpus: Corpus, seed: int) -> Stretches:
    rows = [
        (index, float(second))
        for index, said in enumerate(corpus.utterances)
        for second in np.arange(APART / 2, said.seconds, APART)
    ]
    chosen = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOMENTS])
    return Stretches.moments(rows[at] for at in chosen)


def _loudness(corpus: Corpus, stretches: Stretches, field: float) -> Float32[np.ndarray, " moments"]:
    """Measure the sound around every moment, as wide as a frame of the model."""
    found = np.zeros(len(stretches), np.float32)
    for index, rows in stretches.by_utterance():
        clip = corpus.clip(index)
        for row in rows:
            found[row] = activity.loudness(clip, TimeAxis(float(stretches.start[row]), 1.0, field, 1))[0]
    return found


def place(checkpoint: Path, quiet: bool) -> Path:
    """Say where the directions of a checkpoint lie; the name holds its weights, so that others are never taken."""
    return checkpoint / f"directions-{'quiet-' if quiet else ''}{weights_digest(checkpoint)}.npz"


def shipped(checkpoint: Path, quiet: bool, widths: dict[int, int]) -> tuple[Directions, ...] | None:
    """Read the directions of stops of these widths; None where none, or others, were stored."""
    path = place(checkpoint, quiet)
    if not path.is_file():
        return None
    found = directions.load(path)
    if {stop: layer.mean.size for stop, layer in found.items()} != widths:
        return None
    return tuple(found[stop] for stop in widths)


def write(checkpoint: Path, fitted: Sequence[Layers]) -> None:
    """Write what ``fit`` found beside a checkpoint; what belonged to other weights goes."""
    for path in checkpoint.glob("directions-*.npz"):
        path.unlink()
    for quiet, layers in zip((False, True), fitted, strict=True):
        directions.save(place(checkpoint, quiet), layers)
