"""A zip can be hostile or damaged: it costs little, harms nothing, and what is good in it is read."""

import io
import stat
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.dataset import archive
from core.dataset.bounds import Bounds
from core.dataset.collection import Collection
from core.dataset.preparing import prepare
from core.errors import DatasetError
from core.finetuning.settings import PrepareSettings
from tests.dataset.made import sound, zipped

A = sound()
GOOD = {"cat/1.wav": A, "dog/1.wav": A}


def reasons(collection: Collection) -> dict[str, str]:
    return {entry.name: entry.reason for entry in collection.skipped}


@pytest.mark.parametrize(
    "path",
    ["../out.wav", "cat/../../out.wav", "/etc/out.wav", "C:/out.wav", "..\\..\\out.wav", "C:\\windows\\out.wav"],
)
def test_paths_that_climb_out_are_left_out(path: str) -> None:
    collection = archive.read("pets.zip", zipped(GOOD | {path: A}))
    assert reasons(collection) == {"out.wav": "Its path leads out of the archive."}
    assert len(collection.examples) == 2


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    collection = archive.read("pets.zip", zipped(GOOD | {"../out.wav": A}))
    assert [example.read() for example in collection.examples] == [A, A]
    assert list(tmp_path.rglob("*")) == [tmp_path / "inside"]


def test_links_are_left_out() -> None:
    target = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(target, "a") as file:
        link = zipfile.ZipInfo("cat/link.wav")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    assert reasons(archive.read("pets.zip", target.getvalue())) == {"link.wav": "It is a link, not a file."}


def test_a_bomb_is_left_out_before_it_is_unpacked() -> None:
    data = zipped(GOOD | {"cat/bomb.wav": bytes(90_000_000)})
    assert len(data) < 1_000_000
    tracemalloc.start()
    collection = archive.read("pets.zip", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "as no sound does" in reasons(collection)["bomb.wav"]
    assert len(collection.examples) == 2
    assert peak < 10_000_000


def test_silence_of_ordinary_length_is_no_bomb() -> None:
    assert archive.read("pets.zip", zipped(GOOD | {"dog/silence.wav": bytes(1_000_000)})).skipped == ()


def test_a_file_over_the_limit_is_left_out_by_what_it_declares() -> None:
    data = zipped(GOOD | {"cat/long.wav": np.random.default_rng(0).bytes(50_000)})
    collection = archive.read("pets.zip", data, bounds=Bounds(file_bytes=40_000))
    assert reasons(collection) == {"long.wav": "It is 50 kB large; at most 40 kB are read."}


def test_a_zip_that_is_too_large_as_a_whole_is_refused() -> None:
    with pytest.raises(DatasetError, match="Unpacked, it would be 32 kB large") as caught:
        archive.read("pets.zip", zipped(GOOD), bounds=Bounds(total_bytes=30_000))
    assert caught.value.hint


def test_a_zip_of_too_many_files_is_refused_before_its_contents_are_listed() -> None:
    data = zipped({f"{number}/1.wav": b"" for number in range(220)})
    with pytest.raises(DatasetError, match="more than 100 files"):
        archive.read("pets.zip", data, bounds=Bounds(files=100))
    started = time.perf_counter()
    with pytest.raises(DatasetError, match="more than 20000 files"):
        archive.read("pets.zip", b"PK\x01\x02" + bytes(42) + (b"PK\x01\x02" + bytes(42)) * 200_000)
    assert time.perf_counter() - started < 1


def test_an_entry_that_holds_more_than_it_declares_gives_no_more_than_that() -> None:
    data = bytearray(zipped({"cat/1.wav": A, "dog/1.wav": bytes(5_000_000)}))
    place = data.rfind(b"PK\x01\x02")
    assert data[place + 46 :].startswith(b"dog/1.wav")
    struct.pack_into("<I", data, place + 24, 1000)  # declared size, unpacked
    entry = next(one for one in archive.read("pets.zip", bytes(data)).examples if one.label == "dog")
    with pytest.raises(DatasetError, match="damaged inside the archive"):
        entry.read()


def test_an_entry_that_holds_less_than_it_declares_is_refused_when_it_is_read() -> None:
    data = bytearray(zipped(GOOD))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 20_000)
    entry = next(one for one in archive.read("pets.zip", bytes(data)).examples if one.label == "dog")
    with pytest.raises(DatasetError, match=r"1\.wav is not as long as the archive says"):
        entry.read()


