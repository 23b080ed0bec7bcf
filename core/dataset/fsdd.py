"""The Free Spoken Digit Dataset (Zohar Jackson and others, 1.0.10): fetched from its publisher, never shipped.

3,000 recordings of ten English digits by six people, 8 kHz, CC BY-SA 4.0. The label is the digit, the group is the
speaker. Its own convention, index 0 to 4 for the test, has the same speakers on both sides; it is left out here, so
that the sounds are divided by speaker.
"""

import errno
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from httpx2 import HTTPError, TransportError, stream

from core.dataset import archive
from core.dataset.collection import Collection, Example
from core.dataset.layout import Entry
from core.dataset.naming import natural
from core.errors import DatasetError
from core.memory import free_disk, plain_size
from core.progress import Report, Step, silent
from core.sources import EVERYTHING, Policy
from core.text import N_, _

TITLE = N_("Spoken digits (real recordings)")
SUMMARY = N_("3,000 recordings of the digits 0 to 9 by six people; fetched from its publisher.")
LICENCE = "CC BY-SA 4.0"
SOURCE = "github.com/Jakobovski/free-spoken-digit-dataset, v1.0.10"
RECORDING = re.compile(r"recordings/([0-9])_([a-z]+)_([0-9]{1,2})\.wav", re.ASCII)
FOLDER = "fetched"
LARGEST = 64_000_000  # bytes
CHUNK = 262_144  # bytes between two reports
HEADERS = {"user-agent": "strata", "accept-encoding": "identity"}
TIMEOUT = 20.0  # seconds without a byte
PATIENCE = 3  # attempts
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Release:
    """What is asked for, and what has to come.

    address     a commit, which unlike a tag cannot be moved; the packed bytes of GitHub's archives can change, so the
                recordings are checked, not the archive
    size        of the archive in bytes, about: its sender does not tell
    recordings  how many there are
    speakers    SHA-256 over names and contents in the order of names, for speakers whose recordings were at hand when
                this was written; others than these are refused
    whole       the same over all recordings, as another project published it; where it differs, only the recordings
                of other speakers count as unchecked
    pause       seconds before another attempt
    """

    address: str = (
        "https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/d6938f9bf1545aa66d8489fc9f1385a7abd64282"
    )
    size: int = 16_419_872
    recordings: int = 3_000
    speakers: Mapping[str, str] = field(
        default_factory=lambda: {
            "jackson": "68578b22b7cb8b9320d16dc95f88579c4c2398da2f4a872be332c7d25608c0dc",
            "lucas": "e74ec66bb1722af6a795e4523411dceeccd5cbf86145ec004a1ef811762b8355",
            "nicolas": "d3d12f00d05c02e2093921a7870f5aa10186ef6e1947c5fe13c487fc9d32806f",
            "theo": "cf87f03db485dfc29f74ab05db7e869a4f6b2e8dbbcad29d10105e494ea4480b",
        }
    )
    whole: str = "45a9b976ba3397a2fd5c70a9f2e43c34f442a3a6be47392ecfc41174b678f37e"
    pause: float = 1.0


RELEASE = Release()


def place(home: Path) -> Path:
    """Where the archive lies once it was fetched and checked."""
    return home / FOLDER / "fsdd-1.0.10.zip"


def collection(
    home: Path, report: Report = silent, policy: Policy = EVERYTHING, release: Release = RELEASE
) -> Collection:
    """Return the recordings, fetching them first where they are not on this computer; about 16 MB, once.

    report  hears Step(bytes, bytes in all, title); may raise to stop

    Raises DatasetError where the policy allows no network, where the publisher cannot be reached or sends something
    else, and where the disk is full. No host but the publisher's is asked; redirections are not followed.
    """
    path = place(home)
    if path.is_file():
        try:
            return _checked(path.read_bytes(), release)
        except DatasetError:
            path.unlink(missing_ok=True)  # damaged since; fetched anew
    if policy.hub == "none":
        raise DatasetError(
            _("This server fetches nothing from the network, and the spoken digits are not on it."),
            hint=_("Choose another set, or run Strata on your own computer."),
        )
    data = _fetched(report, release)
    found = _checked(data, release)
    _keep(data, path)
    return found


