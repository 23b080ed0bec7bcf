"""How much memory and disk there really is, within the limits of a container where there is one."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.text import _

MEMBERSHIP = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Accounts:
    """Where one version of Linux's control groups writes what a group may use and what it uses."""

    marker: str
    folder: str
    limit: str
    usage: str
    file_pages: tuple[str, ...]


VERSION_2 = Accounts("0::", "", "memory.max", "memory.current", ("inactive_file", "active_file"))
VERSION_1 = Accounts(
    ":memory:",
    "memory",
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    ("total_inactive_file", "total_active_file"),
)


def plain_size(count: int) -> str:
    """Write a number of bytes as people do: 12 kB, 360 MB, 1.3 GB."""
    if count >= 1e9:
        return _("{size} GB").format(size=f"{count / 1e9:.1f}")
    if count >= 1e6:
        return _("{size} MB").format(size=f"{count / 1e6:.0f}")
    return _("{size} kB").format(size=f"{count / 1e3:.0f}")


def free_disk(folder: Path) -> int:
    """Measure the free bytes of the disk on which a folder lies or will lie."""
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    return shutil.disk_usage(place).free


def available_memory(groups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """Measure the bytes of memory that can still be had."""
    lines = membership.read_text().splitlines() if membership.is_file() else []
    left = [psutil.virtual_memory().available]
    for accounts in (VERSION_2, VERSION_1):
        left += _left(accounts, groups / accounts.folder, lines)
    return min(left)


def _left(accounts: Accounts, root: Path, lines: list[str]) -> list[int]:
    """Read what each control group around this program leaves; pages of files can be given back."""
    path = next((line.partition(accounts.marker)[2] for line in lines if accounts.marker in line), "")
    inner = root / path.strip("/")
    groups = [group for group in (inner, *inner.parents) if group.is_relative_to(root)]
    return [_room(accounts, group) for group in {root, *groups} if _number(group / accounts.limit) is not None]


def _room(accounts: Accounts, group: Path) -> int:
    limit, usage = _number(group / accounts.limit) or 0, _number(group / accounts.usage) or 0
    stat = group / "memory.stat"
    rows = dict(line.split() for line in stat.read_text().splitlines()) if stat.is_file() else {}
    return max(0, limit - usage + sum(int(rows.get(row, 0)) for row in accounts.file_pages))


def _number(file: Path) -> int | None:
    """Read a count of bytes; None where there is no file or no limit ("max")."""
    text = file.read_text().strip() if file.is_file() else ""
    return int(text) if text.isdigit() else None
