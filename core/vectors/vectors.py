"""What layers say of stretches, kept on disk and opened one layer at a time."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from jaxtyping import Float32, Int64

from core.errors import MethodError
from core.memory import free_disk, plain_size
from core.text import _

BYTES = 4  # of a float32


@dataclass(frozen=True, eq=False)
class Vectors:
    """What every stop says of the same stretches; one file without a name per stop, gone when closed or forgotten.

    stops   places on the way through a model: below 0 a convolution of the front end (-1: the last), 0 what block 1
            receives, above 0 the blocks; 0 alone for a plain input
    count   number of stretches
    widths  numbers per stretch, stop by stop
    """

    stops: tuple[int, ...]
    count: int
    widths: tuple[int, ...]
    _files: "Mapping[int, IO[bytes]]" = field(repr=False)

    @classmethod
    def empty(cls, widths: Mapping[int, int], count: int, folder: Path | None = None) -> "Vectors":
        """Make room on disk, in ``folder`` or where temporary files go, for rows that are ``put`` later.

        Raises MethodError where the disk is too full for it.
        """
        _check_disk(sum(widths.values()) * count * BYTES, folder)
        files = {stop: tempfile.TemporaryFile(dir=folder) for stop in widths}  # noqa: SIM115  closed by close()
        for stop, file in files.items():
            file.truncate(max(count * widths[stop] * BYTES, 1))
        return cls(tuple(widths), count, tuple(widths.values()), files)

    @classmethod
    def holding(cls, values: Mapping[int, Float32[np.ndarray, "_n _width"]]) -> "Vectors":
        """Keep arrays that are there already, by stop."""
        count = len(next(iter(values.values())))
        found = cls.empty({stop: rows.shape[1] for stop, rows in values.items()}, count)
        for stop, rows in values.items():
            found.put(stop, np.arange(count), rows)
        return found

    def of(self, stop: int) -> Float32[np.ndarray, "n width"]:
        """Open what ``stop`` says of every stretch, (n, width), read-only; pages come from disk as they are read."""
        shape = (self.count, self.widths[self.stops.index(stop)])
        if 0 in shape:
            return np.zeros(shape, np.float32)
        return np.memmap(self._files[stop], np.float32, "r", shape=shape).view(np.ndarray)

    def put(self, stop: int, places: Int64[np.ndarray, " some"], rows: Float32[np.ndarray, "some width"]) -> None:
        """Write rows at their places; neighbours go in one piece."""
        file, width = self._files[stop], rows.shape[1]
        borders = np.flatnonzero(np.diff(places) != 1) + 1
        for start, stopped in zip([0, *borders.tolist()], [*borders.tolist(), len(places)], strict=True):
            if stopped > start:
                file.seek(int(places[start]) * width * BYTES)
                file.write(np.ascontiguousarray(rows[start:stopped], np.float32).data)
        file.flush()

    def close(self) -> None:
        """Remove the files; arrays that were opened before stay readable."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> "Vectors":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_disk(size: int, folder: Path | None) -> None:
    """Refuse before anything is heard what would end in the middle."""
    free = free_disk(folder or Path(tempfile.gettempdir()))
    if size > free:
        raise MethodError(
            _("What the layers say takes {size} on disk, and {free} are free.").format(
                size=plain_size(size), free=plain_size(free)
            ),
            hint=_("Make room, or choose a smaller corpus or model."),
        )
