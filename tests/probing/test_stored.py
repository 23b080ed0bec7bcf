"""A ladder and its probes come back from disk as they were, to the digits that are kept."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.comparing import stored as likeness
from core.errors import ModelError
from core.probing.mixture import MIXTURE, read_mixture
from core.probing.stored import LADDER, PROBES, from_json, read_ladder, read_probes, to_json, write
from tests.probing.planted import planted_ladder, planted_probes


def test_a_ladder_comes_back_as_it_was() -> None:
    ladder = planted_ladder()
    found = from_json(to_json(ladder))
    assert list(found.curves) == list(ladder.curves)
    assert found.refused == ladder.refused
    for name, curve in ladder.curves.items():
        assert found.curves[name].best == curve.best
        assert [item.value for item in found.curves[name].score] == pytest.approx(
            [item.value for item in curve.score], abs=1e-4
        )
    assert from_json(to_json(found)).curves == found.curves


def test_probes_come_back_with_three_digits_and_say_the_same(tmp_path: Path) -> None:
    probes = planted_probes({-1: 24, 0: 16, 3: 16})
    write(tmp_path, planted_ladder(), probes)
    found = read_probes(tmp_path / PROBES)
    assert set(found) == set(probes)
    vectors = np.random.default_rng(0).normal(size=(40, 16)).astype(np.float32)
    assert found["phone", 3].labels == probes["phone", 3].labels
    assert found["phone", 3].probabilities(vectors) == pytest.approx(
        probes["phone", 3].probabilities(vectors), abs=5e-3
    )
    assert from_json((tmp_path / LADDER).read_text("utf-8")).model == "speech-tiny"


def _of_a_rung_that_nobody_knows() -> str:
    return to_json(planted_ladder()).replace('"curves": {"', '"curves": {"un', 1)


def _with_a_score_less() -> str:
    values = json.loads(to_json(planted_ladder()))
    next(iter(values["curves"].values()))["score"].pop()
    return json.dumps(values)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"curves": {}}', _of_a_rung_that_nobody_knows(), _with_a_score_less()]
)
def test_a_file_that_is_damaged_or_another_one_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    for name, read in ((LADDER, read_ladder), (PROBES, read_probes), (MIXTURE, read_mixture)):
        (tmp_path / name).write_text(text, "utf-8")
        with pytest.raises(ModelError, match=f"{name} is damaged") as refused:
            read(tmp_path / name)
        assert refused.value.hint
    likeness.place(tmp_path, "itself").write_text(text, "utf-8")
    with pytest.raises(ModelError, match="is damaged"):
        likeness.shipped(tmp_path, "itself", "corpus")
