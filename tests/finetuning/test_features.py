"""Features of a frozen encoder: right for every model, computed once, read ever after."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import CancelledError, MethodError
from core.finetuning import features, pupils
from core.finetuning.batches import Batches
from core.finetuning.features import Features
from core.finetuning.pupil import Pupil
from core.finetuning.settings import FineTuneSettings
from core.progress import Step
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import ONE_EACH, STABLE, Pair, Small
from tests.finetuning.sounds import LABELS, made

LENGTHS = (0.2, 0.31, 0.5)
TINY = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)


def untaught(pair: Pair) -> Pupil:
    return pupils.copy(pair.model, LABELS, FineTuneSettings())


@pytest.mark.parametrize("small", [*ONE_EACH, TINY], ids=str)
def test_features_are_the_mean_over_the_frames_of_a_trace(
    small: Small, paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    pair = paired(small)
    data = made(tmp_path / "set", 4, LENGTHS)
    pupil = untaught(pair)
    rows = Features.of(pupil, data, "pooled").rows(range(4))
    for index, row in enumerate(rows):
        found = trace(pair.model, data.clip(index))
        right = np.stack([found.frames(layer).mean(0) for layer in pupil.module.head.reads])
        np.testing.assert_allclose(row, right, atol=1e-4 * np.abs(right).max())


@pytest.mark.parametrize("small", [ONE_EACH[0], TINY, ONE_EACH[-1]], ids=str)
def test_stored_frames_are_those_of_a_trace(small: Small, paired: "Callable[[Small], Pair]", tmp_path: Path) -> None:
    pair = paired(small)
    data = made(tmp_path / "set", 3, LENGTHS)
    pupil = untaught(pair)
    rows = Features.of(pupil, data, "frames").rows(range(3))
    for index, row in enumerate(rows):
        found = trace(pair.model, data.clip(index))
        right = np.stack([found.frames(layer) for layer in pupil.module.head.reads])
        assert row.shape == right.shape
        np.testing.assert_allclose(row, right, atol=2e-3 * np.abs(right).max())


def test_sounds_of_different_lengths_go_together_where_the_model_can_tell_padding(
    paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    data = made(tmp_path / "set", 6, LENGTHS)
    pupil = untaught(paired(TINY))
    pupil.extractor.return_attention_mask = True
    batches = Batches(pupil, data)
    assert batches.pads
    (portion,) = batches.portions(range(6))
    with torch.no_grad():
        joined = pupil.module(**portion.inputs).hidden_states[-1]
        for row, place in enumerate(portion.places):
            (alone,) = batches.portions([place])
            right = pupil.module(**alone.inputs).hidden_states[-1][0]
            torch.testing.assert_close(joined[row, : len(right)], right, atol=1e-4, rtol=1e-4)


def test_sounds_of_different_lengths_stay_apart_where_padding_would_change_them(
    paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    # wav2vec 2.0 base normalises over the whole clip, padding included
    pupil = untaught(paired(Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC")))
    batches = Batches(pupil, made(tmp_path / "set", 6, LENGTHS))
    pupil.extractor.return_attention_mask = True
    try:
        assert not batches.pads
    finally:
        pupil.extractor.return_attention_mask = False
    assert [len(portion.places) for portion in batches.portions(range(6))] == [2, 2, 2]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the sounds that go through an encoder."""
    heard: list[int] = []
    plain = Features._heard

    def counting(self: Features, inputs: Any) -> list[np.ndarray]:
        found = plain(self, inputs)
        heard.append(len(found))
        return found

    monkeypatch.setattr(Features, "_heard", counting)
    return heard


def test_a_second_run_hears_nothing_again(
    paired: "Callable[[Small], Pair]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, pair, heard = made(tmp_path / "set", 6), paired(TINY), counted(monkeypatch)
    first = Features.of(untaught(pair), data, "pooled").rows([0, 1, 2])
    again = Features.of(untaught(pair), data, "pooled").rows([2, 3, 0])
    assert sum(heard) == 4
    np.testing.assert_array_equal(first[2], again[0])
    np.testing.assert_array_equal(first[0], again[2])


def test_other_weights_other_sounds_and_other_precision_are_kept_apart(
    paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    pair = paired(TINY)
    plain, moved, rounded = untaught(pair), untaught(pair), untaught(pair)
    with torch.no_grad():
        next(moved.module.base.parameters())[0] += 1e-3
    rounded.precision = "bfloat16"
    data, other = made(tmp_path / "a", 6), made(tmp_path / "b", 9)
    keys = {features.key(pupil, data, "pooled") for pupil in (plain, moved)}
    keys |= {features.key(plain, other, "pooled"), features.key(plain, data, "frames")}
    assert len(keys) == 4
    assert (features.key(rounded, data, "pooled") in keys) is not features.has_bfloat16()


@pytest.mark.parametrize(("part", "value"), [("num_attention_heads", 1), ("layer_norm_eps", 0.1)])
def test_the_same_weights_in_another_model_are_kept_apart(
    part: str, value: float, paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    data, one, other, renamed = made(tmp_path / "set", 6), *(untaught(paired(TINY)) for _copy in range(3))
    setattr(other.module.base.config, part, value)
    renamed.module.base.config.id2label = {0: "x", 1: "y"}
    assert features.key(one, data, "pooled") != features.key(other, data, "pooled")
    assert features.key(one, data, "pooled") == features.key(renamed, data, "pooled")


def test_what_was_heard_before_a_stop_is_not_heard_again(
    paired: "Callable[[Small], Pair]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, pair = made(tmp_path / "set", 6, LENGTHS), paired(Small(FAMILIES["hubert"], "HubertForCTC"))

    def stop(step: Step) -> None:
        if step.done >= 2:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        Features.of(untaught(pair), data, "pooled").rows(range(6), stop)
    heard = counted(monkeypatch)
    Features.of(untaught(pair), data, "pooled").rows(range(6))
    assert sum(heard) == 4


def test_a_full_disk_costs_only_the_second_run(
    paired: "Callable[[Small], Pair]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, pair = made(tmp_path / "set", 3), paired(TINY)
    right = Features.of(untaught(pair), data, "pooled").rows(range(3))
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "full"))
    plain = Path.open

    def full(self: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if mode == "r+b":
            raise OSError(errno.ENOSPC, "full")
        return plain(self, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", full)
    found = Features.of(untaught(pair), data, "pooled").rows(range(3))
    np.testing.assert_array_equal(np.stack(found), np.stack(right))


def test_frames_that_do_not_fit_into_memory_are_refused_in_words(
    paired: "Callable[[Small], Pair]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "available_memory", lambda: 1000)
    with pytest.raises(MethodError, match="memory") as told:
        Features.of(untaught(paired(TINY)), made(tmp_path / "set", 3), "frames").rows(range(3))
    assert told.value.hint
