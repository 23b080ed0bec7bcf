"""Teaching a taught copy again must not turn what it learned from into a test without a word."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.dataset import doctor
from core.dataset.prepared import PreparedSet
from core.dataset.preparing import prepare
from core.dataset.splits import divide
from core.dataset.uploads import collect
from core.finetuning import runs
from core.finetuning.history import History
from core.finetuning.outcome import Inside, Outcome
from core.finetuning.runs import Asked
from core.finetuning.settings import FineTuneSettings, PrepareSettings, SplitSettings
from core.model_spec import ModelSpec
from tests.dataset.made import sound
from tests.evaluation.made import said

FIRST, OTHER = SplitSettings(seed=0), SplitSettings(seed=1)
AS_IT_CAME = ModelSpec("bundled", "speech-tiny")


@pytest.fixture
def data(home: Path) -> PreparedSet:
    """Twenty tones of two classes."""
    files = {
        label: [(f"{label}-{number}.wav", sound(pitch + 20 * number)) for number in range(10)]
        for label, pitch in (("low", 200), ("high", 1500))
    }
    return prepare(collect("Tones", files), PrepareSettings(), home)


def taught(data: PreparedSet, split: SplitSettings, model: ModelSpec) -> ModelSpec:
    """Begin a run and name what it teaches."""
    return ModelSpec("tuned", runs.begin(Asked(model, data.key, data.title, FineTuneSettings(), split)).token)


def findings(data: PreparedSet, split: SplitSettings, model: ModelSpec) -> dict[str, doctor.Finding]:
    division = divide(data, split)[0]
    true = np.array(data.targets(division.test))
    right = replace(said(true, true, 2, [""] * len(true), name="after"), labels=data.labels)
    outcome = Outcome(
        "run", model, data.key, data.title, FineTuneSettings(), split, (division,), (History(),), (right,), right,
        Inside(*(np.zeros(0),) * 2, *(np.zeros((0, 0)),) * 2), Path(), 1.0,
    )  # fmt: skip
    return {finding.name: finding for finding in doctor.after(data, outcome)}


def test_another_split_tests_what_was_learned_before_and_that_is_said(data: PreparedSet) -> None:
    learned = divide(data, FIRST)[0]
    known = set(divide(data, OTHER)[0].test) & {*learned.train, *learned.validation}
    found = findings(data, OTHER, taught(data, FIRST, AS_IT_CAME))["learned before"]
    assert found.severity == "warning"
    assert set(found.items) == known


def test_it_is_followed_back_through_every_run(data: PreparedSet) -> None:
    first = taught(data, FIRST, AS_IT_CAME)
    assert "learned before" in findings(data, OTHER, taught(data, OTHER, first))


def test_the_same_split_or_the_model_as_it_came_is_nothing_to_speak_of(data: PreparedSet) -> None:
    same = findings(data, FIRST, taught(data, FIRST, AS_IT_CAME))
    fresh = findings(data, OTHER, AS_IT_CAME)
    assert not {"learned before", "learned before unknown"} & {*same, *fresh}


def test_where_the_earlier_run_is_gone_that_is_said(data: PreparedSet) -> None:
    assert findings(data, OTHER, ModelSpec("tuned", "0" * 32))["learned before unknown"].severity == "note"
