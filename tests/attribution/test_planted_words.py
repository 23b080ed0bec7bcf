"""Explanations point at the word that decides, on a network of which that is known: the benchmark, with fewer clips."""

from pathlib import Path

import pytest

from benchmarks.figure import Figure
from benchmarks.planted_words import of_network
from benchmarks.spoken_words import KEYWORDS, NONE, Plan, planted, taught

PLAN = Plan(taught=480, epochs=14, batch=12, voices=("",))


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Teach a network in seconds and explain what it says of a few clips."""
    patched = pytest.MonkeyPatch()
    with patched.context() as changed:
        changed.setenv("STRATA_HOME", str(tmp_path_factory.mktemp("home")))
        model = taught(PLAN)
        weights = Path(model.spec.name) / "model.safetensors"
        before = weights.stat().st_mtime_ns
        taught(PLAN)
        assert weights.stat().st_mtime_ns == before, "what was taught once is kept"
        return {figure.name.partition(": ")[2]: figure for figure in of_network(model, PLAN, 20)}


def test_the_network_is_worth_explaining(figures: dict[str, Figure]) -> None:
    assert figures["clips said right"].measured >= 95


def test_occlusion_by_silence_finds_the_word_that_decides(figures: dict[str, Figure]) -> None:
    assert figures["occlusion by silence"].measured >= 90
    assert figures["occlusion by silence, lead over none"].measured >= 90


def test_other_methods_find_it_more_often_than_loudness_and_chance(figures: dict[str, Figure]) -> None:
    for name in ("Kernel SHAP", "integrated gradients, added up over a word"):
        assert figures[name].measured >= 70, name
    assert figures["the loudest word"].measured <= 50
    assert figures["a word by chance"].measured <= 20


def test_windows_find_it_more_often_than_chance(figures: dict[str, Figure]) -> None:
    windows, chance = figures["70 ms windows, one of three best"], figures["70 ms windows, one of three by chance"]
    assert windows.measured >= 75
    assert windows.measured > chance.measured


def test_the_clips_are_what_they_say_and_the_same_every_time() -> None:
    one, same = planted(PLAN, 6, 5, range(4)), planted(PLAN, 6, 5, range(4))
    assert [item.label for item in one] == [0, 1, 2, 3, 0, 1]
    for item, again in zip(one, same, strict=True):
        words = [word.label for word in item.clip.tiers["word"]]
        assert " ".join(words) == item.clip.name
        assert len(set(words)) == len(words) == 5
        assert item.clip.fingerprint == again.clip.fingerprint
        said = [word for word in words if word in KEYWORDS]
        assert said == ([] if item.label == NONE else [KEYWORDS[item.label]])
        assert item.at is None if item.label == NONE else item.keyword.label == KEYWORDS[item.label]
        assert item.clip.tiers["word"][-1].end <= item.clip.seconds
