"""Every method asked once about every small model that it fits."""

from collections.abc import Callable

import pytest

from core.attribution.methods import methods
from core.loading import LoadedModel
from tests.attribution.asking import Ran, cheap, run, target_of
from tests.contracts.small_models import Pair, Small

Lend = Callable[[str, Small], LoadedModel | None]


@pytest.fixture(scope="session")
def offered(paired: Callable[[Small], Pair]) -> Lend:
    """Lend a small model where a method is offered for it, else nothing."""

    def lend(name: str, small: Small) -> LoadedModel | None:
        method, model = methods()[name], paired(small).model
        return None if method.unfit(model, target_of(model), cheap(method)) else model

    return lend


@pytest.fixture(scope="session")
def ran(offered: Lend) -> Callable[[str, Small], Ran | None]:
    """Run each method once on each model that it is offered for, watched."""
    kept: dict[tuple[str, Small], Ran | None] = {}

    def lend(name: str, small: Small) -> Ran | None:
        if (name, small) not in kept:
            model = offered(name, small)
            kept[name, small] = None if model is None else run(model, methods()[name])
        return kept[name, small]

    return lend
