"""Folders and zips in the audiofolder layout are understood alike, and what is wrong with them is said."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset import archive, audiofolder
from core.dataset.collection import Collection
from core.errors import DatasetError
from tests.dataset.made import foldered, sound, zipped

Files = dict[str, bytes]
Read = Callable[..., Collection]
A = sound()


@pytest.fixture(params=["folder", "zip"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Read:
    """Read the same files from a folder and from a zip."""

    def from_files(files: Files, folders: tuple[str, ...] = (), merge_case: bool = False) -> Collection:
        if request.param == "zip":
            return archive.read("pets.zip", zipped(files, folders), merge_case)
        return audiofolder.read(foldered(files, tmp_path / "pets", folders), merge_case)

    return from_files


def told(collection: Collection) -> set[tuple[str, ...]]:
    return {(one.name, one.label, one.group, one.split, one.text) for one in collection.examples}


def sheet(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_a_folder_per_class_names_the_class(read: Read) -> None:
    collection = read({"cat/1.wav": A, "cat/2.wav": A, "dog/1.wav": A})
    assert Counter(one.label for one in collection.examples) == {"cat": 2, "dog": 1}
    assert (collection.title, collection.task, collection.skipped) == ("pets", "classes", ())
    assert collection.examples[0].read() == A


def test_nothing_is_decoded_on_the_way(read: Read) -> None:
    assert len(read({"cat/1.wav": b"no sound", "dog/1.wav": b""}).examples) == 2


def test_a_folder_around_everything_is_no_class(read: Read) -> None:
    collection = read({"mine/all/cat/1.wav": A, "mine/all/dog/1.wav": A, "mine/README.md": b"hello"})
    assert told(collection) == {("1.wav", "cat", "", "", ""), ("1.wav", "dog", "", "", "")}


def test_folders_within_a_class_belong_to_it(read: Read) -> None:
    collection = read({"cat/monday/1.wav": A, "cat/tuesday/1.wav": A, "dog/monday/1.wav": A})
    assert Counter(one.label for one in collection.examples) == {"cat": 2, "dog": 1}


@pytest.mark.parametrize(
    ("folder", "side"),
    [("train", "train"), ("Training", "train"), ("val", "validation"), ("dev", "validation"), ("eval", "test")],
)
def test_folders_called_after_sides_are_the_publishers_split(read: Read, folder: str, side: str) -> None:
    collection = read({f"{folder}/cat/1.wav": A, f"{folder}/dog/1.wav": A, "test/cat/9.wav": A})
    assert {(one.label, one.split) for one in collection.examples} == {("cat", side), ("dog", side), ("cat", "test")}


def test_a_class_called_test_among_others_is_a_class(read: Read) -> None:
    assert told(read({"test/1.wav": A, "siren/1.wav": A})) == {
        ("1.wav", "test", "", "", ""),
        ("1.wav", "siren", "", "", ""),
    }


def test_a_folder_called_unlabelled_has_no_label(read: Read) -> None:
    collection = read({"cat/1.wav": A, "dog/1.wav": A, "unlabelled/1.wav": A})
    assert sorted(one.label for one in collection.examples) == ["", "cat", "dog"]


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_a_list_of_files_gives_label_speaker_side_and_text(read: Read, name: str) -> None:
    rows = [
        {"file_name": "a/1.wav", "label": "cat", "speaker": "ann", "split": "train", "text": "meow"},
        {"file_name": "a/2.wav", "label": "dog", "speaker": "bob", "split": "test", "text": "woof"},
    ]
    lines = [json.dumps(row) for row in rows]
    if name.endswith(".csv"):
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    collection = read({"a/1.wav": A, "a/2.wav": A, name: sheet(*lines)})
    assert told(collection) == {("1.wav", "cat", "ann", "train", "meow"), ("2.wav", "dog", "bob", "test", "woof")}
    assert collection.task == "classes"


def test_a_group_is_never_guessed_from_names(read: Read) -> None:
    collection = read({"0/0_ann_1.wav": A, "1/1_ann_1.wav": A})
    assert {one.group for one in collection.examples} == {""}


@pytest.mark.parametrize("column", ["text", "transcription", "sentence"])
def test_texts_without_labels_are_transcripts(read: Read, column: str) -> None:
    collection = read({"1.wav": A, "metadata.csv": sheet(f"file_name,{column}", '1.wav,"one, two"')})
    assert (collection.task, collection.examples[0].text) == ("transcripts", "one, two")


def test_a_single_other_column_whose_values_repeat_is_the_label(read: Read) -> None:
    files = {f"{number}.wav": A for number in range(4)}
    table = sheet("file_name,instrument", "0.wav,flute", "1.wav,flute", "2.wav,horn", "3.wav,horn")
    assert {one.label for one in read(files | {"metadata.csv": table}).examples} == {"flute", "horn"}


def test_a_list_may_stand_in_each_side(read: Read) -> None:
    table = sheet("file_name,label", "1.wav,cat", "2.wav,dog")
    files = {f"{side}/{name}.wav": A for side in ("train", "test") for name in "12"}
    collection = read(files | {"train/metadata.csv": table, "test/metadata.csv": table})
    assert Counter(one.split for one in collection.examples) == {"train": 2, "test": 2}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"], ids=["UTF-8", "UTF-8 with mark", "UTF-16", "Windows"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tabulator"])
def test_lists_are_read_as_programs_write_them(read: Read, encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(row) for row in (("file_name", "label"), ("1.wav", "Bär"), ("2.wav", "Kuh"))]
    collection = read({"1.wav": A, "2.wav": A, "metadata.csv": "\r\n".join(lines).encode(encoding)})
    assert {one.label for one in collection.examples} == {"Bär", "Kuh"}


def test_lines_and_files_that_do_not_meet_are_listed(read: Read) -> None:
    lines = ["file_name,label", "1.wav,a", "2.wav,b", "3.wav,a", "1.wav,b", "../../secret.wav,a", "/etc/x.wav,b"]
    collection = read({"1.wav": A, "2.wav": A, "4.wav": A, "metadata.csv": sheet(*lines)})
    assert [(entry.name, entry.reason) for entry in collection.skipped] == [
        ("3.wav", "metadata.csv names it, but it is not there."),
        ("1.wav", "metadata.csv names it twice; the first line counts."),
        ("secret.wav", "metadata.csv names a place outside."),
        ("x.wav", "metadata.csv names a place outside."),
        ("4.wav", "No line of metadata names it."),
    ]
    assert len(collection.examples) == 2


def test_a_broken_line_of_a_list_costs_only_itself(read: Read) -> None:
    lines = ['{"file_name": "1.wav", "label": "a"}', "{broken", "[]", '{"file_name": "2.wav", "label": 7}']
    collection = read({"1.wav": A, "2.wav": A, "metadata.jsonl": sheet(*lines)})
    assert {one.label for one in collection.examples} == {"a", "7"}
    assert [entry.reason for entry in collection.skipped] == ["Line 2 cannot be read.", "Line 3 cannot be read."]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"label,speaker\na,b\n", "no column called file_name"),
        (b"", "no column called file_name"),
        (b"file_name,label\n" + b"x" * 200_000 + b",a\n", "cannot be read"),
    ],
    ids=["without files", "empty", "a value without end"],
)
def test_a_list_that_cannot_be_used_is_refused(read: Read, table: bytes, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as caught:
        read({"1.wav": A, "metadata.csv": table})
    assert caught.value.hint


def test_what_is_no_sound_is_listed_and_the_rest_goes_on(read: Read) -> None:
    files = {"cat/1.wav": A, "dog/1.wav": A, "dog/notes.docx": b"x", "more.zip": b"PK", "loose.wav": A}
    collection = read(
        files | {".DS_Store": b"", "__MACOSX/cat/._1.wav": b"", "cat/.hidden.wav": b"", "LICENSE": b"CC0"}
    )
    assert len(collection.examples) == 2
    assert {(entry.name, entry.reason) for entry in collection.skipped} == {
        ("notes.docx", "It is not named like a sound."),
        ("more.zip", "An archive inside is not opened; unpack it first."),
        ("loose.wav", "It lies outside of every class folder."),
    }


def test_an_empty_class_is_listed(read: Read) -> None:
    collection = read({"cat/1.wav": A, "dog/1.wav": A, "cow/notes.txt": b""}, ("horse",))
    assert {(entry.name, entry.reason) for entry in collection.skipped} >= {
        ("horse", "The folder holds no sound, so it is no class."),
        ("cow", "The folder holds no sound, so it is no class."),
    }


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "No sound was found"),
        ({"cat/notes.txt": b""}, "No sound was found"),
        ({"cat/1.wav": A, "cat/2.wav": A}, "one class only, “cat”"),
        ({"cat/1.wav": A, "unlabelled/2.wav": A}, "one class only, “cat”"),
        ({"unlabelled/1.wav": A}, "No sound has a label"),
        ({"1.wav": A, "metadata.csv": b"file_name,text\n1.wav,\n"}, "No sound has a transcript"),
        ({f"{number}/1.wav": b"" for number in range(1001)}, "1001 classes"),
    ],
    ids=["nothing", "no sound", "one class", "one class and unlabelled", "no label", "no text", "too many classes"],
)
def test_a_set_that_cannot_be_learned_is_refused_with_what_to_do(read: Read, files: Files, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as caught:
        read(files)
    assert caught.value.hint


def test_labels_that_differ_only_in_case_are_for_a_person_to_settle(read: Read) -> None:
    files = {"Cat/1.wav": A, "cat/1.wav": A, "cat/2.wav": A, "dog/1.wav": A}
    with pytest.raises(DatasetError, match="“Cat”, “cat”") as caught:
        read(files)
    assert "merge" in caught.value.hint


def test_labels_that_differ_only_in_case_or_spaces_are_merged_when_asked(read: Read) -> None:
    lines = ["file_name,label", "1.wav,Cat", "2.wav, cat", "3.wav,cat", "4.wav,cat", "5.wav,dog"]
    files = {f"{number}.wav": A for number in range(1, 6)} | {"metadata.csv": sheet(*lines)}
    with pytest.raises(DatasetError, match="capital letters or spaces"):
        read(files)
    merged = read(files, merge_case=True)
    assert Counter(one.label for one in merged.examples) == {"cat": 4, "dog": 1}


def test_what_the_maker_wrote_about_a_set_is_kept(read: Read) -> None:
    facts = b'title = "Two pets"\nlicence = "CC0-1.0"\nsource = "nowhere"\ntask = "classes"\n'
    collection = read({"cat/1.wav": A, "dog/1.wav": A, "set.toml": facts})
    assert (collection.title, collection.licence, collection.source) == ("Two pets", "CC0-1.0", "nowhere")


def test_names_of_classes_are_made_safe_to_show(read: Read) -> None:
    collection = read({"a\tb\u202e/1.wav": A, f"{'c' * 200}/1.wav": A})
    assert {one.label for one in collection.examples} == {"a b", "c" * 80}
