"""What is read off a trace to be explained, and how an explanation is laid over a picture, on numbers made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from core.attribution import laid, sayings
from core.attribution.attribution import Attribution
from core.attribution.target import Target
from core.errors import MethodError
from core.segments import Segment
from core.timeline import TimeAxis
from tests.pages import planted_layers as planted

HALVES = (Segment("a", 0.0, 0.02, 0, 2), Segment("b", 0.02, 0.04, 2, 4))


def found(relevance: list[list[float]], edges: tuple[float, ...] = ()) -> Attribution:
    values = np.array(relevance, dtype=np.float32)
    time = TimeAxis(0.005, 0.01, 0.01, values.shape[1])
    return Attribution("model", "clip", 0.04, "method", None, Target(0), values, time, edges, 1.0, 0.9)


def test_each_band_of_the_picture_shows_the_band_of_the_input_that_holds_its_middle() -> None:
    values, time = laid.over(
        found([[1, 0, 0, -2], [0, 4, 0, 0]], (0.0, 100.0, 400.0)), np.array([0.0, 50, 90, 200, 800])
    )
    assert values.tolist() == [[0.25, 0, 0, -0.5], [0.25, 0, 0, -0.5], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert time.step == pytest.approx(0.01)


def test_what_does_not_tell_frequencies_apart_fills_the_whole_height() -> None:
    values, _time = laid.over(found([[1, 0, -2, 0]]), np.linspace(0, 8000, 4))
    assert values.tolist() == [[0.5, 0, -1, 0]] * 3


def test_an_explanation_of_nothing_is_drawn_as_nothing() -> None:
    values, _time = laid.over(found([[0, 0, 0, 0]]), np.linspace(0, 8000, 4))
    assert not values.any()


def test_pieces_add_up_their_cells_and_keep_their_own_contributions() -> None:
    whole = found([[1, 2, -4, 0], [1, 0, 0, 0]])
    assert laid.per_piece(whole, HALVES) == (4.0, -4.0)
    assert laid.per_piece(replace(whole, segments=HALVES, contributions=(7.0, 8.0)), HALVES) == (7.0, 8.0)


def test_the_leading_piece_speaks_for_the_target_and_its_share_counts_only_what_does() -> None:
    assert laid.leading((1.0, -9.0, 3.0)) == (2, 0.75)
    assert laid.leading((-1.0, 0.0)) == (-1, 0.0)


def test_symbols_are_offered_in_the_order_of_time_and_the_middle_sure_one_comes_first() -> None:
    clip = planted.clip()
    listed = sayings.sayings(planted.card(), planted.trace(clip))
    assert [item.start for item in listed] == sorted(item.start for item in listed)
    assert [item.key for item in listed] == list(range(len(listed)))
    assert sayings.first_choice(listed, True) in listed


def test_what_could_have_been_said_instead_is_never_the_blank_nor_the_thing_itself() -> None:
    clip, card = planted.clip(), planted.card()
    trace = planted.trace(clip)
    saying = sayings.sayings(card, trace)[0]
    others = sayings.others(card, trace, saying)
    assert {saying.index, card.blank}.isdisjoint(item.index for item in others)
    chances = [item.probability for item in others]
    assert chances == sorted(chances, reverse=True)


def test_classes_are_offered_likeliest_first() -> None:
    clip = planted.clip()
    card = replace(planted.card(speaks=False), labels=("a", "b", "c"), classifies=True)
    trace = replace(planted.trace(clip), logits=np.array([0.0, 2.0, 1.0], dtype=np.float32))
    listed = sayings.sayings(card, trace)
    assert [item.label for item in listed] == ["b", "c", "a"]
    assert listed[0].probability == pytest.approx(np.exp(2) / (1 + np.exp(1) + np.exp(2)))
    assert sayings.first_choice(listed, False).label == "b"


def test_a_model_without_a_head_has_nothing_to_explain() -> None:
    clip = planted.clip()
    with pytest.raises(MethodError, match="nothing that could be explained"):
        sayings.sayings(planted.card(speaks=False), planted.trace(clip, speaks=False))


def test_the_strongest_band_is_the_narrowest_that_holds_half() -> None:
    edges = (0.0, 100.0, 200.0, 400.0, 800.0)
    assert laid.strongest_band(found([[1], [1], [5], [2]], edges)) == (200.0, 400.0)
    assert laid.strongest_band(found([[1], [1], [1], [1]], edges)) == (0.0, 200.0)
    assert laid.strongest_band(found([[3]])) is None
    assert laid.strongest_band(found([[-1], [0], [0], [0]], edges)) is None
