"""The spoken digits come from their publisher once, are checked, and are read by nobody else's word."""

import hashlib
from pathlib import Path

import pytest

from core.dataset import fsdd
from core.dataset.fsdd import RELEASE, Release
from core.dataset.preparing import prepare
from core.dataset.ready import ready_sets
from core.dataset.splits import divide
from core.errors import CancelledError, DatasetError
from core.finetuning.settings import PrepareSettings, SplitSettings
from core.progress import Step
from core.sources import Policy
from tests.dataset.made import sound, zipped
from tests.dataset.publisher import Publisher

TOP = "free-spoken-digit-dataset-0123abc"
FILES = {
    f"{digit}_{speaker}_{index}.wav": sound(200 + 40 * digit + 7 * index + 3 * place)
    for digit in range(10)
    for place, speaker in enumerate(("ann", "bob", "cem"))
    for index in range(2)
}


def digest(files: dict[str, bytes], speaker: str = "") -> str:
    wanted = sorted(name for name in files if not speaker or name.split("_")[1] == speaker)
    return hashlib.sha256(b"".join(name.encode() + files[name] for name in wanted)).hexdigest()


def packed(files: dict[str, bytes]) -> bytes:
    """Pack as GitHub does: all in one folder that is named after the version."""
    others = {f"{TOP}/README.md": b"# FSDD", f"{TOP}/metadata.py": b"", f"{TOP}/recordings/notes.txt": b""}
    return zipped({f"{TOP}/recordings/{name}": data for name, data in files.items()} | others, [TOP])


def release(publisher: Publisher, files: dict[str, bytes] = FILES) -> Release:
    publisher.archive = packed(files)
    known = {speaker: digest(FILES, speaker) for speaker in ("ann", "bob")}
    return Release(publisher.address, len(publisher.archive), len(FILES), known, digest(FILES), pause=0.0)


def test_recordings_come_with_digit_and_speaker_and_without_a_side(publisher: Publisher, home: Path) -> None:
    collection = fsdd.collection(home, release=release(publisher))
    assert len(collection.examples) == 60
    first = collection.examples[0]
    assert (first.name, first.label, first.group, first.split) == ("0_ann_0.wav", "0", "ann", "")
    assert first.read() == FILES["0_ann_0.wav"]
    assert collection.licence == "CC BY-SA 4.0"
    assert "all recordings checked" in collection.source


def test_they_are_fetched_once(publisher: Publisher, home: Path) -> None:
    asked = release(publisher)
    first = fsdd.collection(home, release=asked)
    second = fsdd.collection(home, release=asked, policy=Policy(hub="none"))
    assert len(publisher.asked) == 1
    assert [one.name for one in first.examples] == [one.name for one in second.examples]


def test_progress_is_told_in_bytes(publisher: Publisher, home: Path) -> None:
    steps: list[Step] = []
    asked = release(publisher)
    fsdd.collection(home, steps.append, release=asked)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1] == Step(len(publisher.archive), len(publisher.archive), steps[-1].note)


def test_a_broken_download_is_taken_up_again(publisher: Publisher, home: Path) -> None:
    asked = release(publisher)
    publisher.cuts = [1000, 0]
    assert len(fsdd.collection(home, release=asked).examples) == 60
    assert len(publisher.asked) == 3


def test_a_download_that_breaks_off_again_and_again_is_told(publisher: Publisher, home: Path) -> None:
    asked = release(publisher)
    publisher.cuts = [1000] * 3
    with pytest.raises(DatasetError, match="could not be reached, or the download broke off") as caught:
        fsdd.collection(home, release=asked)
    assert caught.value.hint
    assert not home.exists()


def test_a_publisher_out_of_reach_is_told(home: Path) -> None:
    with pytest.raises(DatasetError, match="could not be reached"):
        fsdd.collection(home, release=Release("http://127.0.0.1:1/zip", pause=0.0))


@pytest.mark.parametrize("status", [302, 404, 500])
def test_other_answers_are_told_and_nobody_else_is_asked(publisher: Publisher, home: Path, status: int) -> None:
    asked = release(publisher)
    publisher.status = status
    with pytest.raises(DatasetError, match=f"status {status}") as caught:
        fsdd.collection(home, release=asked)
    assert caught.value.hint
    assert len(publisher.asked) == 1


