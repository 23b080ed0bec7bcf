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


@pytest.mark.parametrize("entry", families(), ids=called)
def test_every_family_has_two_to_four_suggestions(entry: FamilyEntry) -> None:
    assert 2 <= len(entry.suggestions) <= 4
    assert any(row.checked for row in entry.suggestions)
    assert entry.layout in ("frames", "patches", "stages")
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
