"""The part that a model used, the smallest part that decides, and whether it leans on the background."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from core.attribution.attribution import Attribution
from core.attribution.background import background
from core.attribution.decision import cost, decision
from core.attribution.method import explain
from core.attribution.methods.occlusion import METHOD as OCCLUSION
from core.attribution.part import part
from core.attribution.pieces import cut
from core.attribution.question import asked
from core.attribution.ranking import ranking
from core.attribution.removal import asked_without
from core.attribution.target import Target
from core.clip import Clip
from core.errors import CancelledError, MethodError
from core.loading import LoadedModel
from core.progress import Step
from core.segments import Segment
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from tests.attribution.asking import counting
from tests.attribution.known import (
    BURSTS,
    RATE,
    TRUTH,
    YES,
    Known,
    Settings,
    both,
    boxes,
    bursts,
    deaf,
    either,
    levels,
    linear,
    model_of,
)

PIECES = ((0.0, 0.1), (0.1, 0.3), (0.3, 0.4), (0.4, 0.65), (0.65, 1.0))
LABELS = ("before", "first", "between", "second", "after")
SEGMENTS = tuple(
    Segment(label, start, end, round(100 * start), round(100 * end))
    for label, (start, end) in zip(LABELS, PIECES, strict=True)
)


def an_attribution(
    relevance: Any,
    edges: tuple[float, ...] = (),
    step: float = 0.01,
    segments: tuple[Segment, ...] = (),
    contributions: tuple[float, ...] = (),
) -> Attribution:
    """Write an explanation down."""
    values = np.array(relevance, np.float32)
    time = TimeAxis(step / 2, step, step, values.shape[1])
    return Attribution(
        "model", "clip", values.shape[1] * step, "by hand", None, YES, values, time, edges, 1.0, 0.7,
        segments=segments, contributions=contributions,
    )  # fmt: skip


# ranking


def test_cells_are_ranked_by_what_they_add() -> None:
    parts = ranking(an_attribution([[1.0, -2.0, 3.0], [0.5, 6.0, 0.0]], (0.0, 100.0, 200.0)))
    assert parts.order[:4].tolist() == [4, 2, 0, 3]
    assert parts.order[-1] == 1
    np.testing.assert_array_equal(parts.mask(parts.top(0.57)), [[False, False, False], [False, True, False]])
    np.testing.assert_array_equal(parts.mask(parts.top(0.58)), [[False, False, True], [False, True, False]])
    # all that speaks for it adds up to 10.5; what speaks against it never belongs to the part
    assert parts.top(1.0).tolist() == [True, False, True, True, True, False]
    assert not parts.top(0.0).any()


def test_by_area_the_top_part_is_as_large_as_asked_for_and_never_empty() -> None:
    parts = ranking(an_attribution([[1.0, -2.0, 3.0, 0.0], [0.5, 6.0, 0.0, -1.0]], (0.0, 100.0, 200.0)))
    assert parts.top(0.25, "area").sum() == 2
    assert parts.top(0.001, "area").sum() == 1
    assert parts.area(parts.top(0.25, "area")) == pytest.approx(0.25)
    assert parts.seconds(parts.top(0.25, "area")) == pytest.approx(0.02)


def test_samples_of_a_waveform_are_gathered_into_ten_milliseconds() -> None:
    relevance = np.zeros((1, 1600))
    relevance[0, 800:960] = 1.0
    parts = ranking(an_attribution(relevance, step=1 / 16_000))
    assert parts.count == 10
    assert parts.order[0] == 5
    assert parts.relevance[5] == pytest.approx(160)


def test_equal_cells_come_in_an_order_of_chance_that_is_always_the_same() -> None:
    attribution = an_attribution(np.zeros((4, 25)), (0.0, 1.0, 2.0, 3.0, 4.0))
    first, again = ranking(attribution).order, ranking(attribution).order
    np.testing.assert_array_equal(first, again)
    assert sorted(first) == list(range(100))
    assert first.tolist() != list(range(100))


def test_pieces_are_ranked_by_their_contributions_and_cover_their_own_time() -> None:
    with asked(linear(), bursts(), YES, SEGMENTS) as question:
        parts = ranking(explain(question, OCCLUSION, OCCLUSION.settings()))
    assert {LABELS[at] for at in parts.order[:2]} == {"first", "second"}
    first = np.array([label == "first" for label in LABELS])
    assert parts.seconds(first) == pytest.approx(0.2)
    assert parts.area(first) == pytest.approx(0.2)
    np.testing.assert_array_equal(np.flatnonzero(parts.mask(first)[0]), np.arange(10, 30))


# the part that the model used


def test_the_part_that_the_model_used_is_enough_and_without_it_nothing_is_left() -> None:
    model, clip = linear(), bursts()
    with asked(model, clip, YES) as question:
        found = part(question, explain(question, TRUTH, Settings()), 1.0)
    np.testing.assert_array_equal(found.mask, boxes().sum(0).T.numpy() > 0)
    assert found.only.answer.still
    assert found.only.answer.said == "yes"
    assert not found.rest.answer.still
    assert found.rest.answer.said == "no"
    assert found.weight == pytest.approx(1.0)
    assert found.area == pytest.approx(float(boxes().sum() / boxes()[0].numel()))
    assert "still says “yes”" in found.sentence
    assert "no longer says “yes”" in found.sentence


def test_what_is_played_is_the_part_and_nothing_else_and_as_loud_as_the_whole() -> None:
    model, clip = linear(), bursts()
    with asked(model, clip, YES) as question:
        found = part(question, explain(question, TRUTH, Settings()), 1.0)
    assert found.only.samples.shape == found.rest.samples.shape == clip.samples.shape
    np.testing.assert_allclose(found.only.samples + found.rest.samples, clip.samples, atol=1e-5)
    times = np.arange(clip.samples.size) / RATE
    inside = np.zeros(times.size, bool)
    for start, end in BURSTS:
        inside |= (times >= start + 0.03) & (times < end - 0.03)
    # within a burst, nearly all of its tone is in the part
    assert np.square(found.only.samples[inside]).sum() > 0.95 * np.square(clip.samples[inside]).sum()
    assert np.square(found.rest.samples[inside]).sum() < 0.05 * np.square(clip.samples[inside]).sum()
    assert np.abs(found.rest.played).max() > np.abs(found.rest.samples).max()


def test_pieces_are_cut_out_in_time() -> None:
    model, clip = linear(), bursts()
    with asked(model, clip, YES, SEGMENTS) as question:
        found = part(question, explain(question, OCCLUSION, OCCLUSION.settings()), 1.0)
    assert set(found.spans) >= {PIECES[1], PIECES[3]}
    assert found.only.answer.still
    outside = slice(0, round(0.09 * RATE))
    if PIECES[0] not in found.spans:
        np.testing.assert_array_equal(found.only.samples[outside], 0)
        np.testing.assert_array_equal(found.rest.samples[outside], clip.samples[outside])


def test_where_nothing_speaks_for_it_there_is_no_part() -> None:
    model, clip = linear(), bursts()
    with asked(model, clip, YES) as question:
        found = explain(question, TRUTH, Settings())
        with pytest.raises(MethodError):
            part(question, replace(found, relevance=-np.abs(found.relevance)), 0.5)


# the smallest part that decides


def test_where_one_of_two_is_enough_one_keeps_the_answer_and_both_have_to_go() -> None:
    with asked(either(), bursts(), YES, SEGMENTS) as question:
        found = decision(question, explain(question, OCCLUSION, OCCLUSION.settings()))
    assert found.exact
    assert found.keeps is not None
    assert found.keeps.labels == ("first",)  # the shorter of the two
    assert found.flips is not None
    assert found.flips.labels == ("first", "second")
    assert found.flips.answer.said == "no"
    assert "From “first” (0.20 s, 20% of the time) alone" in found.sentence


def test_where_both_are_needed_both_keep_the_answer_and_one_is_enough_to_lose_it() -> None:
    with asked(both(), bursts(), YES, SEGMENTS) as question:
        found = decision(question, explain(question, OCCLUSION, OCCLUSION.settings()))
    assert found.keeps is not None
    assert found.keeps.labels == ("first", "second")
    assert found.flips is not None
    assert found.flips.labels == ("first",)
    assert found.flips.seconds == pytest.approx(0.2)


def test_among_many_pieces_the_search_follows_the_explanation_and_says_so() -> None:
    clip = bursts()
    with asked(both(), clip, YES, cut(clip, "window-70")) as question:
        found = decision(question, explain(question, OCCLUSION, OCCLUSION.settings()))
    assert not found.exact
    assert found.keeps is not None
    assert found.flips is not None
    # both bursts last 0.25 s together, and windows of 70 ms that touch them at most 0.49 s
    assert 0.25 - 0.07 <= found.keeps.seconds <= 0.49
    assert found.keeps.answer.still
    assert not found.flips.answer.still
    assert "by this explanation" in found.sentence


def test_among_cells_no_smaller_part_of_the_same_order_keeps_the_answer() -> None:
    clip, model = bursts(), linear()
    with asked(model, clip, YES) as question:
        attribution = explain(question, TRUTH, Settings())
        found = decision(question, attribution)
        parts = ranking(attribution)
        assert found.keeps is not None
        one_less = found.keeps.parts.copy()
        one_less[parts.order[found.keeps.parts.sum() - 1]] = False
        again = decision(question, attribution)
        assert not YES.wins(asked_without(question, parts, [~one_less]))[0]
        assert YES.wins(asked_without(question, parts, [~found.keeps.parts]))[0]
    assert again.sentence == found.sentence
    assert found.keeps.parts.sum() <= boxes().sum()


def test_an_answer_that_is_given_to_anything_needs_no_part() -> None:
    with asked(deaf(), bursts(), YES, SEGMENTS) as question:
        found = decision(question, explain(question, OCCLUSION, OCCLUSION.settings()))
    assert found.anyway
    assert found.keeps is None
    assert found.flips is None
    assert "even when everything is taken away" in found.sentence


def test_what_the_model_does_not_say_has_no_decision() -> None:
    with asked(linear(), bursts(), Target(0), SEGMENTS) as question:
        found = explain(question, OCCLUSION, OCCLUSION.settings())
        with pytest.raises(MethodError):
            decision(question, found)


@pytest.mark.parametrize("model", [either(), both(), linear(), deaf()])
def test_a_search_takes_no_more_passes_than_it_says_and_can_be_cancelled(model: LoadedModel) -> None:
    with asked(model, bursts(), YES, SEGMENTS) as question:
        found = explain(question, OCCLUSION, OCCLUSION.settings())
        shares: list[float] = []
        with counting(model.module) as heard:
            decision(question, found, lambda step: shares.append(step.fraction))
        assert sum(heard) <= cost(len(SEGMENTS), pieces=True).forward
        assert shares == sorted(shares)
        assert shares[-1] == 1.0

        def stop(step: Step) -> None:
            raise CancelledError("Stopped.")

        with pytest.raises(CancelledError):
            decision(question, found, stop)


# the background


def speech(tiers: bool) -> Clip:
    """A second with a loud middle, from 0.4 to 0.6 s, where a word is spoken."""
    samples = np.random.default_rng(0).normal(0, 0.001, RATE)
    samples[round(0.4 * RATE) : round(0.6 * RATE)] *= 100
    found = Clip.of("speech", samples, RATE)
    word = Tiers.of([("word", [Interval(0.4, 0.6, "word")])])
    return found.with_tiers(word) if tiers else found


def leaning(share: float) -> Attribution:
    """Put a share of the reasons before 0.3 s, the rest into the word."""
    relevance = np.zeros((1, 100))
    relevance[0, :30] = share / 30
    relevance[0, 40:60] = (1 - share) / 20
    relevance[0, 80:] = -5.0  # what speaks against it is no reason for it
    return an_attribution(relevance)


@pytest.mark.parametrize("tiers", [True, False])
@pytest.mark.parametrize(("share", "leans"), [(0.0, False), (0.5, False), (0.73, False), (0.75, True), (1.0, True)])
def test_leaning_on_the_background_is_said_where_it_counts_more_than_its_time(
    tiers: bool, share: float, leans: bool
) -> None:
    found = background(speech(tiers), leaning(share))
    assert found is not None
    assert found.outside == pytest.approx(share, abs=1e-6)
    assert found.time == pytest.approx(0.74)  # 0.2 s of speech and 0.03 s at either side
    assert found.leans is leans
    assert ("leans" in found.sentence) is leans
    assert ("reasons lie in the speech." in found.sentence or "is loud." in found.sentence) is (share < 0.25)
    assert ("nobody speaks" in found.sentence) is tiers


def test_of_what_is_no_speech_nothing_is_said() -> None:
    assert background(speech(tiers=False), leaning(1.0), speech=False) is None
    noise = Clip.of("noise", np.random.default_rng(0).normal(0, 0.1, RATE), RATE)
    assert background(noise, leaning(1.0)) is None
    assert background(speech(tiers=True), an_attribution(np.zeros((1, 100)))) is None
    whole = speech(tiers=True).with_tiers(Tiers.of([("word", [Interval(0.0, 1.0, "word")])]))
    assert background(whole, leaning(1.0)) is None


# what the model does not say, or says among other things


def test_of_what_the_model_does_not_say_no_sentence_says_that_it_no_longer_does() -> None:
    unsaid = model_of(Known(lambda values, weight: levels(values, weight).mean(0) - 20.0, boxes()))
    with asked(unsaid, bursts(), YES, SEGMENTS) as question:
        found = part(question, explain(question, OCCLUSION, OCCLUSION.settings()), 0.5)
    assert not found.whole.still
    assert "Of the whole sound the model does not say “yes”" in found.sentence
    assert "no longer" not in found.sentence


@pytest.mark.parametrize(("multi_label", "said"), [(False, [True, False, False]), (True, [True, True, False])])
def test_where_several_classes_can_be_true_at_once_one_that_is_likelier_than_not_is_said(
    multi_label: bool, said: list[bool]
) -> None:
    logits = torch.tensor([[3.0, 1.0], [1.0, 3.0], [-1.0, 3.0]])
    assert Target(0).wins(logits, multi_label).tolist() == said


def test_a_class_among_several_that_are_said_has_an_answer_to_lose() -> None:
    model = linear()
    several = LoadedModel(
        model.spec, model.family, model.module, model.extractor, replace(model.card, multi_label=True)
    )
    with asked(several, bursts(), YES, SEGMENTS) as question:
        found = decision(question, explain(question, OCCLUSION, OCCLUSION.settings()))
    assert found.flips is not None
    assert not found.flips.answer.still
