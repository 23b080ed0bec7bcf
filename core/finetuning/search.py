"""Try a few settings and keep the best, by the sounds for stopping and never by the test."""

import itertools
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any, Literal

import numpy as np

from core.errors import DatasetError
from core.finetuning.history import Epoch, History
from core.finetuning.settings import FineTuneSettings
from core.progress import Report, Step, silent
from core.setting import setting
from core.text import N_, _

MOST_RUNS = 200
Tries = Generator[FineTuneSettings, float | None, None]
Teach = Callable[[FineTuneSettings], History]


@dataclass(frozen=True)
class SearchSettings:
    """What is tried.

    rates       least and most learning rate
    epochs      numbers of epochs to choose from
    strategies  names to choose from; empty: only that of the run
    steps       learning rates of a grid, from the least to the most in equal ratios
    objective   what is best, on the sounds for stopping
    """

    kind: Literal["grid", "random", "bayesian"] = setting(
        "random", N_("How to search"), N_("All combinations, chance, or guided by what went well before.")
    )
    runs: int = setting(
        8, N_("Runs"), N_("How many are tried; a grid tries all of its points."), least=1, most=MOST_RUNS
    )
    rates: tuple[float, float] = (1e-4, 1e-1)
    steps: int = setting(3, N_("Learning rates of a grid"), N_("From the least to the most."), least=1, most=20)
    epochs: tuple[int, ...] = (5,)
    strategies: tuple[str, ...] = ()
    objective: Literal["loss", "accuracy"] = setting(
        "loss", N_("Best is"), N_("The lowest loss or the highest accuracy on the validation sounds.")
    )
    seed: int = setting(0, N_("Seed of the search"), N_("The same number tries the same settings."), least=0)


@dataclass(frozen=True)
class Budget:
    """What a search will cost, known beforehand.

    seconds  that all runs take together; on average where chance decides what is tried
    most     the same if every run were the slowest one
    """

    runs: int
    seconds: float
    most: float


@dataclass(frozen=True)
class Trial:
    """One set of settings that was tried; ``value`` is its objective, None where it gave none."""

    number: int
    settings: FineTuneSettings
    history: History
    value: float | None
    seconds: float


@dataclass(frozen=True)
class Found:
    """All trials in the order in which they were made, and the best of them; None where none gave a number."""

    trials: tuple[Trial, ...]
    best: Trial | None


def budget(search: SearchSettings, base: FineTuneSettings, seconds: Callable[[FineTuneSettings], float]) -> Budget:
    """Add up what the runs will take; ``seconds`` estimates one of them."""
    kinds = [
        seconds(replace(base, strategy=strategy, options=_options(base, strategy), epochs=epochs))
        for strategy, epochs in itertools.product(_strategies(search, base), search.epochs)
    ]
    runs = len(grid(search, base)) if search.kind == "grid" else search.runs
    return Budget(runs, runs * sum(kinds) / len(kinds), runs * max(kinds))


def grid(search: SearchSettings, base: FineTuneSettings) -> tuple[FineTuneSettings, ...]:
    """List all points of a grid; DatasetError where they are too many."""
    low, high = search.rates
    rates = np.geomspace(low, high, search.steps).tolist() if search.steps > 1 else [float(np.sqrt(low * high))]
    points = tuple(
        replace(base, strategy=strategy, options=_options(base, strategy), epochs=epochs, learning_rate=rate)
        for strategy, epochs, rate in itertools.product(_strategies(search, base), search.epochs, rates)
    )
    if len(points) > MOST_RUNS:
        raise DatasetError(
            _("This grid has {count} points.").format(count=len(points)),
            hint=_("At most {most} are tried. Take fewer, or search by chance.").format(most=MOST_RUNS),
        )
    return points


