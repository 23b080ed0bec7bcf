"""What a frozen encoder says of each sound, computed once and kept on disk, so that every later run only reads."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from core.dataset.home import home
from core.dataset.prepared import PreparedSet
from core.device import has_bfloat16
from core.errors import MethodError
from core.finetuning.batches import MOST_SECONDS, Batches
from core.finetuning.disk import FULL
from core.finetuning.headed import COUNTS
from core.finetuning.heads.layer_weighted import pool
from core.finetuning.pupil import Pupil
from core.memory import available_memory, free_disk, plain_size
from core.progress import Report, Step, silent
from core.room import make_room, use
from core.text import _

Kind = Literal["pooled", "frames"]
FORMAT = 1  # part of every key: changes when the same sounds would give other numbers
SPARE_DISK = 200_000_000  # bytes that are never filled
SHARE_OF_MEMORY = 0.5  # that frames may take
LARGEST_HALF = 65_504.0


@dataclass(eq=False)
class Features:
    """Rows of numbers, one per sound of a set, in home/features/<key>; what is missing is computed when asked for.

    kind   "pooled": (layers, width) float32 per sound, averaged over its frames; "frames": (layers, frames, width)
           float16; layers are those that the head of the pupil reads, as transformers returns them
    place  folder they are kept in
    """

    pupil: Pupil
    data: PreparedSet
    kind: Kind
    place: Path
    fresh: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, pupil: Pupil, data: PreparedSet, kind: Kind) -> "Features":
        """Find the features of a set by what decides their numbers: sounds, model, extractor, layers, precision."""
        return cls(pupil, data, kind, home() / "features" / key(pupil, data, kind))

    @cached_property
    def batches(self) -> Batches:
        """The sounds as inputs of the pupil."""
        return Batches(self.pupil, self.data)

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of the row of every sound of the set."""
        module: Any = self.pupil.module
        layers, width = len(module.head.reads), self.pupil.family.shape(module.base.config).width
        if self.kind == "pooled":
            return ((layers, width),) * len(self.data.items)
        counts = [self.batches.count(index) for index in range(len(self.data.items))]
        frames = {
            count: module.call.grid(module.base, count, module.head.reads[-1]).time.count for count in set(counts)
        }
        return tuple((layers, frames[count], width) for count in counts)

    @cached_property
    def offsets(self) -> np.ndarray:
        """Byte at which every row begins, and the end, (sounds + 1,)."""
        return np.cumsum([0, *(int(np.prod(shape)) * self.dtype.itemsize for shape in self.shapes)])

    @property
    def dtype(self) -> np.dtype[Any]:
        """How a number is kept."""
        return np.dtype(np.float32 if self.kind == "pooled" else np.float16)

    def rows(self, indices: Sequence[int], report: Report = silent) -> list[np.ndarray]:
        """Return the rows of some sounds, computing those that were never asked for; MethodError where too large."""
        self._demand_room(indices)
        use(self.place)
        filled = self._filled()
        missing = [index for index in sorted(set(indices)) if not filled[index] and index not in self.fresh]
        if missing:
            self._compute(missing, report)
        stored = any(index not in self.fresh for index in indices)
        mapped = np.memmap(self.place / VALUES, np.uint8, "r") if stored else np.zeros(0, np.uint8)
        return [self.fresh[index] if index in self.fresh else self._row(mapped, index) for index in indices]

    def _row(self, mapped: np.ndarray, index: int) -> np.ndarray:
        raw = mapped[self.offsets[index] : self.offsets[index + 1]]
        return raw.view(self.dtype).reshape(self.shapes[index])

    def _filled(self) -> np.ndarray:
        """Tell which rows are on disk, (sounds,)."""
        return np.fromfile(self.place / FILLED, np.uint8) if self._is_there() else np.zeros(len(self.shapes), np.uint8)

    def _is_there(self) -> bool:
        return all(path.is_file() and path.stat().st_size == size for path, size in self._files().items())

    def _files(self) -> Mapping[Path, int]:
        return {self.place / VALUES: int(self.offsets[-1]), self.place / FILLED: len(self.shapes)}

    def _demand_room(self, indices: Sequence[int]) -> None:
        needed = int(sum(self.offsets[index + 1] - self.offsets[index] for index in set(indices)))
        if needed > SHARE_OF_MEMORY * available_memory():
            raise MethodError(
                _("What the model says of all sounds takes {size}, more than there is memory for.").format(
                    size=plain_size(needed)
                ),
                hint=_("Take fewer or shorter sounds, or the linear head, which needs only averages."),
            )

    def _compute(self, missing: Sequence[int], report: Report) -> None:
        """Run the encoder over some sounds; kept on disk as long as there is room, else in memory."""
        keeps, done = self._prepare_files(), 0
        note = _("The model hears every sound once")
        report(Step(0, len(missing), note))
        for portion in self.batches.portions(missing, MOST_SECONDS):
            found = dict(zip([missing[place] for place in portion.places], self._heard(portion.inputs), strict=True))
            keeps = keeps and self._write(found)
            if not keeps:
                self.fresh |= found
            done += len(found)
            report(Step(done, len(missing), note))

    def _heard(self, inputs: Mapping[str, torch.Tensor]) -> list[np.ndarray]:
        module: Any = self.pupil.module
        counts = inputs[COUNTS].tolist()
        with torch.no_grad(), computing(self.pupil):
            module.base.eval()
            output = module.call.run(module.base, **{name: value for name, value in inputs.items() if name != COUNTS})
            hidden, mask = module.call.frames(module.base, output.hidden_states, module.head.reads, counts)
        if self.kind == "pooled":
            return list(pool(hidden, mask).cpu().numpy())
        real = [hidden[0].shape[1]] * len(counts) if mask is None else mask.sum(1).tolist()
        laid = torch.stack(list(hidden), 1).float().clamp(-LARGEST_HALF, LARGEST_HALF).half().cpu().numpy()
        return [laid[row, :, :count].copy() for row, count in enumerate(real)]

    def _prepare_files(self) -> bool:
        if self._is_there():  # perhaps begun by another program, which fills them as well
            return True
        needed = int(self.offsets[-1])
        if not make_room(self.place.parent, needed) or free_disk(self.place) < needed + SPARE_DISK:
            return False
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path, size in self._files().items():
            with path.open("wb") as file:
                file.truncate(size)
        return True

    def _write(self, found: Mapping[int, np.ndarray]) -> bool:
        """Write rows, then say that they are there; False where the disk is full."""
        try:
            with (self.place / VALUES).open("r+b") as values, (self.place / FILLED).open("r+b") as filled:
                for index, row in found.items():
                    values.seek(int(self.offsets[index]))
                    values.write(np.ascontiguousarray(row, self.dtype).tobytes())
                values.flush()
                for index in found:
                    filled.seek(index)
                    filled.write(b"\x01")
        except OSError as cause:
            if cause.errno not in FULL:
                raise
            return False
        return True


