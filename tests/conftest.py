"""Small random models of every family, loaded as Strata loads them, and a disk that takes no more."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contracts.small_models import Pair, Small


@pytest.fixture(scope="session")
def paired(tmp_path_factory: pytest.TempPathFactory) -> "Callable[[Small], Pair]":
    """Lend a model as transformers built it, beside the same model loaded from its folder; made once for all tests."""
    from tests.contracts.small_models import Pair, load, save

    made: dict[Small, Pair] = {}

    def lend(small: "Small") -> "Pair":
        if small not in made:
            folder: Path = tmp_path_factory.mktemp("model")
            original, extractor = save(small, folder)
            made[small] = Pair(original, extractor, folder, load(folder))
        return made[small]

    return lend


@pytest.fixture
def largest_file() -> "Iterator[Callable[[int], None]]":
    """Let the system refuse to make any file larger than so many bytes, as a full disk does, until the test is over."""
    resource = pytest.importorskip("resource", reason="this system cannot bound how large a file becomes")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
