"""Bring a model's files from the hub onto this computer, so that an interruption costs nothing and harms nothing.

The files lie as every tool of the hub keeps them: ``blobs/<digest>``, named in ``snapshots/<commit>/<file>``. A file
gets its place only once its digest is right; until then it is ``<digest>.incomplete``, and goes on from there.
"""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from filelock import Timeout
from httpx2 import HTTPError, TransportError
from huggingface_hub.errors import OfflineModeIsEnabled
from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

from core.checkpoint import CONFIG, INDEX, WEIGHTS, parse_json
from core.errors import ModelError
from core.hub import COMMIT, Hub, HubFile, Listing, ask, refusal
from core.memory import free_disk, plain_size
from core.progress import Report, Step, silent
from core.text import _

CHUNK = 262_144  # bytes between two reports
PATIENCE = 3  # attempts in a row that bring nothing
MAIN = "main"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def storage(hub: Hub, name: str) -> Path:
    """Folder of a model in the hub's cache."""
    return hub.cache / f"models--{name.replace('/', '--')}"


def cached(hub: Hub, name: str, revision: str = "") -> Path | None:
    """Find a complete snapshot on this computer, without any network; None where there is none.

    Without a revision: what the main branch last was, else the newest snapshot there is.
    """
    folder = storage(hub, name)
    places = [folder / "snapshots" / commit for commit in _commits(folder, revision)]
    return next((snapshot for snapshot in places if _complete(name, snapshot)), None)


def missing(hub: Hub, found: Listing) -> tuple[HubFile, ...]:
    """List the files of a commit that are not on this computer yet."""
    folder = storage(hub, found.name)
    places = {entry: folder / "snapshots" / found.revision / entry.name for entry in found.files}
    return tuple(entry for entry in found.files if not places[entry].is_file() and not _blob(folder, entry).is_file())


def here(hub: Hub, found: Listing) -> int:
    """Count the bytes of a commit that are on this computer already, those of broken downloads included."""
    absent = missing(hub, found)
    folder = storage(hub, found.name)
    begun = sum(min(_size(_part(folder, entry)), entry.size) for entry in absent)
    return sum(entry.size for entry in found.files) - sum(entry.size for entry in absent) + begun


def download(hub: Hub, found: Listing, asked: str = "", report: Report = silent) -> Path:
    """Bring every file of a commit, the weights last, and return its folder.

    asked   the branch, tag or pull request that led to this commit; remembered for times without network
    report  hears Step(bytes, bytes in all, file); may raise to stop, and the next call goes on from there

    ModelError where the network breaks, the disk is full or a file arrives damaged.
    """
    folder = storage(hub, found.name)
    total = sum(entry.size for entry in found.files)
    done = 0
    with _room(hub, found, total - here(hub, found)):
        for entry in found.files:
            tell = partial(_tell, report, entry.name, done, total)
            if not _blob(folder, entry).is_file():
                _fetch(hub, found, entry, tell)
            _link(folder, found.revision, entry)
            done += entry.size
            report(Step(done, total, entry.name))
        if not COMMIT.fullmatch(asked) and not (found.converted and not asked):
            _remember(folder, asked or MAIN, found.revision)
    return folder / "snapshots" / found.revision


def _tell(report: Report, file: str, before: int, total: int, here: int) -> None:
    report(Step(before + here, total, file))


@contextmanager
def _room(hub: Hub, found: Listing, needed: int) -> Iterator[None]:
    """Refuse before the disk is full, and say so where it fills up all the same."""
    if needed > (free := free_disk(hub.cache)):
        raise _full(found.name, needed, free)
    try:
        yield
    except (HTTPError, OfflineModeIsEnabled) as cause:
        raise refusal(found.name, found.revision, cause) from cause
    except OSError as cause:
        if cause.errno in FULL:
            raise _full(found.name, needed, free_disk(hub.cache)) from cause
        raise ModelError(
            _("{name} could not be kept on this computer: {reason}.").format(name=found.name, reason=cause.strerror),
            hint=_("Check that {folder} can be written, or set HF_HOME to another folder.").format(folder=hub.cache),
        ) from cause


def _full(name: str, needed: int, free: int) -> ModelError:
    sizes = {"needed": plain_size(needed), "free": plain_size(free)}
    return ModelError(
        _("The disk is full: {name} needs {needed} more, and {free} are free.").format(name=name, **sizes),
        hint=_("Make room, or set HF_HOME to a folder on a larger disk."),
    )


