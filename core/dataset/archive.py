"""Read labelled sounds from a zip, in memory: nothing of it is ever written to disk."""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from struct import error as StructError  # noqa: N812  an exception under a plain name
from struct import pack_into, unpack_from
from threading import Lock
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from core.dataset.bounds import BOUNDS, Bounds, too_large, too_many, too_much
from core.dataset.collection import Collection, Skipped
from core.dataset.layout import FACTS, LARGEST_FACTS, Entry, Found, arrange, hidden, read_facts
from core.dataset.naming import clean, shown
from core.errors import DatasetError
from core.text import _

LONGEST_PATH = 1_000  # characters
DEEPEST_PATH = 32  # folders
ENCRYPTED, UTF_8 = 0x1, 0x800  # bits of an entry's flags
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, StructError, OSError, ValueError)


def read(name: str, data: bytes, merge_case: bool = False, bounds: Bounds = BOUNDS) -> Collection:
    """Read a zip in Hugging Face's ``audiofolder`` layout; its sounds are unpacked one at a time when asked for.

    merge_case  whether labels that differ only in case or spaces are one class

    Entries that climb out, are links, protected, doubled or too large are listed as skipped. Raises DatasetError where
    it is no zip, where it is a trap or too large as a whole, and where it holds no two classes.
    """
    return arrange(entries(name, data, bounds), merge_case)


def entries(name: str, data: bytes, bounds: Bounds = BOUNDS) -> Found:
    """List what a zip holds, and what of it is left out; DatasetError as ``read`` raises it."""
    file, lock = _opened(name, data, bounds), Lock()
    infos = file.infolist()
    _demand_sensible(infos, bounds)
    skipped: list[Skipped] = []
    taken: dict[str, Entry] = {}
    folders: list[PurePosixPath] = []
    for info in infos:
        path = _path(info)
        if info.is_dir():
            folders += [PurePosixPath(path)] if not _flaw(info, path, bounds) else []
        elif not hidden(PurePosixPath(path)):
            _take(info, path, bounds, taken, skipped, partial(_content, file, lock, info, bounds))
    return Found(clean(PurePosixPath(shown(name)).stem), tuple(taken.values()), tuple(folders), tuple(skipped))


def facts(name: str, file: BinaryIO) -> dict[str, str]:
    """Read what the maker of a zip wrote about it in set.toml, and nothing else of it; DatasetError without it."""
    try:
        with ZipFile(file) as opened:
            info = opened.getinfo(FACTS)
            if info.file_size <= LARGEST_FACTS:
                return read_facts(opened.read(info))
    except (KeyError, *BROKEN) as cause:
        raise _damaged(name) from cause
    raise _damaged(name)


def _opened(name: str, data: bytes, bounds: Bounds) -> ZipFile:
    # counted before they are read: each entry takes far more memory than its 46 bytes
    if data.count(b"PK\x01\x02") > 10 * bounds.files:
        raise too_many(bounds)
    try:
        return ZipFile(io.BytesIO(_mended(data)))
    except BROKEN as cause:
        raise _damaged(name) from cause


def _damaged(name: str) -> DatasetError:
    return DatasetError(
        _("{name} is no zip, or it is damaged.").format(name=shown(name)),
        hint=_("Pack the folder again as .zip; other kinds of archive are not read."),
    )


def _mended(data: bytes) -> bytes:
    """Let names that claim to be UTF-8 and are not be read all the same, as the code page that zip began with."""
    try:
        ZipFile(io.BytesIO(data)).close()
    except UnicodeDecodeError:
        changed = bytearray(data)
        place = data.find(b"PK\x01\x02")
        while place >= 0 and data[place : place + 4] == b"PK\x01\x02":
            flags, length, extra, comment = (unpack_from("<H", data, place + at)[0] for at in (8, 28, 30, 32))
            if not _is_utf_8(data[place + 46 : place + 46 + length]):
                pack_into("<H", changed, place + 8, flags & ~UTF_8)
                local = unpack_from("<I", data, place + 42)[0]
                if data[local : local + 4] == b"PK\x03\x04":
                    pack_into("<H", changed, local + 6, unpack_from("<H", data, local + 6)[0] & ~UTF_8)
            place += 46 + length + extra + comment
        return bytes(changed)
    return data


def _is_utf_8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _path(info: ZipInfo) -> str:
    """Read the name as it was meant: many programs write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & UTF_8 and not name.isascii():
        raw = name.encode("cp437", "replace")
        name = raw.decode("utf-8") if _is_utf_8(raw) else name
    return name.replace("\\", "/")


def _demand_sensible(infos: list[ZipInfo], bounds: Bounds) -> None:
    """Refuse a zip by its table of contents alone."""
    if len(infos) > bounds.files:
        raise too_many(bounds)
    # names of one entry, counted as often as they stand there: a trap may name the same packed bytes many times
    total = sum(info.file_size for info in infos if not _trap(info, bounds) and info.file_size <= bounds.file_bytes)
    if total > bounds.total_bytes:
        raise too_much(total, bounds)


def _take(
    info: ZipInfo,
    path: str,
    bounds: Bounds,
    taken: dict[str, Entry],
    skipped: list[Skipped],
    content: Callable[[], bytes],
) -> None:
    flaw = _flaw(info, path, bounds)
    inner = PurePosixPath(path)
    if not flaw and str(inner) in taken:
        flaw = _("The archive holds it twice; the first counts.")
    if flaw:
        skipped.append(Skipped(shown(path), flaw))
    else:
        taken[str(inner)] = Entry(inner, info.file_size, content)


def _flaw(info: ZipInfo, path: str, bounds: Bounds) -> str:
    """Say why an entry is left out; "" where nothing is wrong with it."""
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or (parts and ":" in parts[0]):
        return _("Its path leads out of the archive.")
    if not parts or len(path) > LONGEST_PATH or len(parts) > DEEPEST_PATH:
        return _("Its path is empty or too long.")
    if stat.S_ISLNK(info.external_attr >> 16):
        return _("It is a link, not a file.")
    if info.flag_bits & ENCRYPTED:
        return _("It is protected by a password.")
    if _trap(info, bounds):
        return _("It would unpack to {times:.0f} times its size, as no sound does.").format(
            times=info.file_size / max(1, info.compress_size)
        )
    return too_large(info.file_size, bounds) if info.file_size > bounds.file_bytes else ""


def _trap(info: ZipInfo, bounds: Bounds) -> bool:
    return info.file_size > bounds.trusted and info.file_size > bounds.ratio * max(1, info.compress_size)


def _content(file: ZipFile, lock: Lock, info: ZipInfo, bounds: Bounds) -> bytes:
    """Unpack one entry: never more bytes than it declares, whatever is packed."""
    try:
        with lock, file.open(info) as stream:
            data = stream.read(min(info.file_size, bounds.file_bytes) + 1)
    except BROKEN as cause:
        raise DatasetError(
            _("{name} is damaged inside the archive.").format(name=shown(info.filename)), hint=_("Pack it again.")
        ) from cause
    if len(data) != info.file_size:
        raise DatasetError(
            _("{name} is not as long as the archive says.").format(name=shown(info.filename)), hint=_("Pack it again.")
        )
    return data