def test_archives_inside_are_not_opened() -> None:
    collection = archive.read("pets.zip", zipped(GOOD | {"cat/more.zip": zipped(GOOD)}))
    assert reasons(collection) == {"more.zip": "An archive inside is not opened; unpack it first."}


def test_a_protected_entry_is_left_out() -> None:
    data = bytearray(zipped(GOOD | {"dog/secret.wav": A}))
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    assert reasons(archive.read("pets.zip", bytes(data))) == {"secret.wav": "It is protected by a password."}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_is_there_twice_counts_once() -> None:
    target = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(target, "a") as file:
        file.writestr("cat/1.wav", b"other")
    collection = archive.read("pets.zip", target.getvalue())
    assert reasons(collection) == {"1.wav": "The archive holds it twice; the first counts."}
    assert [example.read() for example in collection.examples] == [A, A]


@pytest.mark.parametrize(
    ("raw", "flag", "label"),
    [
        ("Bär".encode(), 0x800, "Bär"),
        ("Bär".encode(), 0, "Bär"),
        ("Bär".encode("cp437"), 0, "Bär"),
        (b"B\xe4r", 0x800, "BΣr"),  # Latin-1 that claims to be UTF-8: 0xE4 is Σ in zip's own code page
    ],
    ids=["UTF-8", "UTF-8 that does not say so", "zip's code page", "claims to be UTF-8"],
)
def test_names_in_any_encoding_are_usable(raw: bytes, flag: int, label: str) -> None:
    mark = b"x" * len(raw)
    data = bytearray(zipped({f"{mark.decode()}/1.wav": A, "dog/1.wav": A}).replace(mark + b"/1.wav", raw + b"/1.wav"))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(sign)
        struct.pack_into("<H", data, place + at, flag)
    collection = archive.read("pets.zip", bytes(data))
    assert {one.label for one in collection.examples} == {label, "dog"}
    assert [one.read() for one in collection.examples] == [A, A]


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", zipped(GOOD)[:-30], zipped(GOOD)[40:], b"PK\x05\x06" + b"\xff" * 18, b"Rar!\x1a\x07"],
    ids=["nothing", "text", "cut short", "without its beginning", "an end alone", "another archive"],
)
def test_what_is_no_zip_is_refused(data: bytes, home: Path) -> None:
    with pytest.raises(DatasetError, match=r"no zip, or it is damaged|one class only|No sound") as caught:
        prepare(archive.read("pets.zip", data), PrepareSettings(), home)
    assert caught.value.hint


def test_a_damaged_entry_costs_only_itself(home: Path) -> None:
    data = bytearray(zipped(GOOD | {"cat/2.wav": sound(500), "dog/2.wav": sound(600)}))
    place = data.find(b"cat/2.wav") + 40
    data[place : place + 50] = b"\xff" * 50
    made = prepare(archive.read("pets.zip", bytes(data)), PrepareSettings(), home)
    assert len(made.items) == 3
    assert [(entry.name, entry.reason) for entry in made.skipped] == [("2.wav", "2.wav is damaged inside the archive.")]


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_whatever_raises_anything_else(seed: int) -> None:
    generator = np.random.default_rng(seed)
    data = np.frombuffer(zipped(GOOD | {"metadata.csv": b"file_name,label\ncat/1.wav,a\ndog/1.wav,b\n"}), np.uint8)
    data = data.copy()
    start = data.size - 400 if seed % 2 else 0  # the table of contents, or anywhere
    data[generator.integers(start, data.size, 6)] = generator.integers(0, 256, 6)
    try:
        for example in archive.read("pets.zip", data.tobytes()).examples:
            example.read()
    except DatasetError as refusal:
        assert refusal.hint
