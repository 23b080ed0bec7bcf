"""Bound what folders of one kind take on the disk: those that nobody has used for longest leave first."""

import os
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

BUDGET = 20_000_000_000  # bytes of all folders of one kind together
IN_USE = 3_600.0  # seconds after its last use in which a folder stays


def use(folder: Path) -> None:
    """Take down that a folder is used now."""
    with suppress(OSError):
        os.utime(folder)


def make_room(within: Path, needed: int, budget: int = BUDGET, spared: Collection[str] = ()) -> bool:
    """Remove folders until ``needed`` bytes more fit into the budget, the longest unused first; tell whether they do.

    spared  names of folders that stay; so does what was used within the last hour, and what begins with a point
    """
    found = [path for path in within.iterdir() if path.is_dir()] if within.is_dir() else []
    last = {path: _last_use(path) for path in found if not path.name.startswith(".")}
    sizes = {path: taken(path) for path in last}
    total = needed + sum(sizes.values())
    for path in sorted(last, key=lambda path: last[path]):
        if total <= budget:
            break
        if path.name not in spared and time.time() - last[path] > IN_USE:
            shutil.rmtree(path, ignore_errors=True)
            total -= sizes[path]
    return total <= budget


def taken(folder: Path) -> int:
    """Add up the bytes of all files in a folder; one that is removed meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
