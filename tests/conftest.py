"""Small random models of every family, loaded as Strata loads them."""

from collections.abc import Callable
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
