"""What layers say of stretches of a corpus is what a trace of each clip alone says."""

from collections.abc import Callable

import numpy as np
import pytest

from core.vectors.collect import collect
from core.vectors.passing import stops_of
from core.vectors.stretches import Stretches
from tests.contracts.small_models import EVERY, Pair, Small
from tests.vectors.planted import alone, corpus_of

SECONDS = (0.9, 0.5, 0.71, 0.5, 1.1)
ASKED = Stretches.of(
    [
        (3, 0.1, 0.3),
        (0, 0.0, 0.9),
        (1, 0.25, 0.25),
        (4, 1.0, 1.1),
        (2, 0.7, 0.71),
        (0, 0.4, 0.4),
        (3, 0.0, 0.5),
        (4, 0, 0.2),
    ]
)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_every_stop_says_in_a_batch_what_it_says_of_each_clip_alone(
    small: Small, paired: Callable[[Small], Pair]
) -> None:
    model = paired(small).model
    corpus = corpus_of(SECONDS, model.card.sample_rate)
    with collect(model, corpus, ASKED, seconds_at_once=60.0) as found:
        assert found.stops == stops_of(model)
        for stop, wanted in alone(model, corpus, ASKED, found.stops).items():
            assert np.abs(found.of(stop) - wanted).max() < 1e-4
