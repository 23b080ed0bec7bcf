"""Networks of convolution and recurrence can be taught like any other model, and keep what they know of loudness."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core.finetuning import loop, pupils
from core.finetuning.batches import Batches
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from models import FAMILIES
from tests.contracts.small_models import Pair, Small
from tests.finetuning.sounds import LABELS, halves, made
from tests.finetuning.stopping import goes_on

Lend = Callable[[Small], Pair]
CNN = Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier)
CRNN = Small(FAMILIES["log-mel-crnn"], FAMILIES["log-mel-crnn"].classifier)
BOTH = pytest.mark.parametrize("small", [CNN, CRNN], ids=str)
RATES = {"last_layers": 3e-3, "full": 1e-3, "recurrent": 1e-2}
FITTING = [name for name, strategy in strategies().items() if not strategy.misfit(CNN.family, CNN.family.base_config())]


def settings_for(strategy: str, epochs: int = 4) -> FineTuneSettings:
    rate = RATES.get(strategy, 0.0)
    return FineTuneSettings(strategy=strategy, epochs=epochs, batch=6, patience=0, learning_rate=rate)


def test_ways_that_change_attention_say_that_there_is_none() -> None:
    assert set(FITTING) == {"linear", "last_layers", "full", "recurrent"}
    config = CNN.family.base_config()
    assert strategies()["lora"].misfit(CNN.family, config) == "This model has no attention whose weights could change."


@BOTH
@pytest.mark.parametrize("strategy", FITTING)
def test_every_way_that_fits_learns_tones_and_leaves_the_statistics_of_batch_norms(
    strategy: str, small: Small, paired: Lend, tmp_path: Path
) -> None:
    model, settings, data = paired(small).model, settings_for(strategy, epochs=8), made(tmp_path / "set")
    pupil = pupils.copy(model, LABELS, settings)
    history = loop.teach(pupil, data, halves(data), settings, tmp_path / "state")
    assert history.epochs[-1].loss < 0.95 * history.epochs[0].loss
    before = pupils.bare(small.family, model.module).state_dict()
    after = pupil.module.base.state_dict()
    statistics = [name for name in before if "running" in name or name.endswith("num_batches_tracked")]
    assert len(statistics) >= 9
    assert all(torch.equal(before[name], after[name]) for name in statistics)


@BOTH
def test_teaching_all_of_it_goes_on_after_a_stop_as_if_nothing_had_been(
    small: Small, paired: Lend, tmp_path: Path
) -> None:
    model, settings, data = paired(small).model, settings_for("full"), made(tmp_path / "set")
    goes_on(model, settings, data, tmp_path)


def test_the_head_mixes_layers_of_one_place_and_one_width(paired: Lend) -> None:
    def read(small: Small) -> tuple[int, ...]:
        return pupils.copy(paired(small).model, LABELS, FineTuneSettings()).module.head.reads

    # layers 2 and 3 share a grid and are 12 wide; so do both recurrent layers, but for the maps before them
    assert read(CNN) == (2, 3)
    assert read(CRNN) == (3, 4)
    # a block that widens without a pool lies where the one before it lies, and is not mixed with it
    assert read(Small(CNN.family, CNN.class_name, {"widths": [6, 8, 10, 12]})) == (3,)


@BOTH
def test_sounds_of_different_lengths_go_through_at_once_and_say_what_each_says_alone(
    small: Small, paired: Lend, tmp_path: Path
) -> None:
    pupil = pupils.copy(paired(small).model, LABELS, FineTuneSettings())
    batches = Batches(pupil, made(tmp_path / "set", 6, (0.2, 0.31, 0.5)))
    assert batches.pads
    (portion,) = batches.portions(range(6))
    with torch.no_grad():
        joined = pupil.module(**portion.inputs).logits
        for row, place in enumerate(portion.places):
            (alone,) = batches.portions([place])
            np.testing.assert_allclose(joined[row], pupil.module(**alone.inputs).logits[0], atol=1e-5)
