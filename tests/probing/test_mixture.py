"""How a classifier mixes the layers for a rung: the layer that holds it, what is kept of it, and when it is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.corpus.division import Division
from core.errors import MethodError
from core.model_spec import ModelSpec
from core.probing import mixture as mixtures
from core.probing.gathering import DEVELOP, SPARE, TEST, TRAIN, Task
from core.probing.mixture import mixture, read_mixture, stored_mixture, write_mixture
from core.probing.rungs import rungs
from core.probing.stored import stored_ladder
from core.sources import CHECKPOINTS
from core.vectors.stretches import Stretches
from core.vectors.vectors import Vectors

COUNT, CLASSES, WIDTH, LAYERS, HOLDS = 900, 4, 24, 3, 2
CHANCE = np.random.default_rng(8)
LABELS = CHANCE.integers(0, CLASSES, COUNT)
MODEL: Any = SimpleNamespace(card=SimpleNamespace(layers=LAYERS))


def task() -> Task:
    """Moments of four phones by eight voices; a few are neither learned from nor chosen by."""
    part = np.repeat([TRAIN, SPARE, DEVELOP, TEST], [500, 50, 150, 200])
    moments = np.arange(COUNT, dtype=np.float64)
    return Task(
        rung=rungs()["phone"],
        labels=tuple("abcd"),
        stretches=Stretches(np.zeros(COUNT, np.int64), moments, moments),
        target=LABELS,
        part=part,
        voice=np.arange(COUNT) % 8,
        sentence=np.arange(COUNT) % 5,
        division=Division((), (), (), "voices and sentences", frozenset(), frozenset()),
    )


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let one layer alone hold the phones; the list takes the stops that were asked for."""
    asked: list[int] = []
    places = CHANCE.normal(size=(CLASSES, WIDTH))
    noise = {stop: CHANCE.normal(size=(COUNT, WIDTH)) for stop in range(LAYERS + 1)}
    noise[HOLDS] = noise[HOLDS] + places[LABELS]

    @contextmanager
    def collect(model: object, corpus: object, stretches: Stretches, *, stops: Any, report: Any) -> Iterator[Vectors]:
        asked.extend(stops)
        yield Vectors.holding({stop: noise[stop].astype(np.float32) for stop in stops})

    monkeypatch.setattr(mixtures, "collect", collect)
    monkeypatch.setattr(mixtures, "gather", lambda corpus, rungs, seed: ({"phone": task()}, {}))
    yield asked


def test_the_layer_that_holds_the_phones_is_mixed_most(heard: list[int]) -> None:
    found = mixture(MODEL, None)  # type: ignore[arg-type]
    assert heard == [0, 1, 2, 3]
    assert found.most == found.best == HOLDS
    assert (found.task, found.train, found.test) == ("phone", 500, 200)


def test_what_is_kept_beside_the_checkpoint_comes_back(heard: list[int], tmp_path: Path) -> None:
    found = mixture(MODEL, None)  # type: ignore[arg-type]
    write_mixture(tmp_path, found)
    back = read_mixture(tmp_path / mixtures.MIXTURE)
    assert (back.stops, back.best, back.mixture, back.caution) == (
        found.stops,
        found.best,
        found.mixture,
        found.caution,
    )
    np.testing.assert_allclose(back.contribution, found.contribution, atol=1e-5)


def test_a_corpus_with_too_little_of_it_is_refused_with_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "gather", lambda corpus, rungs, seed: ({}, {"phone": "This needs a row “phone”."}))
    with pytest.raises(MethodError, match="too little") as caught:
        mixture(MODEL, None)  # type: ignore[arg-type]
    assert caught.value.hint == "This needs a row “phone”."


def test_layers_of_different_widths_are_not_mixed(heard: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def collect(model: object, corpus: object, stretches: Stretches, **more: Any) -> Iterator[Vectors]:
        yield Vectors.holding({stop: np.zeros((COUNT, 8 + stop), np.float32) for stop in range(4)})

    monkeypatch.setattr(mixtures, "collect", collect)
    with pytest.raises(MethodError, match="Fewer than three layers of this model have one width"):
        mixture(MODEL, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [path.parent.name for path in sorted(CHECKPOINTS.glob(f"*/{mixtures.MIXTURE}"))])
def test_what_ships_mixes_every_layer_of_its_model(name: str) -> None:
    spec = ModelSpec("bundled", name)
    found, ladder = stored_mixture(spec), stored_ladder(spec)
    assert found and ladder
    assert found.stops == tuple(range(ladder.layers + 1))
    assert found.contribution.sum() == pytest.approx(1.0, abs=1e-3)
    assert found.mixture.value > found.majority


def test_only_what_ships_brings_a_mixture_along() -> None:
    assert stored_mixture(ModelSpec("folder", "speech-tiny")) is None
    assert stored_mixture(ModelSpec("bundled", "no-such-model")) is None