def _checked(data: bytes, release: Release) -> Collection:
    """Compare the recordings with the digests, and say in the source which could not be."""
    found = {entry.path.name: entry for entry in archive.entries("fsdd.zip", data).entries if _named(entry)}
    names = sorted(found)
    parts = {name: found[name].read() for name in names}
    speakers = sorted({name.split("_")[1] for name in names})
    wrong = [speaker for speaker, digest in release.speakers.items() if _digest(parts, speaker) != digest]
    if wrong or len(names) != release.recordings:
        raise DatasetError(
            _("What arrived is not the Free Spoken Digit Dataset as it was published."),
            hint=_("Try again; some networks ask for a login page first, others change files on the way."),
        )
    unchecked = [speaker for speaker in speakers if speaker not in release.speakers]
    if _digest(parts) == release.whole or not unchecked:
        note = _("all recordings checked")
    else:
        note = _("recordings of {names} not checked").format(names=", ".join(unchecked))
    examples = tuple(_example(found[name]) for name in sorted(names, key=natural))
    return Collection(_(TITLE), examples, licence=LICENCE, source=f"{SOURCE} ({note})")


def _named(entry: Entry) -> bool:
    """Tell whether a file is a recording: GitHub puts everything into one folder named after the version."""
    return len(entry.path.parts) == 3 and bool(RECORDING.fullmatch("/".join(entry.path.parts[1:])))


def _digest(parts: Mapping[str, bytes], speaker: str = "") -> str:
    digest = hashlib.sha256()
    for name, data in parts.items():
        if not speaker or name.split("_")[1] == speaker:
            digest.update(name.encode())
            digest.update(data)
    return digest.hexdigest()


def _example(entry: Entry) -> Example:
    label, speaker, _index = entry.path.stem.split("_")
    return Example(entry.path.name, entry.read, label=label, group=speaker)


def _fetched(report: Report, release: Release) -> bytes:
    """Ask up to three times, from the beginning each time: the publisher cannot send a part of an archive."""
    for attempt in range(1, PATIENCE + 1):
        try:
            return _received(report, release)
        except TransportError as cause:
            if attempt == PATIENCE:
                raise DatasetError(
                    _("The publisher of the spoken digits could not be reached, or the download broke off."),
                    hint=_("Check the connection and try again. The other sets need no network."),
                ) from cause
            time.sleep(release.pause)
        except HTTPError as cause:
            raise _refused(0) from cause
    raise _refused(0)


def _received(report: Report, release: Release) -> bytes:
    got = bytearray()
    with stream("GET", release.address, timeout=TIMEOUT, headers=HEADERS) as response:
        if response.status_code != 200:
            raise _refused(response.status_code)
        told = response.headers.get("content-length", "")
        total = max(1, int(told) if told.isascii() and told.isdigit() and len(told) < 12 else release.size)
        for chunk in response.iter_bytes(CHUNK):
            got += chunk
            if len(got) > LARGEST:
                raise _refused(response.status_code)
            report(Step(min(len(got), total), total, _(TITLE)))
    return bytes(got)


def _refused(status: int) -> DatasetError:
    return DatasetError(
        _("The publisher of the spoken digits sent something else (status {status}).").format(status=status),
        hint=_("Try again in a few minutes. The other sets need no network."),
    )


def _keep(data: bytes, path: Path) -> None:
    """Write the archive so that it is there whole or not at all."""
    part = path.with_suffix(f".{time.time_ns()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as cause:
        if cause.errno in FULL:
            raise DatasetError(
                _("The disk is full: the spoken digits need {size}, and {free} are free.").format(
                    size=plain_size(len(data)), free=plain_size(free_disk(path.parent))
                ),
                hint=_("Make room, or set STRATA_HOME to a folder on a larger disk."),
            ) from cause
        raise DatasetError(
            _("The spoken digits could not be kept: {reason}.").format(reason=cause.strerror or cause),
            hint=_("Check that {folder} can be written, or set STRATA_HOME.").format(folder=path.parent),
        ) from cause
    finally:
        part.unlink(missing_ok=True)
