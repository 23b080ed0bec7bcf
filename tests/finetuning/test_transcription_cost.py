"""What teaching transcripts costs is measured on a batch before it starts."""

import time
from pathlib import Path

import pytest

from core.errors import DatasetError
from core.finetuning.settings import FineTuneSettings
from core.finetuning.transcription.cost import estimate
from core.finetuning.transcription.transcripts import teach_transcripts
from core.loading import load_model
from core.model_spec import ModelSpec
from tests.finetuning.tones import by_voice, written

SETTINGS = FineTuneSettings("transcripts", epochs=2, batch=8)


def test_the_estimate_is_near_what_a_run_takes(tmp_path: Path) -> None:
    model, data = load_model(ModelSpec("bundled", "speech-tiny")), written(tmp_path / "set")
    division = by_voice(data)
    found = estimate(model, data, division, SETTINGS)
    started = time.perf_counter()
    teach_transcripts(model, data, division, SETTINGS, tmp_path / "state", tmp_path / "model")
    taken = time.perf_counter() - started
    # the machine may be busy with other things at either time
    assert taken / 6 < found.seconds < taken * 6
    assert found.parameters_learning <= found.parameters
    assert found.bytes > 4 * found.parameters


def test_the_untrained_copy_counts_too(tmp_path: Path) -> None:
    model, data = load_model(ModelSpec("bundled", "speech-tiny")), written(tmp_path / "set")
    alone = estimate(model, data, by_voice(data), SETTINGS)
    both = estimate(
        model, data, by_voice(data), FineTuneSettings("transcripts", (("compare", True),), epochs=2, batch=8)
    )
    assert dict(both.parts)["Learning"] > dict(alone.parts)["Learning"]


def test_too_few_transcripts_are_refused_before_anything_is_measured(tmp_path: Path) -> None:
    model, data = load_model(ModelSpec("bundled", "speech-tiny")), written(tmp_path / "set", texts=("", "", "a"))
    with pytest.raises(DatasetError):
        estimate(model, data, by_voice(data), SETTINGS)
