"""Divisions keep apart what belongs apart, hold every class, and are the same for the same seed."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.dataset.splits import divide
from core.errors import DatasetError
from core.finetuning.settings import SplitSettings
from tests.dataset.made import prepared

SETS = 30  # made at random
SAME = [{"label": "ab"[place % 2], "fingerprint": "0" * 16} for place in range(9)]
HOLD_OUT, FOLDS, LEAVE_ONE_OUT = (SplitSettings(kind=kind) for kind in ("hold-out", "folds", "leave-one-out"))


def rows(groups: Iterable[str], labels: Iterable[str], each: int = 1) -> list[dict[str, str]]:
    return [{"label": label, "group": group} for group in groups for label in labels for _number in range(each)]


def groups(data: PreparedSet, indices: Iterable[int]) -> set[str]:
    return {data.items[index].group for index in indices} - {""}


def labels(data: PreparedSet, indices: Iterable[int]) -> Counter[str]:
    return Counter(data.items[index].label for index in indices)


def sounds(data: PreparedSet, indices: Iterable[int]) -> set[str]:
    return {data.items[index].fingerprint for index in indices}


def random_set(seed: int) -> PreparedSet:
    """Up to 4 classes and up to 7 speakers, some items without speaker, label or a content of their own."""
    generator = np.random.default_rng(seed)
    people = int(generator.integers(0, 8))
    made = []
    for place in range(int(generator.integers(24, 90))):
        group = f"speaker {generator.integers(people)}" if people and generator.random() < 0.95 else ""
        label = "" if generator.random() < 0.1 else "abcd"[generator.integers(2 + seed % 3)]
        copied = generator.random() < 0.05 and made
        # a copy stays with its speaker, or else the two speakers count as one
        other = made[generator.integers(len(made))] if copied else {}
        made.append({"label": label, "group": group, "fingerprint": f"{place:016x}"} | dict(other))
    return prepared(made)


def attempt(data: PreparedSet, settings: SplitSettings) -> tuple[Division, ...]:
    """Divide, or nothing where the set is too small for it; the tests below see to it that most are not."""
    try:
        return divide(data, settings)
    except DatasetError as refusal:
        assert refusal.hint
        return ()


@pytest.mark.parametrize("settings", [HOLD_OUT, FOLDS, LEAVE_ONE_OUT], ids=lambda settings: settings.kind)
def test_most_made_sets_can_be_divided(settings: SplitSettings) -> None:
    assert sum(bool(attempt(random_set(seed), settings)) for seed in range(SETS)) >= SETS // 2


@pytest.mark.parametrize("seed", range(SETS))
@pytest.mark.parametrize("settings", [HOLD_OUT, FOLDS, LEAVE_ONE_OUT], ids=lambda settings: settings.kind)
def test_every_division_keeps_its_promises(settings: SplitSettings, seed: int) -> None:
    data = random_set(seed)
    divisions = attempt(data, settings)
    for division in divisions:
        parts = (division.train, division.validation, division.test, division.unlabelled)
        flat = [index for part in parts for index in part]
        assert len(flat) == len(set(flat))
        assert all(list(part) == sorted(part) for part in parts)
        learned = (*division.train, *division.validation, *division.unlabelled)
        assert not sounds(data, division.test) & sounds(data, learned)
        assert not sounds(data, division.train) & sounds(data, division.validation)
        assert set(labels(data, division.train)) == set(data.labels)
        assert division.test
        assert all(data.items[index].label for index in (*division.train, *division.validation, *division.test))
        assert not any(data.items[index].label for index in division.unlabelled)
        if division.by == "group":
            assert not groups(data, division.test) & groups(data, learned)
    if settings.kind == "folds" and divisions:
        tested = sorted(index for division in divisions for index in division.test)
        assert tested == [index for index, item in enumerate(data.items) if item.label]
    assert attempt(data, settings) == divisions


def test_another_seed_gives_another_division() -> None:
    data = prepared(rows([""], "ab", each=20))
    tests = {divide(data, SplitSettings(seed=seed))[0].test for seed in range(5)}
    assert len(tests) == 5


def test_files_are_divided_evenly_by_class() -> None:
    data = prepared(rows([""], "ab", each=20))
    (division,) = divide(data, SplitSettings(test=0.25, validation=0.2))
    # 20 of each: a quarter, 5, for the test; of the other 15 a fifth, 3, for validation
    assert division.by == "file"
    assert labels(data, division.test) == {"a": 5, "b": 5}
    assert labels(data, division.validation) == {"a": 3, "b": 3}
    assert labels(data, division.train) == {"a": 12, "b": 12}


def test_unequal_classes_keep_their_proportions() -> None:
    data = prepared(rows([""], "a", each=40) + rows([""], "b", each=8))
    (division,) = divide(data, SplitSettings(test=0.25, validation=0.0))
    assert labels(data, division.test) == {"a": 10, "b": 2}
    assert division.validation == ()


def test_whole_speakers_are_tested() -> None:
    data = prepared(rows(["ann", "bob", "cem", "dan"], "ab", each=5))
    (division,) = divide(data, SplitSettings(test=0.25))
    assert division.by == "group"
    assert [len(groups(data, part)) for part in (division.test, division.validation, division.train)] == [1, 1, 2]


def test_two_speakers_are_one_to_learn_from_and_one_to_test() -> None:
    data = prepared(rows(["ann", "bob"], "ab", each=5))
    (division,) = divide(data, HOLD_OUT)
    assert len(groups(data, division.test)) == 1
    # nobody can be spared for validation: files of the one who is learned from
    assert groups(data, division.validation) == groups(data, division.train)
    assert labels(data, division.validation) == {"a": 1, "b": 1}


def test_every_class_is_tested_where_that_can_be() -> None:
    data = prepared(rows([""], "a", each=50) + rows([""], "bcdef", each=2))
    (division,) = divide(data, SplitSettings(test=0.1))
    assert set(labels(data, division.test)) == set("abcdef")


def test_speakers_who_say_not_everything_are_divided_so_that_all_is_learned() -> None:
    made = rows(["ann"], "ab", 4) + rows(["bob"], "ab", 4) + rows(["cem"], "bc", 4) + rows(["dan"], "c", 4)
    data = prepared(made)
    for seed in range(10):
        (division,) = divide(data, SplitSettings(seed=seed, test=0.5))
        assert set(labels(data, division.train)) == set("abc")


SAYS = {"s0": "ccd", "s1": "aaaaa", "s2": "bbdd", "s3": "bbbcc", "s4": "aaa", "s5": "bbb"}


@pytest.mark.parametrize("seed", range(6))
def test_folds_of_speakers_who_say_not_everything_leave_every_class_to_be_learned(seed: int) -> None:
    data = prepared([{"label": label, "group": group} for group, said in SAYS.items() for label in said])
    divisions = divide(data, SplitSettings(kind="folds", folds=2, seed=seed))
    assert all(set(labels(data, division.train)) == set("abcd") for division in divisions)
    assert sum(len(division.test) for division in divisions) == len(data.items)


def test_a_speaker_who_alone_says_several_classes_is_not_spared_for_validation() -> None:
    data = prepared(rows(["ann"], "abc", 3) + rows(["bob"], "ab", 3) + rows(["cem", "dan"], "c", 3))
    first = divide(data, SplitSettings(kind="leave-one-out", validation=0.5))[0]
    assert set(labels(data, first.train)) == set("abc")
    assert first.validation


def test_copies_stay_on_one_side() -> None:
    made = [{"label": "ab"[place % 2], "fingerprint": f"{place // 4:016x}"} for place in range(80)]
    (division,) = divide(data := prepared(made), HOLD_OUT)
    assert not sounds(data, division.test) & sounds(data, (*division.train, *division.validation))
    assert len(division.test) == 20


def test_a_copy_across_speakers_makes_them_one() -> None:
    made = rows(["ann", "bob", "cem"], "ab", each=4)
    made[0]["fingerprint"] = made[8]["fingerprint"] = "f" * 16  # ann's first is bob's first
    data = prepared(made)
    for division in divide(data, SplitSettings(kind="folds", folds=2)):
        assert {"ann", "bob"} <= groups(data, division.test) or not {"ann", "bob"} & groups(data, division.test)


def test_copies_in_all_speakers_are_told() -> None:
    made = rows(["ann", "bob"], "ab", each=4)
    made[0]["fingerprint"] = made[8]["fingerprint"] = "f" * 16
    with pytest.raises(DatasetError, match="There is 1 separate group,") as caught:
        divide(prepared(made), HOLD_OUT)
    assert "copies" in caught.value.hint


def test_each_fold_is_tested_once_and_named() -> None:
    data = prepared(rows([""], "ab", each=10))
    divisions = divide(data, SplitSettings(kind="folds", folds=5))
    assert [division.name for division in divisions] == [f"Part {place} of 5" for place in range(1, 6)]
    assert all(labels(data, division.test) == {"a": 2, "b": 2} for division in divisions)


def test_each_speaker_is_left_out_once_and_named() -> None:
    data = prepared(rows(["s10", "s9", "s1"], "ab", each=2))
    divisions = divide(data, LEAVE_ONE_OUT)
    assert [division.name for division in divisions] == ["s1", "s9", "s10"]
    assert all(groups(data, division.test) == {division.name} for division in divisions)


def test_leaving_one_out_learns_no_copy_of_what_it_tests() -> None:
    made = rows(["ann", "bob"], "ab", each=4)
    made[0]["fingerprint"] = made[8]["fingerprint"] = "f" * 16
    for division in divide(data := prepared(made), LEAVE_ONE_OUT):
        assert len(division.test) == 8
        assert len(division.train) + len(division.validation) == 7
        assert not sounds(data, division.test) & sounds(data, (*division.train, *division.validation))


def test_the_publishers_sides_are_kept() -> None:
    sides = ["train"] * 10 + ["validation"] * 4 + ["test"] * 6
    data = prepared([{"label": "ab"[place % 2], "split": side} for place, side in enumerate(sides)])
    assert divide(data, HOLD_OUT) == (
        Division("", "publisher", tuple(range(10)), tuple(range(10, 14)), tuple(range(14, 20))),
    )


def test_validation_is_taken_from_the_publishers_sounds_for_learning() -> None:
    sides = ["train"] * 20 + ["test"] * 6
    data = prepared([{"label": "ab"[place % 2], "split": side} for place, side in enumerate(sides)])
    (division,) = divide(data, HOLD_OUT)
    assert (division.by, division.test) == ("publisher", tuple(range(20, 26)))
    assert labels(data, division.validation) == {"a": 2, "b": 2}


def test_sides_without_a_test_are_divided_anew() -> None:
    data = prepared([{"label": "ab"[place % 2], "split": "train"} for place in range(40)])
    assert divide(data, HOLD_OUT)[0].by == "file"


def test_a_class_that_the_publisher_only_tests_is_told() -> None:
    made = [{"label": label, "split": side} for label, side in (("a", "train"), ("a", "test"), ("b", "test"))]
    with pytest.raises(DatasetError, match="none of “b”"):
        divide(prepared(made), HOLD_OUT)


def test_unlabelled_sounds_learn_along_but_never_those_of_a_test_speaker() -> None:
    made = rows(["ann", "bob", "cem", "dan"], "ab", each=5) + rows(["ann", "bob", "cem", "dan"], [""], each=2)
    data = prepared([*made, {"label": "", "split": "test"}])
    (division,) = divide(data, HOLD_OUT)
    assert groups(data, division.unlabelled) == groups(data, division.train)
    assert len(division.unlabelled) == 4  # two of each of two speakers


def test_unlabelled_copies_of_test_sounds_are_left_out() -> None:
    made = rows([""], "ab", each=10)
    copies = [{"label": "", "fingerprint": f"{place:016x}"} for place in range(20)]
    data = prepared([*made, *copies])
    (division,) = divide(data, SplitSettings(validation=0.0))
    assert sounds(data, division.unlabelled) == sounds(data, division.train)


def test_transcripts_are_divided_without_classes() -> None:
    made = [{"text": f"line {place}", "group": f"speaker {place % 4}"} for place in range(20)] + [{"text": ""}]
    (division,) = divide(prepared(made, "transcripts"), HOLD_OUT)
    assert [len(part) for part in (division.test, division.validation, division.train)] == [5, 5, 10]
    assert division.unlabelled == (20,)


@pytest.mark.parametrize(
    ("made", "settings", "sentence"),
    [
        (rows([""], "ab", 3) + rows([""], "c"), HOLD_OUT, "“c” has only one sound"),
        (rows(["ann", "bob"], "ab", 3) + rows(["bob"], "c", 9), HOLD_OUT, "All sounds of “c” come from one group"),
        (rows(["ann", "bob"], "ab", 3) + rows(["bob"], "c", 9), LEAVE_ONE_OUT, "All sounds of “c” come from one group"),
        (rows(["ann"], "a", 5) + rows(["bob"], "b", 5), HOLD_OUT, "come from one group"),
        (rows(["ann", "bob"], "ab", 9), FOLDS, "2 separate groups, and 5 are needed"),
        (rows([""], "ab", 2), FOLDS, "4 different sounds, and 5 are needed"),
        (rows(["ann"], "ab", 9), LEAVE_ONE_OUT, "There is 1 group with a name"),
        (rows([""], "ab", 9), LEAVE_ONE_OUT, "There are 0 groups with a name"),
        (SAME, HOLD_OUT, "There is 1 different sound,"),
    ],
    ids=[
        "a class of one", "a class of one speaker", "the same, leaving one out", "a class per speaker",
        "few speakers for folds", "few sounds for folds", "one speaker", "no speaker", "the same sound throughout",
    ],
)  # fmt: skip
def test_too_little_is_refused_by_name(made: list[dict[str, str]], settings: SplitSettings, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as caught:
        divide(prepared(made), settings)
    assert caught.value.hint


def test_thousands_of_sounds_in_dozens_of_classes_are_divided_evenly() -> None:
    data = prepared(rows([""], [str(number) for number in range(25)], each=80))
    (division,) = divide(data, HOLD_OUT)
    assert set(labels(data, division.test).values()) == {20}
