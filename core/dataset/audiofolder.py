"""Read labelled sounds from a folder of this computer."""

import errno
import os
import stat
from functools import partial
from pathlib import Path, PurePosixPath

from core.dataset.bounds import BOUNDS, Bounds, too_large, too_many
from core.dataset.collection import Collection, Skipped
from core.dataset.layout import Entry, Found, arrange
from core.dataset.naming import clean, shown
from core.errors import DatasetError
from core.text import _

UNSEEN = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.ELOOP, errno.EIO}


def read(folder: Path, merge_case: bool = False, bounds: Bounds = BOUNDS) -> Collection:
    """Read a folder in Hugging Face's ``audiofolder`` layout; nothing is decoded.

    merge_case  whether labels that differ only in case or spaces are one class

    Raises DatasetError where there is no such folder, where it is too large, and where it holds no two classes.
    """
    return arrange(entries(folder, bounds), merge_case)


def entries(folder: Path, bounds: Bounds = BOUNDS) -> Found:
    """List what a folder holds, and what of it is left out; DatasetError as ``read`` raises it."""
    place = folder.expanduser()
    if not place.is_dir():
        raise DatasetError(
            _("There is no folder {name}.").format(name=shown(str(folder))), hint=_("Check the spelling of its path.")
        )
    listed: list[Entry] = []
    folders: list[PurePosixPath] = []
    skipped: list[Skipped] = []
    unseen: list[OSError] = []
    for here, inside, files in os.walk(place, onerror=unseen.append):
        seen = sorted(name for name in inside if not name.startswith("."))
        skipped += [_linked(name) for name in seen if (Path(here) / name).is_symlink()]
        inside[:] = [name for name in seen if not (Path(here) / name).is_symlink()]
        level = PurePosixPath(*Path(here).relative_to(place).parts)
        folders += [level / name for name in inside]
        for name in files:
            _look(Path(here) / name, level / name, bounds, listed, skipped)
            if len(listed) > bounds.files:
                raise too_many(bounds)
    skipped += map(_unseen, unseen)
    return Found(clean(place.resolve().name), tuple(listed), tuple(folders), tuple(skipped))


def _look(path: Path, inner: PurePosixPath, bounds: Bounds, listed: list[Entry], skipped: list[Skipped]) -> None:
    """List one file, unless it is none: a pipe, a device, a link to nowhere; or too large."""
    try:
        found = path.stat()
    except OSError as cause:
        skipped.append(_unseen(cause, path.name))
        return
    if not stat.S_ISREG(found.st_mode):
        skipped.append(Skipped(shown(path.name), _("It is no ordinary file.")))
    elif found.st_size > bounds.file_bytes:
        skipped.append(Skipped(shown(path.name), too_large(found.st_size, bounds)))
    else:
        listed.append(Entry(inner, found.st_size, partial(_content, path, bounds)))


def _content(path: Path, bounds: Bounds) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(bounds.file_bytes + 1)
    except OSError as cause:
        raise DatasetError(
            _("{name} cannot be read: {reason}.").format(name=shown(path.name), reason=cause.strerror or cause),
            hint=_("Check who may read it."),
        ) from cause
    if len(data) > bounds.file_bytes:
        raise DatasetError(too_large(len(data), bounds), hint=_("Cut it into shorter sounds."))
    return data


def _unseen(cause: OSError, name: str = "") -> Skipped:
    if cause.errno not in UNSEEN:
        raise cause
    return Skipped(shown(name or str(cause.filename)), _("It cannot be read: {reason}.").format(reason=cause.strerror))


def _linked(name: str) -> Skipped:
    return Skipped(shown(name), _("A link to another folder is not followed."))
