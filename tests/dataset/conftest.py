"""Small sounds, zips, folders and prepared sets that the tests of this folder share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dataset.publisher import Publisher, publishing


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))  # what a command sets is undone after the test
    return tmp_path / "home"


@pytest.fixture(scope="session")
def digits() -> Path:
    """Folder of real recordings of digits; they are no part of the project."""
    data = Path(os.environ.get("STRATA_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (data / "fsdd").is_dir():
        pytest.skip("no real recordings: set STRATA_DATA to their folder")
    return data / "fsdd"


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with publishing() as running:
        yield running
