"""A network of the same shape that has learned nothing can be asked like any other."""

from collections.abc import Callable

import numpy as np
import pytest

from core.untaught import untaught
from core.vectors.collect import collect
from core.vectors.stretches import Stretches
from tests.contracts.small_models import ONE_EACH, Pair, Small
from tests.vectors.planted import corpus_of

ASKED = Stretches.of([(0, 0.1, 0.4), (1, 0.0, 0.5)])


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_an_untaught_copy_says_something_else_and_the_same_for_the_same_seed(
    small: Small, paired: Callable[[Small], Pair]
) -> None:
    model = paired(small).model
    corpus = corpus_of((0.5, 0.5), model.card.sample_rate)
    last = (model.card.layers,)
    before = {name: part.clone() for name, part in model.module.state_dict().items()}
    three = (model, untaught(model, 3), untaught(model, 3))
    said = [collect(asked, corpus, ASKED, stops=last).of(last[0]) for asked in three]
    assert np.array_equal(said[1], said[2])
    assert np.abs(said[0] - said[1]).max() > 1e-3
    assert all(part.equal(before[name]) for name, part in model.module.state_dict().items())


def test_an_untaught_copy_has_turns_of_its_own(paired: Callable[[Small], Pair]) -> None:
    model = paired(ONE_EACH[0]).model
    copy = untaught(model, 0)
    assert copy.spec == model.spec
    assert copy.module is not model.module
    assert copy._lock is not model._lock
