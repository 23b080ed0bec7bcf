"""Work out the curve of one rung: the model, and everything it has to be compared with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from core.probing.controls import Target, cells, control, shuffled
from core.probing.gathering import DEVELOP, TEST, Task
from core.probing.ladder import Curve, Score
from core.probing.probe import Probe
from core.probing.reading import Opened, Reading, Sides
from core.progress import Report, Step

LOG_MEL = "log-mel"


@dataclass(frozen=True, eq=False)
class Heard:
    """What is known of the items of one task; vectors are opened one stop at a time.

    stops    by stop, what the model says
    random   by stop, what the same architecture with random weights says
    inputs   by name, what the plain inputs are
    """

    stops: Mapping[int, Opened]
    random: Mapping[int, Opened]
    inputs: Mapping[str, Opened]


@dataclass(frozen=True, eq=False)
class _Line:
    scores: tuple[Score, ...]
    control: tuple[Score, ...]
    balanced: tuple[float, ...]
    probes: tuple[Probe, ...]
    strength: float

    @property
    def best(self) -> int:
        """Place of the highest score."""
        return max(range(len(self.scores)), key=lambda place: self.scores[place].value)


def curve_of(task: Task, heard: Heard, seed: int, report: Report, note: str) -> tuple[Curve, tuple[Probe, ...]]:
    """Return the curve of a task and the probes of every stop; ``report`` is told of every stop with ``note``."""
    taught = task.taught
    cell, cell_count = cells(heard.inputs[LOG_MEL](), taught, seed)
    reading = Reading(task, task.target, seed)
    controlled = reading.with_target(control(task.target, cell, taught, seed))
    steps = count_up(report, len(heard.stops) + len(heard.random) + len(heard.inputs), note)
    own = _line(reading, heard.stops, controlled, steps)
    chance = _line(reading, heard.random, None, steps)
    plain = {name: _line(reading, {0: opened}, None, steps) for name, opened in heard.inputs.items()}
    curve = Curve(
        **_facts(task),
        stops=tuple(heard.stops),
        score=own.scores,
        control=own.control,
        random=chance.scores,
        inputs={name: line.scores[0] for name, line in plain.items()},
        majority=_majority(reading),
        shuffled=_shuffled(reading, list(heard.stops.values())[own.best], own.strength),
        cells=cell_count,
        strength=own.strength,
        strength_random=chance.strength,
        strength_inputs={name: line.strength for name, line in plain.items()},
        balanced=own.balanced,
    )
    return curve, own.probes


def count_up(report: Report, total: int, note: str) -> Callable[[], None]:
    """Report one step more at every call."""
    done = count()

    def step() -> None:
        report(Step(next(done), total, note))

    return step


def _facts(task: Task) -> dict[str, Any]:
    tested = task.rows(TEST)
    return {
        "rung": task.rung.name,
        "kind": task.rung.kind,
        "metric": task.rung.metric,
        "unseen": task.division.unseen,
        "train": len(task.taught),
        "develop": len(task.rows(DEVELOP)),
        "test": len(tested),
        "classes": len(task.labels) or task.target.shape[1],
        "voices": len(np.unique(task.voice[tested])),
        "sentences": len(np.unique(task.sentence[tested])),
        "caution": task.division.caution,
    }


def _line(reading: Reading, stops: Mapping[int, Opened], controlled: Reading | None, step: Callable[[], None]) -> _Line:
    """Teach and score a probe at every stop, all held back alike; with control labels too where they are given."""
    strength = reading.strength(list(stops.values()))
    scores, controls, even, probes = [], [], [], []
    for stop, opened in stops.items():
        step()
        sides = Sides.final(opened(), reading.task)
        weight, bias = reading.taught(sides, strength)
        answer = reading.answer(reading.outputs(sides, weight, bias))
        scores.append(reading.scored(answer))
        probes.append(reading.probe(stop, sides.standard, weight, bias))
        if reading.task.rung.kind == "classes":
            even.append(reading.balanced(answer))
        if controlled is not None:
            controls.append(controlled.scored(controlled.said(sides, strength)))
    return _Line(tuple(scores), tuple(controls), tuple(even), tuple(probes), strength)


def _shuffled(reading: Reading, opened: Opened, strength: float) -> Score:
    """Score a probe that learned from shuffled labels against the true ones of the test."""
    task = reading.task
    mixed = reading.with_target(shuffled(task.target, task.taught, reading.seed))
    return reading.scored(mixed.said(Sides.final(opened(), task), strength))


def _majority(reading: Reading) -> float:
    """Score always saying the commonest class that is learned from, or the mean of its values."""
    taught, tested = (reading.target[rows] for rows in (reading.task.taught, reading.task.rows(TEST)))
    answer: Target
    if reading.task.rung.kind == "values":
        answer = np.broadcast_to(taught.mean(0), tested.shape)
    else:
        answer = np.full(len(tested), np.bincount(taught).argmax())
    return reading.scored(answer).value
