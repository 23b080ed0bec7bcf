"""A folder of a real computer holds more than files: what is no sound is told, and nothing hangs."""

import os
from pathlib import Path

import pytest

from core.dataset import audiofolder
from core.dataset.bounds import Bounds
from core.dataset.home import home
from core.errors import DatasetError
from tests.dataset.made import foldered, sound

A = sound()
GOOD = {"cat/1.wav": A, "dog/1.wav": A}


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no folder missing") as caught:
        audiofolder.read(tmp_path / "missing")
    assert caught.value.hint


def test_pipes_and_links_to_nowhere_are_listed_and_not_opened(tmp_path: Path) -> None:
    folder = foldered(GOOD, tmp_path / "pets")
    os.mkfifo(folder / "cat" / "pipe.wav")
    (folder / "cat" / "gone.wav").symlink_to(tmp_path / "nothing.wav")
    (folder / "cat" / "loop").symlink_to(folder)
    collection = audiofolder.read(folder)
    assert {(entry.name, entry.reason) for entry in collection.skipped} == {
        ("pipe.wav", "It is no ordinary file."),
        ("gone.wav", "It cannot be read: No such file or directory."),
        ("loop", "A link to another folder is not followed."),
    }
    assert len(collection.examples) == 2


def test_names_that_are_no_unicode_are_usable(tmp_path: Path) -> None:
    folder = foldered(GOOD, tmp_path / "pets")
    odd = os.fsencode(folder) + b"/B\xe4r"
    os.mkdir(odd)  # noqa: PTH102  a name that Path cannot spell
    Path(os.fsdecode(odd + b"/\xff.wav")).write_bytes(A)
    collection = audiofolder.read(folder)
    found = next(one for one in collection.examples if one.label not in ("cat", "dog"))
    assert (found.label, found.name, found.read()) == ("B\ufffdr", "\ufffd.wav", A)


def test_a_huge_file_among_good_ones_is_listed(tmp_path: Path) -> None:
    folder = foldered(GOOD, tmp_path / "pets")
    with (folder / "cat" / "huge.wav").open("wb") as file:
        file.truncate(200_000_000)
    assert [entry.reason for entry in audiofolder.read(folder).skipped] == [
        "It is 200 MB large; at most 100 MB are read."
    ]


def test_a_file_that_vanishes_or_grows_is_refused_when_it_is_read(tmp_path: Path) -> None:
    folder = foldered(GOOD, tmp_path / "pets")
    cat, dog = audiofolder.read(folder, bounds=Bounds(file_bytes=20_000)).examples
    (folder / "cat" / "1.wav").unlink()
    (folder / "dog" / "1.wav").write_bytes(bytes(30_000))
    with pytest.raises(DatasetError, match=r"1\.wav cannot be read"):
        cat.read()
    with pytest.raises(DatasetError, match="It is 20 kB large"):
        dog.read()


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    folder = foldered({f"{number % 2}/{number}.wav": b"" for number in range(12)}, tmp_path / "many")
    with pytest.raises(DatasetError, match="more than 10 files"):
        audiofolder.read(folder, bounds=Bounds(files=10))


def test_home_is_the_folder_that_the_environment_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "kept"))
    assert home() == tmp_path / "kept"
    monkeypatch.delenv("STRATA_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert home().name == "strata"
