"""Trying settings: what is tried, what it costs, and what decides."""

import pytest

from core.errors import CancelledError, DatasetError
from core.finetuning.history import Epoch, History
from core.finetuning.search import SearchSettings, budget, grid, search
from core.finetuning.settings import FineTuneSettings
from core.progress import Step

BASE = FineTuneSettings(options=(("layers", "last"),))
EVERY = SearchSettings(kind="grid", rates=(1e-4, 1e-2), steps=3, epochs=(2, 4), strategies=("linear", "lora"))


def told(loss: float | None, accuracy: float | None = 0.5, ended: str = "finished") -> History:
    worse = Epoch(2, 0.1, 0.01, 1.0, 1e-3, 9.0, 0.9)
    return History((Epoch(1, 0.1, 0.5, 0.5, 1e-3, loss, accuracy), worse), 1, ended)


def valley(settings: FineTuneSettings) -> History:
    """Loss is least at a rate of 0.003."""
    from math import log10

    return told((log10(settings.learning_rate) - log10(3e-3)) ** 2)


def test_a_grid_holds_every_combination_with_options_only_where_they_belong() -> None:
    points = grid(EVERY, BASE)
    assert len(points) == 12
    assert [point.learning_rate for point in points[:3]] == pytest.approx([1e-4, 1e-3, 1e-2])
    assert {(point.strategy, point.options) for point in points} == {("linear", BASE.options), ("lora", ())}
    with pytest.raises(DatasetError, match="320 points"):
        grid(SearchSettings(kind="grid", steps=20, epochs=tuple(range(1, 17))), BASE)


def test_the_budget_is_known_before_anything_is_tried() -> None:
    def seconds(settings: FineTuneSettings) -> float:
        return settings.epochs * (10.0 if settings.strategy == "lora" else 1.0)

    # 3 rates x (2 + 4 epochs) x (1 s + 10 s)
    assert budget(EVERY, BASE, seconds).seconds == pytest.approx(198.0)
    by_chance = budget(SearchSettings(runs=4, epochs=(2, 4), strategies=("linear", "lora")), BASE, seconds)
    assert (by_chance.runs, by_chance.seconds, by_chance.most) == (4, pytest.approx(66.0), pytest.approx(160.0))


@pytest.mark.parametrize("kind", ["grid", "random", "bayesian"])
def test_the_best_by_the_sounds_for_stopping_is_found_and_again_with_the_same_seed(kind: str) -> None:
    wanted = SearchSettings(kind=kind, runs=12, rates=(1e-5, 1.0), steps=12, seed=1)  # type: ignore[arg-type]
    found, again = search(wanted, BASE, valley), search(wanted, BASE, valley)
    assert len(found.trials) == 12
    assert found.best is not None
    assert found.best.value == min(trial.value for trial in found.trials if trial.value is not None)
    assert 3e-4 < found.best.settings.learning_rate < 3e-2
    rates = [[trial.settings.learning_rate for trial in each.trials] for each in (found, again)]
    assert rates[0] == rates[1]
    assert all(1e-5 <= rate <= 1.0 + 1e-9 for rate in rates[0])


def test_bayesian_search_comes_closer_than_chance() -> None:
    def tenth(kind: str, seed: int) -> float:
        wanted = SearchSettings(kind=kind, runs=30, rates=(1e-6, 1.0), seed=seed)  # type: ignore[arg-type]
        values = [trial.value or 0.0 for trial in search(wanted, BASE, valley).trials]
        return sum(values[15:]) / 15

    seeds = range(3)
    assert sum(tenth("bayesian", seed) for seed in seeds) < 0.7 * sum(tenth("random", seed) for seed in seeds)


def test_accuracy_of_the_epoch_that_is_kept_can_decide_too() -> None:
    scores = iter([0.4, 0.8, 0.6])
    wanted = SearchSettings(runs=3, objective="accuracy")
    found = search(wanted, BASE, lambda settings: told(1.0, next(scores)))
    assert [trial.value for trial in found.trials] == [0.4, 0.8, 0.6]
    assert found.best is found.trials[1]


@pytest.mark.parametrize("kind", ["random", "bayesian"])
def test_runs_without_a_number_count_as_tried_and_never_win(kind: str) -> None:
    given = iter([told(None), told(float("nan")), told(0.0, ended="diverged"), History(), told(5.0)])
    found = search(SearchSettings(kind=kind, runs=5), BASE, lambda settings: next(given))  # type: ignore[arg-type]
    assert [trial.value for trial in found.trials] == [None, None, None, None, 5.0]
    assert found.best is found.trials[4]


def test_without_sounds_for_stopping_nothing_is_tried() -> None:
    with pytest.raises(DatasetError, match="could be compared"):
        search(SearchSettings(), BASE, valley, validation=0)


def test_a_run_that_is_stopped_ends_the_search_with_what_it_has() -> None:
    given = iter([told(2.0), told(1.0, ended="cancelled")])
    found = search(SearchSettings(runs=9), BASE, lambda settings: next(given))
    assert len(found.trials) == 2
    assert found.best is found.trials[1]

    def stop(step: Step) -> None:
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        search(SearchSettings(runs=9), BASE, valley, stop)


def test_nothing_is_said_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    search(SearchSettings(kind="bayesian", runs=2), BASE, valley)
    heard = capfd.readouterr()
    assert heard.out + heard.err == ""