VALUES, FILLED = "values.bin", "filled.u8"
NAMES = ("id2label", "label2id", "_name_or_path", "architectures", "problem_type")  # say nothing of the numbers


def key(pupil: Pupil, data: PreparedSet, kind: Kind) -> str:
    """Name features by everything that decides their numbers."""
    module: Any = pupil.module
    digest = hashlib.blake2b(digest_size=16)
    rounded = pupil.precision == "bfloat16" and has_bfloat16()
    built = {name: value for name, value in module.base.config.to_dict().items() if name not in NAMES}
    facts = [FORMAT, data.key, kind, list(module.head.reads), rounded, type(module.base).__name__, built]
    digest.update(json.dumps(facts, sort_keys=True, default=str).encode())
    with suppress(AttributeError):
        digest.update(pupil.extractor.to_json_string().encode())
    digest.update(identity(module.base))
    return digest.hexdigest()


def identity(base: torch.nn.Module) -> bytes:
    """Digest every weight of an encoder, with its name."""
    digest = hashlib.blake2b(digest_size=16)
    for name, value in base.state_dict().items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.digest()


def computing(pupil: Pupil) -> torch.autocast:
    """Compute in bfloat16 where the pupil may and the processor can."""
    device = next(pupil.module.parameters()).device.type
    return torch.autocast(device, torch.bfloat16, enabled=pupil.precision == "bfloat16" and has_bfloat16())
