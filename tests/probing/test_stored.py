"""A ladder and its probes come back from disk as they were, to the digits that are kept."""

from pathlib import Path

import numpy as np
import pytest

from core.probing.stored import LADDER, PROBES, from_json, read_probes, to_json, write
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
