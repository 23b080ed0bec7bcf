"""A folder of prepared sounds may come from anywhere: it is opened only if every value in it makes sense."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.dataset.preparing import open_prepared, prepare
from core.dataset.uploads import collect
from core.errors import DatasetError
from core.finetuning.settings import PrepareSettings
from tests.dataset.made import sound

Table = dict[str, Any]


@pytest.fixture
def folder(home: Path) -> Path:
    files = {"cat": [("1.wav", sound(400))], "dog": [("2.wav", sound(500))]}
    return prepare(collect("Pets", files), PrepareSettings(), home).folder


def rewrite(folder: Path, change: Callable[[Table], object]) -> None:
    table = json.loads((folder / "set.json").read_text())
    change(table)
    (folder / "set.json").write_text(json.dumps(table))


def test_it_opens_wherever_it_is_copied_to(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert open_prepared(tmp_path / "copy").items == open_prepared(folder).items


WRONG: dict[str, Callable[[Table], object]] = {
    "another format": lambda table: table.update(format=2),
    "a missing value": lambda table: table.pop("labels"),
    "a key that is a path": lambda table: table.update(key="../../etc"),
    "a title that is no text": lambda table: table.update(title=7),
    "a task of another kind": lambda table: table.update(task="anything"),
    "a rate that is a text": lambda table: table.update(sample_rate="16000"),
    "a rate that is not the settings'": lambda table: table.update(sample_rate=8000),
    "settings with another field": lambda table: table["settings"].update(more=1),
    "no items": lambda table: table.update(items=[]),
    "items that are none": lambda table: table.update(items=[1, 2]),
    "a start before the file": lambda table: table["items"][0].update(start=-1),
    "an overlap": lambda table: table["items"][1].update(start=100),
    "more samples than there are": lambda table: table["items"][1].update(count=10**9),
    "a count that is a truth value": lambda table: table["items"][0].update(count=True),
    "a loudness that is no number": lambda table: table["items"][0].update(loudness=float("nan")),
    "a share beyond one": lambda table: table["items"][0].update(clipped=2.0),
    "a side that is none": lambda table: table["items"][0].update(split="exam"),
    "a fingerprint that is none": lambda table: table["items"][0].update(fingerprint="x"),
    "an endless name": lambda table: table["items"][0].update(name="x" * 1000),
    "a label twice": lambda table: table.update(labels=["cat", "cat"]),
    "a label that nobody has": lambda table: table.update(labels=["cat", "cow"]),
    "endless items": lambda table: table.update(items=table["items"] * 20_000),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_table_that_makes_no_sense_is_refused(folder: Path, case: str) -> None:
    rewrite(folder, WRONG[case])
    with pytest.raises(DatasetError, match="are damaged") as caught:
        open_prepared(folder)
    assert caught.value.hint


@pytest.mark.parametrize("size", [0, 3, 4, 32_000 + 4], ids=str)
def test_sounds_of_another_size_are_refused(folder: Path, size: int) -> None:
    (folder / "samples.f32").write_bytes(bytes(size))
    with pytest.raises(DatasetError, match="do not fit together"):
        open_prepared(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '"text"'], ids=["empty", "list", "cut", "deep", "text"])
def test_a_table_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "set.json").write_text(text)
    with pytest.raises(DatasetError, match="are damaged"):
        open_prepared(folder)


def test_a_folder_without_prepared_sounds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no prepared sounds") as caught:
        open_prepared(tmp_path)
    assert caught.value.hint
