"""Pieces follow what is known of a clip: its tiers, else what the model writes, else equal windows."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.attribution import pieces
from core.clip import Clip
from core.ctc import Symbol
from core.segments import SILENCE
from core.tiers import Interval, Tiers
from models import FAMILIES
from tests.contracts.small_models import STABLE, Small, noise

WORDS = (Interval(0.0, 0.2, ""), Interval(0.2, 0.5, "one"), Interval(0.5, 0.9, "two"), Interval(0.9, 1.4, ""))
PHONES = (Interval(0.2, 0.3, "w"), Interval(0.3, 0.5, "n"), Interval(0.5, 0.6, "t"), Interval(0.6, 0.9, "u:"))


def clip(seconds: float = 1.4, tiers: Tiers | None = None) -> Clip:
    return Clip.of("clip", np.zeros(round(seconds * 16_000)), 16_000, tiers)


def symbols(*said: tuple[str, float]) -> tuple[Symbol, ...]:
    """Write each symbol in one frame of 20 ms."""
    return tuple(Symbol(label, at, at + 0.02, at + 0.01, 0.9, 0, 1, 1) for label, at in said)


SPELT = symbols(("h", 0.2), ("i", 0.26), ("|", 0.4), ("u", 0.5), ("p", 1.0))
TIERED = clip(tiers=Tiers.of((("word", WORDS), ("phone", PHONES))))


def test_words_of_the_tiers_come_first_and_every_kind_can_be_chosen() -> None:
    known = pieces.available(TIERED, SPELT)
    assert list(known)[:4] == ["word", "phone", "written-word", "written"]
    assert {"window-35", "window-70", "window-140"} < set(known)
    assert pieces.usual(TIERED, SPELT) == "word"


def test_without_tiers_it_is_what_the_model_writes_and_without_words_its_symbols() -> None:
    assert pieces.usual(clip(), SPELT) == "written-word"
    phones = symbols(("h", 0.2), ("aɪ", 0.3))
    assert "written-word" not in pieces.available(clip(), phones)
    assert pieces.usual(clip(), phones) == "written"


@pytest.mark.parametrize(("seconds", "kind"), [(1.4, "window-70"), (4.0, "window-140"), (30.0, "window-1120")])
def test_without_anything_known_windows_grow_with_the_clip(seconds: float, kind: str) -> None:
    assert pieces.usual(clip(seconds)) == kind


def test_a_clip_too_short_for_windows_is_one_piece() -> None:
    (whole,) = pieces.cut(clip(0.03), pieces.usual(clip(0.03)))
    assert (whole.start, whole.end) == (0.0, 0.03)


@pytest.mark.parametrize("kind", pieces.available(TIERED, SPELT))
def test_pieces_cover_the_clip_once(kind: str) -> None:
    found = pieces.cut(TIERED, kind, SPELT)
    assert len(found) > 1
    assert found[0].start == 0.0
    assert found[-1].end == TIERED.seconds
    assert all(left.end == pytest.approx(right.start) and left.end > left.start for left, right in pairwise(found))


def test_words_keep_their_times_and_silences_are_pieces_of_their_own() -> None:
    found = pieces.cut(TIERED, "word")
    assert [(item.label, item.start, item.end) for item in found] == [
        (SILENCE, 0.0, 0.2),
        ("one", 0.2, 0.5),
        ("two", 0.5, 0.9),
        (SILENCE, 0.9, 1.4),
    ]


def test_windows_are_as_long_as_they_say() -> None:
    found = pieces.cut(clip(1.0), "window-70")
    assert [item.end - item.start for item in found[:-1]] == pytest.approx([0.07] * 13)
    # 1.0 s is 14 windows and 0.02 s
    assert len(found) == 14
    assert found[-1].end - found[-1].start == pytest.approx(0.09)


def test_what_the_model_writes_lies_where_it_is_said() -> None:
    from core.loading import load_model
    from core.model_spec import ModelSpec
    from core.samples import load, samples

    clip = load(samples()["ship"])
    said = pieces.written(load_model(ModelSpec("bundled", "speech-tiny")), clip)
    found = np.array([item.end for item in pieces.cut(clip, "written", said)])
    borders = [phone.start for phone in clip.tiers.spoken("phone")[1:]]
    distances = [np.abs(found - border).min() for border in borders]
    assert np.mean(distances) < 0.025  # a quarter of a phone, and a frame of the model


def test_a_symbol_reaches_into_the_blank_around_it_but_not_into_its_neighbour() -> None:
    found = {item.label: item for item in pieces.cut(clip(), "written", SPELT) if item.label != SILENCE}
    assert list(found) == ["h", "i", "u", "p"]
    assert (found["h"].start, found["h"].end) == pytest.approx((0.1, 0.24))
    # up to half way to the border of the word
    assert (found["i"].start, found["i"].end) == pytest.approx((0.24, 0.34))
    # 0.48 s of blank are a pause
    assert (found["p"].start, found["p"].end) == pytest.approx((0.9, 1.12))


def test_words_that_the_model_writes_hold_their_letters() -> None:
    found = [item for item in pieces.cut(clip(), "written-word", SPELT) if item.label != SILENCE]
    assert [item.label for item in found] == ["hi", "up"]
    assert (found[1].start, found[1].end) == pytest.approx((0.46, 1.12))


def test_a_model_that_writes_is_asked_what_it_writes_and_when(paired: object) -> None:
    from core.ctc import greedy
    from core.trace import trace

    model = paired(Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)).model
    # without a blank every frame says something
    open_model = replace(model, card=replace(model.card, blank=-1))
    sound = noise(0.6)
    kept = trace(model, sound)
    found = pieces.written(open_model, sound)
    assert found == greedy(kept.logits, model.card.symbols, -1, kept.symbol_time)
    assert len(found) > 0
    assert pieces.cut(sound, "written", found)[-1].end == sound.seconds


def test_a_model_that_names_sounds_writes_nothing(paired: object) -> None:
    model = paired(Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier)).model
    assert pieces.written(model, noise(0.5)) == ()
