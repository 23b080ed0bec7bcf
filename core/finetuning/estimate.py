"""How long a run will take and how much memory, measured on a few of its sounds before it starts."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import DatasetError, ModelError
from core.finetuning.settings import FineTuneSettings
from core.memory import available_memory, plain_size
from core.progress import Report, Step, silent
from core.text import _
from core.trace import told

if TYPE_CHECKING:
    from core.finetuning.course import Course
    from core.finetuning.pupil import Pupil
    from core.loading import LoadedModel

SOUNDS = 4  # that are heard and learned from to measure
INSIDE = 40  # held-out sounds that the inside is compared on
EAGER = 2.0  # how much longer a pass takes whose attention is kept
NUMBER = 4  # bytes
COPIES = 5  # of every number that learns: its gradient, two averages of AdamW, the best so far, the last saved


@dataclass(frozen=True)
class Estimate:
    """What a run will need.

    seconds  in all, on this machine as busy as it was while measuring
    parts    (what, seconds) that they are made of, for people
    bytes    of memory, on top of what is taken now
    disk     bytes that stay on disk, apart from the taught copy
    parameters_learning  numbers that learn; ``parameters`` of all that the copy has
    measured sounds that it was measured on
    """

    seconds: float
    parts: tuple[tuple[str, float], ...]
    bytes: int
    disk: int
    parameters_learning: int
    parameters: int
    measured: int


@dataclass(frozen=True)
class _Pace:
    """Seconds for one sound: heard, learned from, and learned from once the encoder learns too; bytes kept for it."""

    hear: float
    learn: float
    join: float
    kept: int


def estimate(
    model: "LoadedModel",
    data: PreparedSet,
    divisions: Sequence[Division],
    settings: FineTuneSettings,
    report: Report = silent,
) -> Estimate:
    """Hear a few sounds, learn a step or two from them on a copy that is thrown away, and extrapolate.

    Sounds whose features are on disk already cost nothing. The simple ways that the copy is compared with take a few
    seconds more. ModelError where memory would not do, DatasetError where there is nothing to learn from.
    """
    from core.finetuning import pupils
    from core.finetuning.course import Course

    if not divisions or not divisions[0].train:
        raise DatasetError(_("There are no sounds to learn from."), hint=_("Add sounds, or make the test smaller."))
    demand_memory(bytes_of(model.module))
    report(Step(0, 3, _("Trying out a few sounds")))
    pupil = pupils.copy(model, data.labels, settings)
    sample = evenly(data, divisions[0].train)
    with told(model.card.title):
        hear = _hearing(pupil, data, sample)
        report(Step(1, 3, _("Trying out a few sounds")))
        together = _together(pupil, settings)
        small = replace(settings, batch=min(settings.batch, len(sample)), epochs=together + 1, patience=0)
        division = replace(divisions[0], train=sample, validation=(), test=(), unlabelled=divisions[0].unlabelled[:2])
        course = Course(pupil, data, division, small)
        pace = _measured(course, hear, len(sample), together)
    report(Step(2, 3, _("Trying out a few sounds")))
    return _summed(pupil, course, data, divisions, settings, pace, len(sample))


def _summed(
    pupil: "Pupil",
    course: "Course",
    data: PreparedSet,
    divisions: Sequence[Division],
    settings: FineTuneSettings,
    pace: _Pace,
    measured: int,
) -> Estimate:
    from core.finetuning.lessons import Whole

    whole = isinstance(course.lessons, Whole)
    missing, disk = _missing(pupil, data, divisions)
    together = min(_together(pupil, settings), settings.epochs)
    sounds = sum(len(division.train) for division in divisions)
    judged = sum(len(division.validation) * settings.epochs + len(division.test) for division in divisions)
    once = (0 if whole else missing) * pace.hear
    learning = sounds * (pace.learn * (settings.epochs - together) + pace.join * together)
    again = (judged if whole else together * sum(len(division.validation) for division in divisions)) * pace.hear
    inside = EAGER * min(INSIDE, len(divisions[0].test)) * (2 if course.encoder_learns else 1) * pace.hear
    compared = inside + (missing * pace.hear if whole else 0.0)
    parts = (
        (_("Hearing every sound once"), once),
        (_("Learning"), learning + again),
        (_("Comparing before and after"), compared),
    )
    learns = sum(part.numel() for group in course.optimizer.param_groups for part in group["params"])
    weights = bytes_of(pupil.module)
    needed = weights + NUMBER * COPIES * learns + pace.kept * settings.batch + (0 if whole else disk)
    demand_memory(needed - weights)  # the copy that was measured holds its weights already
    return Estimate(sum(seconds for _part, seconds in parts), parts, needed, disk, learns, weights // NUMBER, measured)


def evenly(data: PreparedSet, train: Sequence[int], most: int = SOUNDS) -> tuple[int, ...]:
    """Take sounds evenly from the shortest to the longest."""
    ordered = sorted(train, key=lambda index: data.items[index].count)
    count = min(most, len(ordered))
    return tuple(ordered[int((place + 0.5) * len(ordered) / count)] for place in range(count))


def _hearing(pupil: "Pupil", data: PreparedSet, sample: Sequence[int]) -> float:
    """Measure the seconds that the encoder needs for one sound; the first pass only warms up."""
    import torch

    from core.finetuning.batches import MOST_SECONDS, Batches
    from core.finetuning.features import computing

    batches, module = Batches(pupil, data), pupil.module
    with torch.no_grad(), computing(pupil):
        for portion in batches.portions(sample[:1], MOST_SECONDS):
            module(**portion.inputs)
        started = time.perf_counter()
        for portion in batches.portions(sample, MOST_SECONDS):
            module(**portion.inputs)
    return (time.perf_counter() - started) / len(sample)


def _measured(course: "Course", hear: float, sounds: int, together: int) -> _Pace:
    """Learn a step to warm up and one to measure; and one with all that joins in the last epochs."""
    course.fetch(silent)
    with kept_for_gradients(course.pupil.module) as kept:
        course.learn(1, silent)
    bytes_kept = kept[0]
    learn = _timed(course, 1, sounds)
    join = learn
    if together:
        with kept_for_gradients(course.pupil.module) as kept:
            join = _timed(course, together + 1, sounds)
        bytes_kept = max(bytes_kept, kept[0])
    return _Pace(hear, learn, join, bytes_kept // sounds)


def _timed(course: "Course", epoch: int, sounds: int) -> float:
    started = time.perf_counter()
    course.learn(epoch, silent)
    return (time.perf_counter() - started) / sounds


@contextmanager
def kept_for_gradients(module: Any) -> Iterator[list[int]]:
    """Count the bytes that are kept for gradients while something learns; weights and what is kept twice count once."""
    import torch

    seen = {part.untyped_storage().data_ptr() for part in module.parameters()}
    total = [0]

    def pack(value: torch.Tensor) -> torch.Tensor:
        storage = value.untyped_storage()
        if storage.data_ptr() not in seen:
            seen.add(storage.data_ptr())
            total[0] += storage.nbytes()
        return value

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda value: value):
        yield total


def _missing(pupil: "Pupil", data: PreparedSet, divisions: Sequence[Division]) -> tuple[int, int]:
    """Count the sounds whose features are not on disk, and the bytes that the features of all will take."""
    from core.finetuning.features import FILLED, Features
    from core.finetuning.strategies import strategies

    kind: Any = strategies()[pupil.parts["strategy"]].stored or "pooled"
    features = Features.of(pupil, data, kind)
    wanted = sorted({index for each in divisions for index in (*each.train, *each.validation, *each.test)})
    path = features.place / FILLED
    there = np.fromfile(path, np.uint8) if path.is_file() else np.zeros(0, np.uint8)
    missing = len(wanted) if there.size != len(data.items) else int((there[wanted] == 0).sum())
    disk = sum(int(features.offsets[index + 1] - features.offsets[index]) for index in wanted)
    return missing, disk


def _together(pupil: "Pupil", settings: FineTuneSettings) -> int:
    from core.finetuning.strategies import strategies

    strategy = strategies()[settings.strategy]
    return strategy.joins(pupil, strategy.chosen(dict(settings.options)))[0]


def bytes_of(module: Any) -> int:
    """Count the bytes of all weights, as float32."""
    return NUMBER * sum(part.numel() for part in module.parameters())


def demand_memory(needed: int) -> None:
    """Refuse what would not fit into memory; ModelError in words for a person."""
    free = available_memory()
    if needed > free:
        raise ModelError(
            _("Teaching needs {needed} of memory, and {free} are free.").format(
                needed=plain_size(needed), free=plain_size(free)
            ),
            hint=_("Choose fewer sounds per step, shorter sounds, the linear head, or a smaller model."),
        )
