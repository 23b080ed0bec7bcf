"""Files uploaded per class and recordings in the page become a collection like any other."""

import pytest

from core.dataset.bounds import Bounds
from core.dataset.uploads import collect
from core.errors import DatasetError
from tests.dataset.made import sound

A, B = sound(400), sound(500)


def test_files_come_with_their_class_and_speaker() -> None:
    collection = collect("Pets", {"cat": [("1.wav", A)], "dog": [("2.wav", B)]}, {"1.wav": "Ann"})
    assert [(one.name, one.label, one.group, one.read()) for one in collection.examples] == [
        ("1.wav", "cat", "Ann", A),
        ("2.wav", "dog", "", B),
    ]
    assert (collection.title, collection.skipped) == ("Pets", ())


def test_speakers_of_files_with_the_same_name_are_told_apart_by_class() -> None:
    collection = collect("Pets", {"cat": [("1.wav", A)], "dog": [("1.wav", B)]}, {"cat/1.wav": "Ann", "1.wav": "Bob"})
    assert [one.group for one in collection.examples] == ["Ann", "Bob"]


def test_clips_without_a_class_are_unlabelled() -> None:
    files = {"cat": [("1.wav", A)], "dog": [("2.wav", B)], "": [("3.wav", A)]}
    assert [one.label for one in collect("Pets", files).examples] == ["cat", "dog", ""]


def test_an_empty_class_is_listed() -> None:
    collection = collect("Pets", {"cat": [("1.wav", A)], "dog": [("2.wav", B)], "cow": []})
    assert [(entry.name, entry.reason) for entry in collection.skipped] == [
        ("cow", "It holds no sound, so it is no class.")
    ]


def test_a_huge_file_among_good_ones_is_listed() -> None:
    files = {"cat": [("1.wav", A), ("big.wav", bytes(99_000))], "dog": [("2.wav", B)]}
    collection = collect("Pets", files, bounds=Bounds(file_bytes=50_000))
    assert [entry.name for entry in collection.skipped] == ["big.wav"]
    assert len(collection.examples) == 2


@pytest.mark.parametrize(
    ("files", "bounds", "sentence"),
    [
        ({"cat": [("1.wav", A)]}, Bounds(), "one class only"),
        ({"cat": [], "dog": []}, Bounds(), "No sound was found"),
        ({"cat": [("1.wav", A)], "Cat": [("2.wav", B)]}, Bounds(), "capital letters"),
        ({"cat": [("1.wav", A)], "dog": [("2.wav", B)]}, Bounds(files=1), "more than 1 files"),
        ({"cat": [("1.wav", A)], "dog": [("2.wav", B)]}, Bounds(total_bytes=20_000), "it would be 32 kB large"),
    ],
    ids=["one class", "nothing", "case", "too many", "too much"],
)
def test_what_cannot_be_used_is_refused(files: dict, bounds: Bounds, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as caught:
        collect("Pets", files, bounds=bounds)
    assert caught.value.hint
