"""What a chosen clip gave after every epoch, so that one can watch how the model came to say what it says."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Float32

from core.activity import layers as activities
from core.attribution.method import attribute
from core.attribution.quick import quick
from core.attribution.target import Target
from core.clip import Clip
from core.errors import MethodError, ModelError
from core.text import _
from core.timeline import TimeAxis
from core.trace import Trace, trace

if TYPE_CHECKING:
    from core.finetuning.pupil import Pupil
    from core.loading import LoadedModel

LONGEST = 10.0  # seconds of the clip that are kept
STORED = np.float16  # three significant digits: finer than a picture shows
FILE = re.compile(r"epoch-(\d{1,5})\.npz")
LARGEST = 16_000_000  # bytes of one epoch, unpacked
DIMENSIONS = {"activity": 2, "received": 2, "probabilities": 1, "time": 1}
LATER = {"relevance": 1}  # older runs did not keep it


@dataclass(frozen=True, eq=False)
class Keepsakes:
    """A clip after every epoch, in the order of ``numbers``.

    numbers        of the epochs; 0 is before the first
    time           frames of the arrays
    activity       (epochs, layers+1, frames) how far each moment stands out in its layer, as ``core.activity`` has it
    received       (epochs, blocks, frames) share of all attention of a block that each moment gets, mean over heads and
                   moments; sums to one over frames; no blocks where the model has no attention over time
    probabilities  (epochs, classes)
    relevance      (epochs, frames) what each moment added to the score of the class that the clip truly has; no frames
                   where no method fits the model or nobody said which class that is
    """

    numbers: tuple[int, ...]
    time: TimeAxis
    activity: Float32[np.ndarray, "epochs layers frames"]
    received: Float32[np.ndarray, "epochs blocks frames"]
    probabilities: Float32[np.ndarray, "epochs classes"]
    relevance: Float32[np.ndarray, "epochs moments"]


def keep_epoch(
    folder: Path, pupil: "Pupil", model: "LoadedModel", clip: Clip, number: int, truth: int | None = None
) -> None:
    """Run the pupil on the clip and keep what it gave; ``model`` is what the pupil was copied from.

    truth  class of the clip

    OSError where the disk is full, so that the loop can say so.
    """
    from core.finetuning.pupils import shown

    most = min(LONGEST, model.card.longest)
    if clip.seconds > most:
        clip = clip.cut(0.0, most)
    with shown(pupil, model) as lent:
        found = trace(lent, clip)
        relevance = np.zeros(0) if truth is None else _relevance(lent, clip, truth, found.time)
    time = found.time
    arrays = {
        "activity": np.stack([_laid(layer.standing, time.count) for layer in activities(found)]),
        "received": received(found),
        "probabilities": probabilities(found),
        "relevance": relevance,
    }
    place = np.array([time.start, time.step, time.field, time.count])
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "part.npz"
    # relevance can be smaller than half precision knows
    stored: dict[str, Any] = {
        name: array.astype(np.float32 if name in LATER else STORED) for name, array in arrays.items()
    }
    np.savez(part, time=place, **stored)
    part.replace(folder / f"epoch-{number}.npz")


def _relevance(model: "LoadedModel", clip: Clip, truth: int, time: TimeAxis) -> Float[np.ndarray, " frames"]:
    """Explain the score of a class at the cost of one pass, added up on layer 0's frames; empty where none fits."""
    target = Target(truth)
    method = quick(model, target, clip.seconds) if model.family.plane else None
    if method is None:
        return np.zeros(0)
    try:
        return attribute(model, clip, method, target).on_frames(time)
    except MethodError:  # nothing can be said of this sound; the rest of the keepsake is none the worse
        return np.zeros(time.count)


def received(found: Trace) -> Float[np.ndarray, "blocks frames"]:
    """Say which share of a block's attention each frame of layer 0 gets, mean over heads and queries."""
    count = found.time.count
    rows = [_laid(weights.mean((0, 1), dtype=np.float64), count) for weights in found.attention]
    return np.stack([row / row.sum() for row in rows]) if rows else np.zeros((0, count))


def probabilities(found: Trace) -> Float[np.ndarray, " classes"]:
    """Turn the logits of a classifier into probabilities."""
    logits = np.zeros(1) if found.logits is None else found.logits.astype(np.float64)
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def read(folder: Path) -> Keepsakes | None:
    """Read what was kept; None where nothing was. ModelError where a file is damaged."""
    found = {int(match[1]): path for path in _files(folder) if (match := FILE.fullmatch(path.name))}
    numbers = tuple(sorted(found))
    if not numbers:
        return None
    try:
        epochs = [_epoch(found[number]) for number in numbers]
        names = (*DIMENSIONS, *LATER)
        stacked = {name: np.stack([epoch[name] for epoch in epochs]).astype(np.float32) for name in names}
        start, step, field, count = (float(value) for value in epochs[0]["time"])
        if stacked["activity"].shape[2] != count or stacked["received"].shape[2] != count or step <= 0:
            raise ValueError("time")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as cause:
        raise ModelError(
            _("What was kept after the epochs of this run is damaged: {detail}.").format(detail=str(cause)[:100]),
            hint=_("The result itself is kept apart from it; begin the run again to see its epochs."),
        ) from cause
    time = TimeAxis(start, step, field, int(count))
    del stacked["time"]
    return Keepsakes(numbers, time, **stacked)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _epoch(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise ValueError(path.name)
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in DIMENSIONS}
        arrays |= {name: archive[name] if name in archive else np.zeros(0) for name in LATER}
    for name, array in arrays.items():
        if array.ndim != (DIMENSIONS | LATER)[name] or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ValueError(name)
    return arrays


def _laid(values: Float[np.ndarray, " moments"], count: int) -> Float[np.ndarray, " frames"]:
    """Spread what a coarser layer gives over ``count`` frames of the same time."""
    return values[np.arange(count) * len(values) // count]
