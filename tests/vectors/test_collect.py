"""What layers say of stretches of a corpus is what a trace of each clip alone says."""

import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import CancelledError, ClipError, MethodError
from core.progress import Step
from core.trace import trace
from core.vectors.collect import collect
from core.vectors.passing import batches, encoded, stops_of
from core.vectors.stretches import Stretches
from models import FAMILIES
from tests.contracts.small_models import EVERY, ONE_EACH, Pair, Small
from tests.vectors.planted import alone, corpus_of

SECONDS = (0.9, 0.5, 0.71, 0.5, 1.1)
ASKED = Stretches.of(
    [
        (3, 0.1, 0.3),
        (0, 0.0, 0.9),
        (1, 0.25, 0.25),
        (4, 1.0, 1.1),
        (2, 0.7, 0.71),
        (0, 0.4, 0.4),
        (3, 0.0, 0.5),
        (4, 0.0, 0.2),
    ]
)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_every_stop_says_in_a_batch_what_it_says_of_each_clip_alone(
    small: Small, paired: Callable[[Small], Pair]
) -> None:
    model = paired(small).model
    corpus = corpus_of(SECONDS, model.card.sample_rate)
    with collect(model, corpus, ASKED, seconds_at_once=60.0) as found:
        assert found.stops == stops_of(model)
        for stop, wanted in alone(model, corpus, ASKED, found.stops).items():
            assert np.abs(found.of(stop) - wanted).max() < 1e-4


NORMED = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"}
SPEECH = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", NORMED)
GROUPED = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC")
Lend = Callable[[Small], Pair]


def test_some_stops_say_what_they_say_among_all(paired: Lend) -> None:
    model, corpus = paired(SPEECH).model, corpus_of(SECONDS)
    everything = collect(model, corpus, ASKED)
    some = collect(model, corpus, ASKED, stops=(2, -3, 0))
    assert some.stops == (-3, 0, 2)
    assert all(np.array_equal(some.of(stop), everything.of(stop)) for stop in some.stops)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_nothing_stays_changed_in_a_model(small: Small, paired: Lend) -> None:
    model = paired(small).model
    corpus = corpus_of(SECONDS, model.card.sample_rate)
    trace(model, corpus.clip(0))  # transformers leaves hooks of its own at the first pass
    before = _state(model.module)
    collect(model, corpus, ASKED).close()
    assert _state(model.module) == before


def _state(module: Any) -> tuple[dict[str, list[str]], int, str]:
    own = {name: sorted(vars(part)) for name, part in module.named_modules()}
    hooks = sum(len(part._forward_hooks) for part in module.modules())
    return own, hooks, module.config._attn_implementation


def test_stopping_leaves_neither_files_nor_changes(paired: Lend, tmp_path: Path) -> None:
    model = paired(GROUPED).model
    trace(model, corpus_of(SECONDS).clip(0))
    before = _state(model.module)

    def stop(step: Step) -> None:
        if step.done:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        collect(model, corpus_of(SECONDS), ASKED, folder=tmp_path, report=stop, seconds_at_once=1.0)
    assert list(tmp_path.iterdir()) == []
    assert _state(model.module) == before


def test_others_get_the_model_between_passes(paired: Lend) -> None:
    model = paired(SPEECH).model
    borrowed = []

    def borrow(step: Step) -> None:
        def take() -> None:
            with model.exclusive():
                borrowed.append(step.done)

        other = threading.Thread(target=take, daemon=True)
        other.start()
        other.join(20)

    collect(model, corpus_of(SECONDS), ASKED, report=borrow, seconds_at_once=1.5).close()
    # 1.1 s; 0.9 s; 0.71 s and one of 0.5 s; the last of 0.5 s
    assert borrowed == [0, 1, 2, 4]


def test_batches_hold_what_fits_padding_counted(paired: Lend) -> None:
    model = paired(SPEECH).model
    clips = [(long, encoded(model, corpus_of((long,)).clip(0))) for long in (3.0, 2.0, 2.0, 1.0, 1.0, 1.0, 9.0)]
    found = [[name for name, _clip in batch] for batch in batches(model, clips, 6.0)]
    assert found == [[3.0, 2.0], [2.0, 1.0, 1.0], [1.0], [9.0]]


def test_a_family_that_would_hear_padding_gets_clips_of_one_length(paired: Lend) -> None:
    model = paired(next(small for small in ONE_EACH if small.family.name == "data2vec-audio")).model
    clips = [(long, encoded(model, corpus_of((long,)).clip(0))) for long in (1.0, 1.0, 0.8, 0.8, 1.0)]
    found = [[name for name, _clip in batch] for batch in batches(model, clips, 60.0)]
    assert found == [[1.0, 1.0], [0.8, 0.8], [1.0]]


def test_memory_does_not_grow_with_the_corpus(paired: Lend) -> None:
    model = paired(SPEECH).model
    peaks, sizes = [], []
    for count in (10, 10, 100):  # the first fills what is kept from pass to pass
        corpus = corpus_of([0.6] * count)
        every = Stretches.moments((index, 0.02 * frame) for index in range(count) for frame in range(30))
        tracemalloc.start()
        found = collect(model, corpus, every, seconds_at_once=3.0)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(found.count * sum(found.widths) * 4)
        found.close()
    assert sizes[2] == 10 * sizes[1] > 2_000_000
    # the stretches themselves take 24 bytes each, and as much again for sorting them
    assert peaks[2] - peaks[1] < 0.2 * sizes[2]


def test_an_utterance_that_a_model_cannot_hear_is_named(paired: Lend) -> None:
    with pytest.raises(ClipError, match="noise 1"):
        collect(paired(SPEECH).model, corpus_of((0.5, 0.01)), Stretches.of([(0, 0.0, 0.1), (1, 0.0, 0.01)]))


def test_asking_nothing_is_refused(paired: Lend) -> None:
    with pytest.raises(ValueError, match="no stretch"):
        collect(paired(SPEECH).model, corpus_of((0.5,)), Stretches.of([]))


def test_a_disk_that_is_too_full_is_told_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.vectors import vectors

    monkeypatch.setattr(vectors, "free_disk", lambda _folder: 4 * 10 * 6 - 1)
    with pytest.raises(MethodError, match="on disk") as refused:
        vectors.Vectors.empty({-1: 4, 0: 2}, 10)
    assert refused.value.hint
    monkeypatch.setattr(vectors, "free_disk", lambda _folder: 4 * 10 * 6)
    vectors.Vectors.empty({-1: 4, 0: 2}, 10).close()
