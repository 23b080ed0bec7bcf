"""Reading a layer through the model's own last steps: norm, adapter, head."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.errors import MethodError
from core.lens import lens
from core.trace import trace
from tests.contracts.small_models import EVERY, SPEAKING, Pair, Small, direct, noise

Paired = Callable[[Small], Pair]
SILENT = [small for small in EVERY if small not in SPEAKING]
TIGHT = {"rtol": 0, "atol": 1e-5}
CLIP = noise(0.995)  # 98 columns of log-mel, which wav2vec2-BERT joins by twos; 49 frames, of which SEW drops one


@pytest.mark.parametrize("small", SPEAKING, ids=str)
def test_the_last_layer_reads_as_the_model_itself_writes(small: Small, paired: Paired) -> None:
    pair = paired(small)
    found = trace(pair.model, CLIP)
    read = lens(pair.model, found)
    assert len(read) == found.layers + 1
    np.testing.assert_allclose(read[-1], found.logits, **TIGHT)
    np.testing.assert_allclose(read[-1], direct(pair, CLIP).logits[0], **TIGHT)


@pytest.mark.parametrize("small", SPEAKING, ids=str)
def test_every_layer_reads_in_symbols_of_the_model_at_its_times(small: Small, paired: Paired) -> None:
    pair = paired(small)
    found = trace(pair.model, CLIP)
    for values in lens(pair.model, found):
        assert values.shape == (found.symbol_time.count, len(pair.model.card.symbols))
        assert not values.flags.writeable


@pytest.mark.parametrize("small", SPEAKING, ids=str)
def test_a_model_cut_off_after_a_layer_writes_what_the_lens_reads_there(small: Small, paired: Paired) -> None:
    pair = paired(small)
    read = lens(pair.model, trace(pair.model, CLIP))
    module = pair.original
    encoder = getattr(module, module.base_model_prefix).encoder
    layers = encoder.layers
    try:
        for kept in (1, 2):
            encoder.layers = torch.nn.ModuleList(list(layers)[:kept])
            np.testing.assert_allclose(read[kept], direct(pair, CLIP).logits[0], **TIGHT)
    finally:
        encoder.layers = layers


@pytest.mark.parametrize("small", SILENT, ids=str)
def test_a_model_that_writes_nothing_gets_a_sentence(small: Small, paired: Paired) -> None:
    model = paired(small).model
    with pytest.raises(MethodError, match="writes nothing") as caught:
        lens(model, trace(model, noise(0.5, model.card.sample_rate)))
    assert caught.value.hint == "Choose a model that writes what it hears."
