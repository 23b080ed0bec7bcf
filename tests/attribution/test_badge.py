"""How far to trust an explanation, on networks whose reasons are known."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.attribution.attribution import Attribution
from core.attribution.badge import SENTENCES, TITLES, badge, cost, summed_up, verdict
from core.attribution.check import Verdict
from core.attribution.checks import checks
from core.attribution.checks.steady import later
from core.attribution.curves import FEW, area, asks, curves, half, some_steps, steps
from core.attribution.method import Method, explain
from core.attribution.methods import input_x_gradient
from core.attribution.methods.occlusion import METHOD as OCCLUSION
from core.attribution.pieces import cut
from core.attribution.question import Question, asked
from core.attribution.ranking import Ranking, ranking
from core.attribution.removal import asked_without, loudness
from core.attribution.target import Target
from core.errors import CancelledError, MethodError
from core.loading import LoadedModel
from core.progress import Step, silent
from core.samples import Fact
from core.segments import Segment
from models import FAMILIES
from tests.attribution.asking import counting
from tests.attribution.known import (
    BOX_HZ,
    BURSTS,
    CHANCE,
    ENERGY,
    TRUTH,
    YES,
    Settings,
    boxes,
    bursts,
    deaf,
    linear,
)
from tests.contracts.small_models import Pair, Small, noise

IXG = input_x_gradient.METHOD
WINDOWS = "window-70"
FACTS = tuple(Fact(start, end, *BOX_HZ, "yes") for start, end in BURSTS)


def judged(model: LoadedModel, method: Method, name: str, seed: int = 0, facts: tuple[Fact, ...] = ()) -> Verdict:
    """Run one check on one explanation of the bursts."""
    clip = bursts()
    with asked(model, clip, YES, cut(clip, WINDOWS)) as question:
        settings = Settings(seed) if method in (CHANCE, ENERGY, TRUTH) else method.settings()
        found = explain(question, method, settings)
        return checks()[name].judge(replace(question, facts=facts), method, found, silent)


# another answer


def test_an_explanation_of_this_answer_alone_is_specific() -> None:
    found = judged(linear(), IXG, "specific")
    assert found.holds == "yes"
    assert abs(found.numbers["likeness"]) < 0.1  # the score of the other answer is 0 whatever is heard
    assert "no" in found.sentence


def test_a_picture_that_does_not_know_what_was_asked_is_told() -> None:
    for blind in (ENERGY, CHANCE):
        found = judged(linear(), blind, "specific")
        assert found.holds == "no"
        assert found.numbers["likeness"] == pytest.approx(1.0)
        assert summed_up([Verdict("deletion", "yes", ""), Verdict("randomised", "yes", ""), found]).word == (
            "not about the answer"
        )


def test_a_difference_of_two_answers_has_no_third() -> None:
    clip = bursts()
    with asked(linear(), clip, Target(1, against=0), cut(clip, WINDOWS)) as question:
        found = explain(question, IXG, IXG.settings())
        assert checks()["specific"].judge(question, IXG, found, silent).holds == "open"


# deletion and insertion


def test_an_explanation_that_is_right_by_construction_passes_deletion() -> None:
    found = judged(linear(), TRUTH, "deletion")
    assert found.holds == "yes"
    assert found.numbers["deletion"] <= 0.5 * found.numbers["chance"]
    assert found.numbers["deletion rivals"] == 0
    assert found.numbers["insertion"] > found.numbers["chance"]


@pytest.mark.parametrize("seed", range(12))
def test_an_explanation_by_chance_is_said_to_be_no_better_than_chance(seed: int) -> None:
    found = judged(linear(), CHANCE, "deletion", seed)
    assert found.holds == "no"
    assert found.sentence.startswith("No better than chance here")
    assert abs(found.numbers["deletion gain"]) <= 0.06


def test_a_model_that_does_not_listen_gives_no_evidence() -> None:
    found = judged(deaf(), CHANCE, "deletion")
    assert found.holds == "no"
    assert found.sentence.startswith("No evidence")
    assert found.numbers["whole"] == pytest.approx(found.numbers["nothing"])
    assert summed_up([found]).word == "no evidence"


def test_what_the_model_hardly_says_cannot_be_lost_which_leaves_the_check_open() -> None:
    clip = bursts()
    with asked(linear(), clip, Target(0), cut(clip, WINDOWS)) as question:
        found = checks()["deletion"].judge(
            question, OCCLUSION, explain(question, OCCLUSION, OCCLUSION.settings()), silent
        )
    assert found.numbers["whole"] <= 0.05
    assert found.holds == "open"
    assert summed_up([found]).word == "unknown"


@pytest.mark.parametrize("method", [TRUTH, OCCLUSION])
def test_the_order_of_loudness_is_drawn_beside_every_explanation(method: Method) -> None:
    found = judged(linear(), method, "deletion")
    assert {"deletion", "insertion", "chance", "chance, lowest", "chance, highest", "loudness"} == found.curves.keys()
    for shares, values in found.curves.values():
        assert shares[0] == 0.0
        assert shares[-1] == 1.0
        assert len(shares) == len(values)
        assert all(0 <= value <= 1 for value in values)
    assert found.curves["deletion"][1][0] == found.curves["insertion"][1][-1]
    assert found.curves["deletion"][1][-1] == found.curves["insertion"][1][0]
    assert "loudest" in found.sentence


def test_pieces_taken_out_leave_what_occlusion_heard() -> None:
    clip, model = bursts(), linear()
    with asked(model, clip, YES, cut(clip, "window-140")) as question:
        found = explain(question, OCCLUSION, OCCLUSION.settings())
        parts = ranking(found)
        gone = [np.arange(parts.count) == at for at in range(parts.count)]
        scores = YES.score(asked_without(question, parts, gone)).tolist()
    assert [found.score - score for score in scores] == pytest.approx(list(found.contributions), abs=1e-5)


def test_cells_taken_out_become_the_mean_of_their_band_and_nothing_else_changes() -> None:
    clip, model = bursts(), linear()
    heard = []
    with asked(model, clip, YES) as question:
        parts = ranking(explain(question, TRUTH, Settings()))
        hook = model.module.register_forward_pre_hook(
            lambda _part, _plain, named: heard.append(named["input_features"]), with_kwargs=True
        )
        gone = np.zeros(parts.count, bool)
        gone[[0, 100, 4000]] = True
        asked_without(question, parts, [gone])
        hook.remove()
        laid, before = question.plane.place(heard[0])[0].numpy(), question.plane.place(question.values)[0].numpy()
    lost = gone.reshape(laid.shape)
    np.testing.assert_array_equal(laid[~lost], before[~lost])
    bands = np.nonzero(lost)[0]
    np.testing.assert_allclose(laid[lost], before.mean(1)[bands], atol=1e-6)


def test_loudness_finds_the_bursts() -> None:
    clip, model = bursts(), linear()
    with asked(model, clip, YES) as question:
        parts = ranking(explain(question, TRUTH, Settings()))
        loud = loudness(question, parts).reshape(parts.owner.shape)
    band, column = np.unravel_index(loud.argmax(), loud.shape)
    assert boxes().sum(0).T.numpy()[band, column] == 1
    assert (loud >= 0).all()


def test_the_loudness_of_all_cells_is_that_of_the_sound_in_their_bands() -> None:
    clip, model = bursts(), linear()
    with asked(model, clip, YES, cut(clip, "window-140")) as question:
        cells = loudness(question, ranking(explain(question, TRUTH, Settings())))
        pieces = loudness(question, ranking(explain(question, OCCLUSION, OCCLUSION.settings())))
    # bands begin at 50 Hz, where there is nothing but faint noise; the last columns of pieces reach a little further
    assert cells.sum() == pytest.approx(pieces.sum(), rel=0.02)


def test_areas_and_halves_are_those_worked_out_by_hand() -> None:
    shares, values = np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.4, 0.0])
    assert area(shares, values) == pytest.approx(0.5 * (1.0 + 0.4) / 2 + 0.5 * (0.4 + 0.0) / 2)
    assert half(shares, values) == 0.5
    assert half(shares, np.array([1.0, 0.95, 0.8])) == 1.0
    assert half(shares, np.ones(3)) == 0.0


@pytest.mark.parametrize("count", [1, 2, 5, FEW, FEW + 1, 100, 499, 500, 6400])
def test_as_many_passes_are_made_as_are_counted_beforehand(count: int) -> None:
    model, clip = deaf(), bursts()
    with asked(model, clip, YES) as question:
        attribution = explain(question, TRUTH, Settings())
        parts = some_cells(attribution, count)
        with counting(model.module) as heard:
            found = curves(question, parts, silent)
    assert sum(heard) == asks(count)
    assert steps(count)[0] == some_steps(count)[0] == 0
    assert steps(count)[-1] == some_steps(count)[-1] == count
    assert found.chance.shape[1] == len(found.some)


def some_cells(attribution: Attribution, count: int) -> Ranking:
    """Rank only some of the cells, so that there are ``count`` parts."""
    known = ranking(attribution)
    owner = np.where(known.owner < count, known.owner, -1)
    return Ranking(known.relevance[:count], owner, known.time, known.edges)


# completeness


def stand_in(gap: float, owed: float = 2.0) -> tuple[Question, Attribution]:
    """Make an explanation whose numbers miss their sum by ``gap``."""
    clip, model = bursts(), linear()
    with asked(model, clip, YES) as question:
        found = explain(question, TRUTH, Settings())
        relevance = np.zeros_like(found.relevance)
        relevance[0, 0] = owed * (1 + gap)
        return question, replace(found, relevance=relevance, score=owed, reference=0.0)


@pytest.mark.parametrize(
    ("gap", "heads", "holds"),
    [
        (0.0, 0, "yes"), (0.009, 0, "yes"), (0.011, 0, "partly"), (0.011, 4, "yes"), (0.03, 4, "partly"),
        (0.06, 0, "no"), (-0.2, 4, "no"),
    ],
)  # fmt: skip
def test_numbers_that_do_not_add_up_are_called_so_by_the_bound_of_the_model(gap: float, heads: int, holds: str) -> None:
    question, attribution = stand_in(gap)
    asking = replace(question, model=replace(question.model, card=replace(question.model.card, heads=heads)))
    found = checks()["completeness"].judge(asking, TRUTH, attribution, silent)
    assert found.holds == holds
    assert found.numbers["gap"] == pytest.approx(abs(gap), abs=1e-6)


def test_a_method_without_a_promise_and_a_score_without_a_change_stay_open() -> None:
    question, attribution = stand_in(0.0)
    check = checks()["completeness"]
    assert check.judge(question, TRUTH, replace(attribution, reference=None), silent).holds == "open"
    assert check.judge(question, TRUTH, replace(attribution, reference=attribution.score), silent).holds == "open"


# randomised weights


def test_a_map_of_energy_is_found_out_by_random_weights() -> None:
    found = judged(linear(), ENERGY, "randomised")
    assert found.numbers["all random"] == pytest.approx(1.0)
    assert found.holds == "no"


def test_the_true_gradient_of_a_network_changes_with_its_weights() -> None:
    found = judged(linear(), IXG, "randomised")
    assert found.holds == "yes"
    assert found.numbers["all random"] <= 0.6


def test_random_weights_leave_the_model_as_it_was() -> None:
    model = linear()
    before = model.module.weight.clone()
    judged(model, IXG, "randomised")
    assert model.module.weight.equal(before)


def test_three_pieces_are_too_few_to_compare() -> None:
    clip, model = bursts(), linear()
    with asked(model, clip, YES, cut(clip, "window-560")) as question:
        found = explain(question, OCCLUSION, OCCLUSION.settings())
        for name in ("randomised", "steady"):
            assert checks()[name].judge(question, OCCLUSION, found, silent).holds == "open"


# shifted and noisy


def test_the_truth_does_not_hold_still_where_the_network_watches_one_moment_and_the_sound_moves() -> None:
    found = judged(linear(), IXG, "steady")
    assert found.numbers["later same answer"] in {0.0, 1.0}
    assert found.numbers["noisy overlap"] >= 0.5


def test_a_map_of_energy_moves_along_with_the_sound() -> None:
    found = judged(deaf(), ENERGY, "steady")
    assert found.holds == "yes"
    assert found.numbers["later overlap"] >= 0.9


def test_chance_does_not_stay() -> None:
    found = judged(deaf(), CHANCE, "steady")
    assert found.holds == "no"
    assert found.numbers["later overlap"] <= 0.2  # a tenth by chance


# planted facts


def test_an_explanation_that_points_at_what_was_planted_is_told_from_one_that_does_not() -> None:
    right, wrong = (judged(linear(), method, "planted", facts=FACTS) for method in (TRUTH, CHANCE))
    assert right.holds == "yes"
    assert right.numbers["mass"] == pytest.approx(1.0)
    assert right.numbers["rank accuracy"] == pytest.approx(1.0)
    assert wrong.holds == "no"
    assert wrong.numbers["mass"] == pytest.approx(wrong.numbers["chance"], abs=0.02)
    area_of_boxes = float(boxes().sum() / boxes()[0].numel())
    assert right.numbers["chance"] == pytest.approx(area_of_boxes)


def test_pieces_are_judged_by_the_time_that_they_share_with_the_fact() -> None:
    found = judged(linear(), OCCLUSION, "planted", facts=FACTS)
    assert found.holds == "yes"
    assert found.numbers["points"] == 1.0


@pytest.mark.parametrize("facts", [(), tuple(replace(fact, label="another") for fact in FACTS)])
def test_facts_about_something_else_stay_open(facts: tuple[Fact, ...]) -> None:
    assert judged(linear(), TRUTH, "planted", facts=facts).holds == "open"


# the badge


def test_the_truth_about_a_network_earns_the_best_word() -> None:
    clip, model = bursts(), linear()
    with asked(model, clip, YES) as question:
        found = explain(question, IXG, IXG.settings())
        shown = badge(question, IXG, found, facts=FACTS, names=("deletion", "randomised", "planted"))
    assert [item.check for item in shown.verdicts] == ["deletion", "randomised", "planted"]
    assert shown.word == "trustworthy", [item.sentence for item in shown.verdicts]


@pytest.mark.parametrize(
    ("holds", "word"),
    [
        ({"deletion": "yes", "randomised": "yes"}, "trustworthy"),
        ({"deletion": "yes", "randomised": "yes", "completeness": "open", "planted": "open"}, "trustworthy"),
        ({"deletion": "yes", "randomised": "yes", "steady": "no"}, "partly"),
        ({"deletion": "yes", "randomised": "open"}, "partly"),
        ({"deletion": "partly", "randomised": "yes"}, "partly"),
        ({"deletion": "no", "randomised": "yes"}, "no better than chance"),
        ({"deletion": "no", "randomised": "no", "planted": "no"}, "no better than chance"),
        ({"deletion": "yes", "randomised": "no"}, "not about the model"),
        ({"deletion": "yes", "randomised": "yes", "planted": "no"}, "points elsewhere"),
        ({"deletion": "open", "randomised": "yes"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_word_of_the_badge_follows_the_stated_rule(holds: dict[str, str], word: str) -> None:
    numbers = {"whole": 0.9, "nothing": 0.1}
    found = summed_up([Verdict(name, held, "", numbers) for name, held in holds.items()])
    assert found.word == word
    assert found.title == TITLES[word]
    assert found.sentence == SENTENCES[word]


@pytest.mark.parametrize(("name", "frames"), [("sew", 2), ("wav2vec2", 2)])
def test_a_symbol_is_looked_for_where_it_comes_in_the_later_clip(
    name: str, frames: int, paired: Callable[[Small], Pair]
) -> None:
    """A head writes every 20 ms, also where the blocks of SEW take steps of 40 ms."""
    family = FAMILIES[name]
    model = paired(Small(family, family.ctc)).model
    with asked(model, noise(0.6, model.card.sample_rate), Target(1, None, (4, 6))) as question:
        assert later(question).target.frames == (4 + frames, 6 + frames)


def test_a_check_that_cannot_be_made_stays_open_and_says_why() -> None:
    def refuse(*_what: object) -> Verdict:
        raise MethodError("There is no way.", hint="Choose another.")

    clip, model = bursts(), linear()
    with asked(model, clip, YES) as question:
        found = explain(question, TRUTH, Settings())
        told = verdict(question, TRUTH, found, replace(checks()["deletion"], judge=refuse))
    assert told.holds == "open"
    assert told.sentence == "There is no way."


@pytest.mark.parametrize("name", checks())
def test_every_check_can_be_cancelled(name: str) -> None:
    def stop(step: Step) -> None:
        raise CancelledError("Stopped.")

    clip, model = bursts(), linear()
    with asked(model, clip, YES) as question:
        found = explain(question, IXG, IXG.settings())
        with pytest.raises(CancelledError):
            verdict(question, IXG, found, checks()[name], stop)


def test_the_progress_of_all_checks_only_grows_and_ends() -> None:
    clip, model = bursts(), linear()
    shares: list[float] = []
    with asked(model, clip, YES) as question:
        found = explain(question, IXG, IXG.settings())
        badge(question, IXG, found, report=lambda step: shares.append(step.fraction))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("method", [IXG, OCCLUSION])
def test_what_the_checks_cost_is_known_beforehand(method: Method) -> None:
    clip, model = bursts(), linear()
    pieces = cut(clip, WINDOWS)
    expected = cost(method, model, clip.seconds, len(pieces), method.settings())
    with asked(model, clip, YES, pieces) as question:
        found = explain(question, method, method.settings())
        with counting(model.module) as heard:
            badge(question, method, found)
    assert sum(heard) <= expected.forward + expected.back


@pytest.mark.parametrize("name", checks())
def test_every_check_tells_what_it_asks_and_who_thought_of_it(name: str) -> None:
    check = checks()[name]
    assert check.name == name
    assert check.title.endswith("?")
    assert check.summary.endswith(".")
    assert any(character.isdigit() for character in check.source)


def test_checks_come_in_the_order_in_which_they_are_cheap() -> None:
    assert list(checks()) == ["completeness", "deletion", "randomised", "specific", "steady", "planted"]


def test_with_three_pieces_deletion_never_says_no_better_than_chance() -> None:
    clip = bursts()
    thirds = [Segment(str(at), at / 3, (at + 1) / 3, 0, 0) for at in range(3)]
    for seed in range(6):
        with asked(linear(), clip, YES, thirds) as question:
            found = explain(question, OCCLUSION, OCCLUSION.settings())
            mixed = replace(found, contributions=tuple(np.random.default_rng(seed).permutation(found.contributions)))
            verdict_ = checks()["deletion"].judge(question, OCCLUSION, mixed, silent)
        assert verdict_.holds != "no"