@pytest.mark.parametrize("case", ["a login page", "one sound changed", "one missing", "one more", "another zip"])
def test_anything_but_the_recordings_is_refused_and_not_kept(publisher: Publisher, home: Path, case: str) -> None:
    files = {
        "one sound changed": FILES | {"3_ann_1.wav": sound(1234)},
        "one missing": {name: data for name, data in FILES.items() if name != "3_cem_1.wav"},
        "one more": FILES | {"3_dan_0.wav": sound(1234)},
        "another zip": {"hello.wav": sound()},
    }
    asked = release(publisher, files.get(case, FILES))
    if case == "a login page":
        publisher.archive = b"<html>Welcome to our network. Please log in.</html>"
    with pytest.raises(DatasetError) as caught:
        fsdd.collection(home, release=asked)
    assert caught.value.hint
    assert not fsdd.place(home).exists()


def test_recordings_that_could_not_be_checked_are_named(publisher: Publisher, home: Path) -> None:
    asked = release(publisher, FILES | {"3_cem_1.wav": sound(1234)})  # nothing is known of cem alone
    assert fsdd.collection(home, release=asked).source.endswith("(recordings of cem not checked)")


def test_an_archive_that_was_damaged_since_is_fetched_anew(publisher: Publisher, home: Path) -> None:
    asked = release(publisher)
    fsdd.collection(home, release=asked)
    fsdd.place(home).write_bytes(publisher.archive[:5000])
    assert len(fsdd.collection(home, release=asked).examples) == 60
    assert len(publisher.asked) == 2


def test_a_server_without_network_says_so(publisher: Publisher, home: Path) -> None:
    with pytest.raises(DatasetError, match="fetches nothing") as caught:
        fsdd.collection(home, release=release(publisher), policy=Policy(hub="none"))
    assert caught.value.hint
    assert publisher.asked == []


def test_stopping_leaves_nothing(publisher: Publisher, home: Path) -> None:
    def stop(_step: Step) -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        fsdd.collection(home, stop, release=release(publisher))
    assert not home.exists()


def test_a_full_disk_is_told(publisher: Publisher, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DatasetError, match="The disk is full"):
        fsdd.collection(home, release=release(publisher))


def test_only_the_publisher_is_asked_for_a_version_that_cannot_be_moved() -> None:
    assert RELEASE.address.startswith("https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/")
    assert len(RELEASE.address.rsplit("/", 1)[1]) == 40  # a commit


def test_the_real_recordings_are_those_whose_digests_ship(publisher: Publisher, home: Path, digits: Path) -> None:
    files = {path.name: path.read_bytes() for path in digits.glob("*.wav")}
    publisher.archive = packed(files)
    asked = Release(publisher.address, recordings=len(files), pause=0.0)
    collection = fsdd.collection(home, release=asked)
    assert len(collection.examples) == 2000
    data = prepare(collection, PrepareSettings(), home)
    assert (data.labels, len(data.items), data.skipped) == (tuple("0123456789"), 2000, ())
    divisions = divide(data, SplitSettings(kind="leave-one-out"))
    assert [division.name for division in divisions] == ["jackson", "lucas", "nicolas", "theo"]
    assert [len(division.test) for division in divisions] == [500] * 4


def test_ready_sets_are_listed_without_opening_their_sounds(tmp_path: Path, home: Path) -> None:
    facts = b'title = "Pets"\nsummary = "Two of them."\nlicence = "CC0-1.0"\ntask = "classes"\n'
    data = zipped({"cat/1.wav": sound(400), "dog/1.wav": sound(500), "set.toml": facts})
    (tmp_path / "pets.zip").write_bytes(data)
    sets = ready_sets(home, tmp_path)
    pets, digits = sets["pets"], sets["fsdd"]
    assert (pets.title, pets.summary, pets.licence, pets.here) == ("Pets", "Two of them.", "CC0-1.0", True)
    assert [one.label for one in pets.collection(home=home).examples] == ["cat", "dog"]
    assert (digits.here, round(digits.megabytes), digits.licence) == (False, 16, "CC BY-SA 4.0")


@pytest.mark.parametrize("data", [b"no zip", zipped({"cat/1.wav": b""}), zipped({"set.toml": b"title = "})])
def test_a_damaged_shipped_set_is_told(tmp_path: Path, home: Path, data: bytes) -> None:
    (tmp_path / "pets.zip").write_bytes(data)
    with pytest.raises(DatasetError) as caught:
        ready_sets(home, tmp_path)
    assert caught.value.hint


def test_every_shipped_set_can_be_prepared(home: Path) -> None:
    for name, ready in ready_sets(home).items():
        if name != "fsdd":
            data = prepare(ready.collection(home=home), PrepareSettings(), home)
            assert data.items, name
            assert data.skipped == (), name
            assert ready.title, name
            assert ready.licence, name
