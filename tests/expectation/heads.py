"""Small random models with a head for masked prediction, as base and as large checkpoints have it."""

from collections.abc import Callable

import pytest

from models import FAMILIES
from tests.contracts.small_models import STABLE, Pair, Small

CODES = {"codevector_dim": 16, "proj_codevector_dim": 12, "num_codevectors_per_group": 8, "num_negatives": 20}
BASE = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForPreTraining", CODES)
LARGE = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForPreTraining", {**CODES, **STABLE})
BOTH = pytest.mark.parametrize("small", [BASE, LARGE], ids=["group norm", "layer norm"])
Paired = Callable[[Small], Pair]