def search(
    search: SearchSettings, base: FineTuneSettings, teach: Teach, report: Report = silent, validation: int = 1
) -> Found:
    """Try settings one after the other; what teaches never sees the test, so neither does the choice.

    teach       runs one set of settings; where its history says "cancelled", the search ends with what it has
    validation  number of sounds for stopping; DatasetError where there are none
    """
    if validation < 1:
        raise DatasetError(
            _("There are no sounds by which the settings could be compared."),
            hint=_("Put some sounds aside for stopping. The test must not decide."),
        )
    trials: list[Trial] = []
    runs = len(grid(search, base)) if search.kind == "grid" else search.runs
    tries = _tries(search, base)
    settings = next(tries)
    while True:
        report(Step(len(trials), runs, _("Run {number} of {count}").format(number=len(trials) + 1, count=runs)))
        started = time.monotonic()
        history = teach(settings)
        value = objective(search, history)
        trials.append(Trial(len(trials) + 1, settings, history, value, time.monotonic() - started))
        if history.ended == "cancelled":
            break
        try:
            settings = tries.send(value)
        except StopIteration:
            break
    return Found(tuple(trials), _best(search, trials))


def objective(search: SearchSettings, history: History) -> float | None:
    """Read the objective of the epoch whose weights would be kept; None where there is no such epoch or number."""
    best: Epoch | None = next((epoch for epoch in history.epochs if epoch.number == history.best), None)
    if best is None or history.ended == "diverged":
        return None
    value = best.validation_loss if search.objective == "loss" else best.validation_accuracy
    return value if value is not None and np.isfinite(value) else None


def _best(search: SearchSettings, trials: Sequence[Trial]) -> Trial | None:
    told = [trial for trial in trials if trial.value is not None]
    sign = 1 if search.objective == "loss" else -1
    return min(told, key=lambda trial: sign * (trial.value or 0.0), default=None)


def _strategies(search: SearchSettings, base: FineTuneSettings) -> tuple[str, ...]:
    return search.strategies or (base.strategy,)


def _options(base: FineTuneSettings, strategy: str) -> tuple[tuple[str, Any], ...]:
    """Options belong to one strategy; another one takes its own defaults."""
    return base.options if strategy == base.strategy else ()


def _tries(search: SearchSettings, base: FineTuneSettings) -> Tries:
    """Give settings to try; each is answered by its objective."""
    if search.kind == "grid":
        yield from _listed(grid(search, base))
    elif search.kind == "random":
        yield from _listed(_by_chance(search, base))
    else:
        yield from _guided(search, base)


def _listed(points: Sequence[FineTuneSettings]) -> Tries:
    for point in points:
        _value = yield point


def _by_chance(search: SearchSettings, base: FineTuneSettings) -> tuple[FineTuneSettings, ...]:
    chance = np.random.default_rng(search.seed)
    names, low, high = _strategies(search, base), log(search.rates[0]), log(search.rates[1])
    found = []
    for _run in range(search.runs):
        name = names[int(chance.integers(len(names)))]
        epochs = search.epochs[int(chance.integers(len(search.epochs)))]
        rate = exp(chance.uniform(low, high))
        found.append(replace(base, strategy=name, options=_options(base, name), epochs=epochs, learning_rate=rate))
    return tuple(found)


def _guided(search: SearchSettings, base: FineTuneSettings) -> Tries:
    """Tree-structured Parzen estimator (Bergstra et al. 2011), as Optuna has it; nothing is written to disk."""
    import optuna

    told = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        sampler = optuna.samplers.TPESampler(seed=search.seed)
        loss = search.objective == "loss"
        study = optuna.create_study(direction="minimize" if loss else "maximize", sampler=sampler)
    finally:
        optuna.logging.set_verbosity(told)
    for _run in range(search.runs):
        trial = study.ask()
        name = trial.suggest_categorical("strategy", list(_strategies(search, base)))
        epochs = trial.suggest_categorical("epochs", list(search.epochs))
        rate = trial.suggest_float("learning_rate", *search.rates, log=True)
        point = replace(base, strategy=name, options=_options(base, name), epochs=epochs, learning_rate=rate)
        value = yield point
        failed = optuna.trial.TrialState.FAIL
        study.tell(trial, value) if value is not None else study.tell(trial, state=failed)
