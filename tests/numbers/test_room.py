"""What is kept on disk is bounded: what nobody has used for longest leaves first."""

import os
import time
from pathlib import Path

import pytest

from core.room import IN_USE, make_room, use

LONG_AGO = 10 * IN_USE


def folder(within: Path, name: str, bytes_: int, ago: float) -> Path:
    path = within / name
    path.mkdir()
    (path / "numbers").write_bytes(b"x" * bytes_)
    os.utime(path, (time.time() - ago, time.time() - ago))
    return path


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    return [folder(tmp_path, name, 100, LONG_AGO - place) for place, name in enumerate("abc")]


def left(within: Path) -> list[str]:
    return sorted(path.name for path in within.iterdir())


def test_the_longest_unused_leave_and_no_more_than_needed(three: list[Path], tmp_path: Path) -> None:
    use(three[0])
    assert make_room(tmp_path, 50, budget=250)
    assert left(tmp_path) == ["a", "c"]


def test_nothing_leaves_where_there_is_room(three: list[Path], tmp_path: Path) -> None:
    assert make_room(tmp_path, 50, budget=350)
    assert left(tmp_path) == ["a", "b", "c"]


def test_what_is_spared_or_was_just_used_stays_and_it_is_said_that_there_is_no_room(
    three: list[Path], tmp_path: Path
) -> None:
    use(three[1])
    assert not make_room(tmp_path, 50, budget=200, spared={"a"})
    assert left(tmp_path) == ["a", "b"]


def test_no_folder_is_as_much_room_as_the_budget(tmp_path: Path) -> None:
    assert make_room(tmp_path / "none", 10, budget=10)
    assert not make_room(tmp_path / "none", 11, budget=10)
