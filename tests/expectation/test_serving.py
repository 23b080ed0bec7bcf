"""A checkpoint from before fine-tuning serves every page as the bare encoder does, its own head along."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from core.finetuning.pupils import bare
from core.loading import LoadedModel
from core.trace import trace
from tests.contracts.small_models import Small, load, noise
from tests.expectation.heads import BOTH, LARGE, Paired


def renamed(small: Small, paired: Paired, folder: Path, without: tuple[str, ...] = (), kind: str = "") -> LoadedModel:
    """Load the same checkpoint with another architecture in its configuration, or without some of its weights."""
    shutil.copytree(paired(small).folder, folder)
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = [kind or config["architectures"][0]]
    (folder / "config.json").write_text(json.dumps(config))
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not any(part in name for part in without)}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    return load(folder)


@BOTH
def test_every_layer_says_what_the_bare_encoder_says(small: Small, paired: Paired, tmp_path: Path) -> None:
    whole, alone = paired(small).model, renamed(small, paired, tmp_path / "bare", kind="Wav2Vec2Model")
    assert (whole.card.expects, alone.card.expects) == (True, False)
    assert not whole.card.speaks and not whole.card.classifies
    assert (whole.card.layers, whole.card.heads, whole.card.width) == (
        alone.card.layers, alone.card.heads, alone.card.width
    )  # fmt: skip
    one, other = trace(whole, noise(1.0)), trace(alone, noise(1.0))
    for name in ("hidden", "attention", "convolutions"):
        for here, there in zip(getattr(one, name), getattr(other, name), strict=True):
            np.testing.assert_array_equal(here, there)
    assert one.logits is None


def test_a_copy_that_is_to_be_taught_begins_from_the_encoder_alone(paired: Paired) -> None:
    model = paired(LARGE).model
    assert type(bare(model.family, model.module)).__name__ == "Wav2Vec2Model"


@pytest.mark.parametrize("missing", ["quantizer", "project_hid", "masked_spec_embed"])
def test_without_parts_of_its_head_it_is_served_as_an_encoder(missing: str, paired: Paired, tmp_path: Path) -> None:
    model = renamed(LARGE, paired, tmp_path / "part", without=(missing,))
    assert not model.card.expects
    assert type(model.module).__name__ == "Wav2Vec2Model"
    assert trace(model, noise(0.5)).layers == model.card.layers
