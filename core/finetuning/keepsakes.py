"""What a chosen clip gave after every epoch, so that one can watch how the model came to say what it says."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Float32

from core.activity import layers as activities
from core.clip import Clip
from core.errors import ModelError
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


@dataclass(frozen=True, eq=False)
class Keepsakes:
    """A clip after every epoch, in the order of ``numbers``.

    numbers        of the epochs; 0 is before the first
    time           frames of the arrays
    activity       (epochs, layers+1, frames) how far each moment stands out in its layer, as ``core.activity`` has it
    received       (epochs, blocks, frames) share of all attention of a block that each moment gets, mean over heads and
                   moments; sums to one over frames; no blocks where the model has no attention over time
    probabilities  (epochs, classes)
    """

    numbers: tuple[int, ...]
    time: TimeAxis
    activity: Float32[np.ndarray, "epochs layers frames"]
    received: Float32[np.ndarray, "epochs blocks frames"]
    probabilities: Float32[np.ndarray, "epochs classes"]


def keep_epoch(folder: Path, pupil: "Pupil", model: "LoadedModel", clip: Clip, number: int) -> None:
    """Run the pupil on the clip and keep what it gave; ``model`` is what the pupil was copied from.

    OSError where the disk is full, so that the loop can say so.
    """
    from core.finetuning.pupils import shown

    most = min(LONGEST, model.card.longest)
    if clip.seconds > most:
        clip = clip.cut(0.0, most)
    with shown(pupil, model) as lent:
        found = trace(lent, clip)
    time = found.time
    arrays = {
        "activity": np.stack([_laid(layer.standing, time.count) for layer in activities(found)]),
        "received": received(found),
        "probabilities": probabilities(found),
    }
    place = np.array([time.start, time.step, time.field, time.count])
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "part.npz"
    stored: dict[str, Any] = {name: array.astype(STORED) for name, array in arrays.items()}
    np.savez(part, time=place, **stored)
    part.replace(folder / f"epoch-{number}.npz")


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
        stacked = {name: np.stack([epoch[name] for epoch in epochs]).astype(np.float32) for name in DIMENSIONS}
        start, step, field, count = (float(value) for value in epochs[0]["time"])
        if stacked["activity"].shape[2] != count or stacked["received"].shape[2] != count or step <= 0:
            raise ValueError("time")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as cause:
        raise ModelError(
            _("What was kept after the epochs of this run is damaged: {detail}.").format(detail=str(cause)[:100]),
            hint=_("The result itself is kept apart from it; begin the run again to see its epochs."),
        ) from cause
    time = TimeAxis(start, step, field, int(count))
    return Keepsakes(numbers, time, stacked["activity"], stacked["received"], stacked["probabilities"])


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _epoch(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise ValueError(path.name)
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in DIMENSIONS}
    for name, array in arrays.items():
        if array.ndim != DIMENSIONS[name] or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ValueError(name)
    return arrays


def _laid(values: Float[np.ndarray, " moments"], count: int) -> Float[np.ndarray, " frames"]:
    """Spread what a coarser layer gives over ``count`` frames of the same time."""
    return values[np.arange(count) * len(values) // count]