def _fetch(hub: Hub, found: Listing, entry: HubFile, tell: Callable[[int], None]) -> None:
    """Bring one file; only one caller at a time, and the second finds it there."""
    folder = storage(hub, found.name)
    lock = hub.cache / ".locks" / folder.name / f"{entry.digest}.lock"
    for place in (lock.parent, folder / "blobs"):
        place.mkdir(parents=True, exist_ok=True)
    while True:
        tell(0)
        try:
            with WeakFileLock(lock, timeout=1.0):
                if not _blob(folder, entry).is_file():
                    _persist(hub, found, entry, tell)
                return
        except Timeout:
            continue


def _persist(hub: Hub, found: Listing, entry: HubFile, tell: Callable[[int], None]) -> None:
    """Take a broken stream up again where it broke, as long as each attempt brings something."""
    part = _part(storage(hub, found.name), entry)
    left, before = PATIENCE, -1
    while True:
        try:
            _append(hub, found, entry, part, tell)
            break
        except TransportError as cause:
            got = _size(part)
            left, before = (PATIENCE if got > before >= 0 else left) - 1, got
            if not left:
                raise _broken(found.name, got, entry.size) from cause
            time.sleep(hub.pause)
        except OSError as cause:
            if cause.errno in FULL:
                part.unlink()
            raise
    if _digest(part, entry) != entry.digest:
        part.unlink()
        raise ModelError(
            _("{file} of {name} arrived damaged and was thrown away.").format(file=entry.name, name=found.name),
            hint=_("Try again. If it happens twice, something on the way changes the file."),
        )
    part.replace(_blob(storage(hub, found.name), entry))


def _append(hub: Hub, found: Listing, entry: HubFile, part: Path, tell: Callable[[int], None]) -> None:
    """Ask for what is missing at the end of a file; a stream that ends too early counts as broken."""
    with part.open("r+b" if part.is_file() else "w+b") as file:
        start = file.seek(0, os.SEEK_END) if _size(part) <= entry.size else file.truncate(0)
        if start == entry.size:
            return
        headers = hub.headers | ({"range": f"bytes={start}-"} if start else {})
        with ask(hub, found, entry.name, headers) as response:
            if start and response.status_code != 206:
                start = file.seek(0)
                file.truncate()
            for chunk in response.iter_bytes(CHUNK):
                file.write(chunk)
                start += len(chunk)
                tell(min(start, entry.size))
                if start > entry.size:
                    return
    if start < entry.size:
        raise TransportError(f"{entry.name} ended after {start} of {entry.size} bytes")


def _broken(name: str, got: int, size: int) -> ModelError:
    sizes = {"got": plain_size(got), "size": plain_size(size)}
    return ModelError(
        _("The download of {name} broke off after {got} of {size}.").format(name=name, **sizes),
        hint=_("Try again: it goes on from there."),
    )


def _digest(path: Path, entry: HubFile) -> str:
    """Compute SHA-256 of a large file, or what git would call a small one."""
    large = len(entry.digest) == 64
    digest = hashlib.sha256() if large else hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _blob(folder: Path, entry: HubFile) -> Path:
    return folder / "blobs" / entry.digest


def _part(folder: Path, entry: HubFile) -> Path:
    return folder / "blobs" / f"{entry.digest}.incomplete"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _link(folder: Path, commit: str, entry: HubFile) -> None:
    """Name a blob in its snapshot; where links are not allowed (Windows), copy it."""
    place = folder / "snapshots" / commit / entry.name
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_file():
        return
    place.unlink(missing_ok=True)
    try:
        place.symlink_to(os.path.relpath(_blob(folder, entry), place.parent))
    except OSError:
        shutil.copyfile(_blob(folder, entry), place)


def _remember(folder: Path, reference: str, commit: str) -> None:
    place = folder / "refs" / reference
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(commit)


def _commits(folder: Path, revision: str) -> list[str]:
    if COMMIT.fullmatch(revision):
        return [revision]
    note = folder / "refs" / (revision or MAIN)
    remembered = [note.read_text().strip()] if note.is_file() else []
    present = sorted(folder.glob("snapshots/*"), key=lambda place: place.stat().st_mtime, reverse=True)
    return remembered + [place.name for place in present if not revision]


def _complete(name: str, snapshot: Path) -> bool:
    """Whether a snapshot holds a configuration and all its weights; other tools may have left half of one."""
    if not (snapshot / CONFIG).is_file():
        return False
    if (snapshot / INDEX).is_file() and not (snapshot / WEIGHTS).is_file():
        index = parse_json(name, INDEX, (snapshot / INDEX).read_bytes())
        files = {path.name for path in snapshot.iterdir() if path.is_file()}
        return {str(file) for file in index.get("weight_map", {"": ""}).values()} <= files
    return (snapshot / WEIGHTS).is_file()
