"""A configuration of the small networks that cannot be is refused in a sentence, before any memory is spent on it."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cost import estimate
from core.errors import ModelError
from core.model_spec import ModelSpec
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import Pair, Small, load, noise, save
from tests.contracts.test_refusals import _json, _without

CNN, CRNN = (Small(FAMILIES[name], FAMILIES[name].classifier) for name in ("log-mel-cnn", "log-mel-crnn"))
CONFIG = "config.json"
EXTRACTOR = "preprocessor_config.json"
# what is wrong: model, file, settings, a part of the sentence
EDITS: dict[str, tuple[Small, str, dict[str, Any], str]] = {
    "widths of nonsense": (CNN, CONFIG, {"widths": "wide"}, "gives 'wide' as number of widths"),
    "widths below one": (CNN, CONFIG, {"widths": [6, 0, 12, 12]}, "gives [6, 0, 12, 12] as number of widths"),
    "terabytes of widths": (CNN, CONFIG, {"widths": [6, 900_000, 900_000, 12]}, "do not match its configuration: "),
    "other widths": (CNN, CONFIG, {"widths": [6, 9, 12, 12]}, "do not match its configuration: "),
    "fewer widths": (CNN, CONFIG, {"widths": [6, 8, 12]}, "are damaged: 3 widths and 4 pools"),
    "another depth": (CNN, CONFIG, {"num_hidden_layers": 4}, "do not match its configuration: 3 layers instead of 4"),
    "another width at the end": (CNN, CONFIG, {"hidden_size": 13}, "none of them is 13 wide"),
    "pools of nonsense": (CNN, CONFIG, {"pools": "small"}, "are damaged: "),
    "pools of one number": (CNN, CONFIG, {"pools": [[2], [2], [2], [1]]}, "are damaged: every pool has to be two"),
    "a pool that swallows all": (CNN, CONFIG, {"pools": [[2, 1], [10**9, 2], [2, 2], [1, 1]]}, "are damaged: "),
    "no pool at all": (CNN, CONFIG, {"pools": [[2, 1], [0, 2], [2, 2], [1, 1]]}, "are damaged: every pool has to be"),
    "an even kernel": (CNN, CONFIG, {"kernel_size": 4}, "are damaged: the kernel has to be odd"),
    "pooling that is none": (CNN, CONFIG, {"pooling": "median"}, "are damaged: there is no pooling called 'median'"),
    "dropout of nonsense": (CNN, CONFIG, {"dropout": "much"}, "are damaged: "),
    "no recurrent layer": (CRNN, CONFIG, {"recurrent_layers": 0}, "gives 0 as number of recurrent_layers"),
    "a wider recurrent layer": (CRNN, CONFIG, {"recurrent_width": 9}, "do not match its configuration: "),
    "other bands before it": (CRNN, CONFIG, {"num_mel_bins": 80}, "do not match its configuration: "),
    "a window of nonsense": (CNN, EXTRACTOR, {"window_length": "long"}, "gives 'long' as number of window_length"),
    "a window beyond memory": (CNN, EXTRACTOR, {"window_length": 10**12}, "gives 1000000000000 as number of"),
    "a window longer than its transform": (CNN, EXTRACTOR, {"window_length": 600}, "are damaged: hop 160, window 600"),
    "no bands": (CNN, EXTRACTOR, {"low_hz": 9_000.0}, "are damaged: no bands lie between"),
    "numbers that are none": (CNN, EXTRACTOR, {"mean": "low"}, "are damaged: "),
}


@pytest.mark.parametrize("flaw", EDITS)
def test_what_cannot_be_a_network_gets_its_own_sentence(flaw: str, tmp_path: Path) -> None:
    small, file, settings, sentence = EDITS[flaw]
    save(small, tmp_path)
    _json(tmp_path, file, **settings)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelError) as caught:
        load(tmp_path)
    assert sentence in str(caught.value)
    assert caught.value.hint.endswith(".")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize("settings", [{"pools": "x"}, {"pools": [[2, "x"]] * 4}, {"pools": [[1, 1]]}, {"widths": None}])
def test_a_cost_that_cannot_be_told_is_refused(settings: dict[str, Any], tmp_path: Path) -> None:
    save(CNN, tmp_path)
    _json(tmp_path, **settings)
    with pytest.raises(ModelError, match=r"as number of (pools|widths)"):
        estimate(ModelSpec("folder", str(tmp_path)))


def test_the_cost_of_maps_is_their_sum(tmp_path: Path) -> None:
    save(CNN, tmp_path)
    cost = estimate(ModelSpec("folder", str(tmp_path)), seconds=1.0)
    # 100 columns of 64 bands: the stem leaves 32 x 100, then 16 x 50, 8 x 25 and 8 x 25
    kept = 6 * 32 * 100 + 8 * 16 * 50 + 12 * 8 * 25 + 12 * 8 * 25
    # the first block works on more numbers than the stem: 8 x 32 x 100 against 6 x 64 x 100
    scratch = 3 * max(6 * 64 * 100, 8 * 32 * 100)
    assert cost.working_memory_bytes == 4 * (kept + scratch)
    assert (cost.layers, cost.heads, cost.width) == (3, 0, 12)


def test_a_missing_statistic_is_not_replaced_by_chance(tmp_path: Path) -> None:
    save(CNN, tmp_path)
    _without(tmp_path, "layers.1.norm.running_mean")
    with pytest.raises(ModelError, match=r"layers\.1\.norm\.running_mean is missing"):
        load(tmp_path)


@pytest.mark.parametrize("small", [CNN, CRNN], ids=str)
def test_a_network_without_an_extractor_hears_in_its_own_bands(small: Small, tmp_path: Path) -> None:
    save(Small(small.family, small.class_name, {"num_mel_bins": 40}), tmp_path)
    (tmp_path / EXTRACTOR).unlink()
    assert load(tmp_path).inputs(noise(0.5))["input_features"].shape == (1, 48, 40)


def test_an_extractor_of_other_bands_gets_a_sentence(paired: Callable[[Small], Pair], tmp_path: Path) -> None:
    save(CNN, tmp_path)
    _json(tmp_path, EXTRACTOR, feature_size=40)
    with pytest.raises(ModelError, match="could not be run: the input has to be"):
        trace(load(tmp_path), noise(0.5))
