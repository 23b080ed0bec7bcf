"""How much a set of sounds may hold before anything of it is decoded."""

from dataclasses import dataclass

from core.errors import DatasetError
from core.memory import plain_size
from core.text import _


@dataclass(frozen=True)
class Bounds:
    """What is read at most.

    files        files, sounds or not
    file_bytes   size of one of them, unpacked
    total_bytes  size of all of them, unpacked
    ratio        how often larger than its packed form a file over ``trusted`` bytes may become; WAV packs to a half
                 or so, silence to a thousandth
    """

    files: int = 20_000
    file_bytes: int = 100_000_000
    total_bytes: int = 4_000_000_000
    ratio: float = 100.0
    trusted: int = 10_000_000


BOUNDS = Bounds()


def too_many(bounds: Bounds) -> DatasetError:
    """Say that there are more files than are read."""
    return DatasetError(
        _("There are more than {most} files.").format(most=bounds.files), hint=_("Take a part of the set.")
    )


def too_much(total: int, bounds: Bounds) -> DatasetError:
    """Say that all files together are larger than what is read."""
    return DatasetError(
        _("Unpacked, it would be {size} large.").format(size=plain_size(total)),
        hint=_("At most {most} are read: take a part of the set.").format(most=plain_size(bounds.total_bytes)),
    )


def too_large(size: int, bounds: Bounds) -> str:
    """Say why one file is left out."""
    return _("It is {size} large; at most {most} are read.").format(
        size=plain_size(size), most=plain_size(bounds.file_bytes)
    )
