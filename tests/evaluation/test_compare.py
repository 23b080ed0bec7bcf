"""The sentence on before and after claims what the test shows, and no more."""

import numpy as np
import pytest

from core.evaluation import compare
from tests.evaluation.made import said

RNG = np.random.default_rng(21)
TRUE = np.arange(120) % 4
SPEAKERS = np.repeat([f"s{number}" for number in range(6)], 20)


def answered(right: np.ndarray, name: str, groups=SPEAKERS):
    return said(TRUE, np.where(right, TRUE, (TRUE + 1) % 4), 4, groups, name=name)


def right_in(count: int) -> np.ndarray:
    """So many right, spread evenly over speakers."""
    return np.argsort(np.arange(120) % 20, kind="stable").argsort() < count


def test_a_real_gain_is_said_with_its_counts_and_how_seldom_chance_does_it() -> None:
    found = compare.compare([answered(right_in(78), "before")], answered(right_in(108), "after"))
    assert found.verdict == "better"
    assert found.sentence == (
        "On the same 120 sounds of 6 speakers or groups it is now right in 90%, before in 65%: 30 were mended, 0 "
        "broken. If both were equally good, a difference this large would come about by chance in fewer than 1 of "
        "1,000 such tests."
    )


def test_a_loss_is_said_as_plainly_as_a_gain() -> None:
    found = compare.compare([answered(right_in(108), "before")], answered(right_in(78), "after"))
    assert found.verdict == "worse"
    assert "0 were mended, 30 broken" in found.sentence


def test_a_small_gain_is_not_called_one() -> None:
    found = compare.compare([answered(right_in(90), "before")], answered(right_in(93), "after"))
    assert found.verdict == "unclear"
    assert "does not show that one is better" in found.sentence
    assert "in about 25 of 100 such tests" in found.sentence  # two-sided: 2 / 2³


def test_a_gain_of_one_speaker_alone_is_not_called_one() -> None:
    """McNemar alone would be sure: 15 mended, none broken. All of them are by one speaker of six."""
    before = np.arange(120) % 2 == 0
    after = before | (np.arange(120) < 30) & (np.arange(120) < 20)
    found = compare.compare([answered(before, "before")], answered(after, "after"))
    assert found.test.p < 0.01
    assert found.verdict == "unclear"
    assert "differ too much among themselves" in found.sentence


@pytest.mark.parametrize("seed", range(5))
def test_labels_at_random_give_no_evidence_of_learning(seed: int) -> None:
    """G25."""
    chance = np.random.default_rng(seed)
    after = said(chance.integers(0, 4, 120), chance.integers(0, 4, 120), 4, SPEAKERS)
    majority = said(after.targets, np.zeros(120, int), 4, SPEAKERS, name="majority")
    found = compare.compare([majority], after)
    assert found.verdict == "nothing learned"
    assert "There is no evidence of learning" in found.sentence


def test_naming_one_class_always_is_no_learning_however_often_it_is_right() -> None:
    true = np.where(np.arange(120) < 84, 0, 1)
    after = said(true, np.zeros(120, int), 2)
    found = compare.compare([said(true, np.ones(120, int), 2, name="majority")], after)
    assert found.verdict == "nothing learned"
    assert "it names a (nearly) always" in found.sentence


def test_a_rare_class_found_is_learning_though_the_commonest_alone_is_right_more_often() -> None:
    true = np.where(np.arange(200) < 180, 0, 1)
    answers = np.where(np.arange(200) < 150, 0, 1)  # 150 of 180 and all 20
    assert compare.learned(said(true, answers, 2)).shown


def test_the_model_that_knew_the_task_is_the_partner_else_the_best_simple_way() -> None:
    weak, strong = answered(right_in(30), "majority"), answered(right_in(70), "log-mel")
    able = answered(right_in(60), "before")
    assert compare.partner([weak, strong, able]).predictions is able
    fair = compare.partner([weak, strong])
    assert fair.predictions is strong
    assert "best of 2 simpler ways: mel bands with logistic regression" in fair.reason
    found = compare.compare([weak, strong], answered(right_in(110), "after"))
    assert "mel bands with logistic regression in 58%" in found.sentence


def test_unknown_speakers_are_said_to_be_unknown() -> None:
    nobody = [""] * 120
    found = compare.compare([answered(right_in(78), "before", nobody)], answered(right_in(108), "after", nobody))
    assert found.verdict == "better"
    assert any("Who spoke is not known" in caution for caution in found.cautions)


def test_every_way_of_the_baselines_has_a_name_for_people() -> None:
    for name in ("before", "after", "majority", "log-mel", "centroid", "cnn"):
        assert compare.title(name) != name
    assert compare.title("run 7") == "run 7"
