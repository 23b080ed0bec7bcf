"""The catalogue says what was established, and nothing that was not."""

import subprocess
import sys

import pytest

from core.catalogue import FamilyEntry, Suggestion, families, family_of, suggestions
from core.sources import Policy, parse

LIGHT = "core.catalogue, core.checkpoint, core.sources, core.model_spec, core.memory"


def called(row: Suggestion | FamilyEntry) -> str:
    return row.name


@pytest.mark.parametrize("row", suggestions(), ids=called)
def test_every_suggestion_can_be_asked_for_as_it_stands(row: Suggestion) -> None:
    spec = parse(f"{row.name}@{row.revision}" if row.revision else row.name, Policy(False, "catalogue"))
    assert (spec.source, spec.name, spec.revision) == ("hub", row.name, row.revision)


@pytest.mark.parametrize("row", suggestions(), ids=called)
def test_a_suggestion_promises_a_size_only_where_it_was_seen(row: Suggestion) -> None:
    assert (row.megabytes > 0) == row.checked
    assert row.title
    assert row.purpose.endswith((".", "?"))
    assert not (row.speaks and row.classifies)


OWN = {"log-mel-cnn", "log-mel-crnn"}  # kinds of this project, of which nothing lies on the hub


@pytest.mark.parametrize("entry", families(), ids=called)
def test_every_family_of_the_hub_has_two_to_four_suggestions(entry: FamilyEntry) -> None:
    assert len(entry.suggestions) in ({0} if entry.name in OWN else {2, 3, 4})
    assert any(row.checked for row in entry.suggestions) or entry.name in OWN


@pytest.mark.parametrize("entry", families(), ids=called)
def test_a_family_says_how_often_its_frames_come_where_that_never_changes(entry: FamilyEntry) -> None:
    assert entry.layout in ("frames", "patches", "stages", "maps")
    assert (entry.frames_per_second > 0) == (entry.layout == "frames")


def test_no_checkpoint_is_suggested_twice() -> None:
    names = [row.name for row in suggestions()]
    assert len(names) == len(set(names))


def test_a_kind_of_model_belongs_to_one_family() -> None:
    kinds = [kind for entry in families() for kind in entry.model_types]
    assert len(kinds) == len(set(kinds))
    assert all(family_of(kind) for kind in kinds)
    assert family_of("bert") is None


def test_nothing_heavy_is_imported_to_read_the_catalogue() -> None:
    heavy = {"torch", "transformers", "numpy", "huggingface_hub", "streamlit"}
    script = f"import {LIGHT}, sys\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)
