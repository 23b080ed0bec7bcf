"""Teach a pupil epoch by epoch: stopped at any moment, it keeps the best that it had reached."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import CancelledError
from core.finetuning.course import Course, DivergedError
from core.finetuning.disk import FULL
from core.finetuning.history import Epoch, History
from core.finetuning.lessons import lessons_for
from core.finetuning.pupil import Pupil
from core.finetuning.resume import Keeper, State, key_of, moments, remember, sketch
from core.finetuning.settings import FineTuneSettings
from core.progress import Report, Step, silent
from core.text import _

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import AdamW

OnEpoch = Callable[[Pupil, Epoch], None]


@runtime_checkable
class Teachable(Protocol):
    """What the loop asks of a course, whatever is learned; see ``Course``."""

    pupil: Pupil
    division: Division
    settings: FineTuneSettings
    optimizer: "AdamW"
    sure: int  # how often it learned from a sound without a label in the last epoch

    def fetch(self, report: Report) -> None:
        """Get the sounds ready."""

    def begin(self, report: Report) -> None:
        """Do what comes before the first epoch."""

    def learn(self, epoch: int, report: Report) -> tuple[float, float, float]:
        """Go once through all sounds for learning: mean loss, share right, last learning rate."""

    def validate(self) -> tuple[float | None, float | None]:
        """Measure loss and share right on the sounds for stopping; None where there are none."""

    def weights(self) -> "dict[str, Tensor]":
        """Copy everything that learning can change, by name."""

    def load(self, weights: "Mapping[str, Tensor]") -> None:
        """Put such a copy back."""


def unwatched(pupil: Pupil, epoch: Epoch) -> None:
    """Do nothing after an epoch."""


def teach(
    pupil: Pupil,
    data: PreparedSet,
    division: Division,
    settings: FineTuneSettings,
    state: Path,
    report: Report = silent,
    on_epoch: OnEpoch = unwatched,
) -> History:
    """Teach a pupil what its division of the sounds holds, and leave it with the weights of its best epoch.

    state     folder in which it finds, and leaves, what it needs to go on with the same run
    report    hears every step; where it raises CancelledError, the run ends as "cancelled"
    on_epoch  is called after every finished epoch, the pupil in evaluation mode

    Best is the epoch with the lowest validation loss, the last one where there is nothing to validate on. The same
    settings, sounds and machine give the same weights, also when it was interrupted between two epochs.
    """
    course = Course(pupil, data, division, settings)
    known = sketch(pupil.module), course.shapes()
    keeper = Keeper(state, key_of(data.key, division, settings, pupil.labels, pupil.parts, *known))
    return go_through(course, keeper, report, on_epoch)


def validation_loss(epoch: Epoch) -> float:
    """What is lowest at the best epoch."""
    return epoch.validation_loss or 0.0


def go_through(
    course: Teachable,
    keeper: Keeper,
    report: Report,
    on_epoch: OnEpoch,
    badness: Callable[[Epoch], float] = validation_loss,
) -> History:
    """Go through a course to its end, however that comes, and leave its pupil with the weights of the best epoch.

    badness  lowest at the best of the epochs that were validated
    """
    run = _Run(course, keeper, report, on_epoch, badness)
    try:
        ended, reason = run.learn()
    except CancelledError:
        ended, reason = "cancelled", _("It was stopped.")
    except DivergedError:
        ended, reason = (
            "diverged",
            _("The loss was no longer a number: the learning rate is too high for this model and these sounds."),
        )
    except OSError as cause:
        if cause.errno not in FULL:
            raise
        ended, reason = "full disk", _("The disk is full, so nothing more could be kept.")
    course.load(run.best)
    course.pupil.module.eval()
    return replace(run.history, ended=ended, reason=reason)


@dataclass(eq=False)
class _Run:
    """A run between its first epoch and its last."""

    course: Teachable
    keeper: Keeper
    report: Report
    on_epoch: OnEpoch
    badness: Callable[[Epoch], float]

    def __post_init__(self) -> None:
        self.history = History()
        self.best = self.course.weights()

    def learn(self) -> tuple[str, str]:
        """Go through all epochs that are left; tell how it ended, and why in a sentence."""
        course, settings = self.course, self.course.settings
        course.fetch(self.report)
        found = self.keeper.find()
        if found is None:
            course.begin(self.report)
            self.best = course.weights()
        else:
            self._go_on(found)
        while len(self.history.epochs) < settings.epochs:
            if self._has_stalled():
                return "early", _("{epochs} epochs brought no gain on the validation sounds.").format(
                    epochs=settings.patience
                )
            self._epoch(len(self.history.epochs) + 1)
        return "finished", _("All epochs were learned.")

    def _go_on(self, found: State) -> None:
        self.history, self.best = found.history, dict(found.best)
        self.course.load(found.weights)
        remember(self.course.optimizer, found.moments)

    def _epoch(self, number: int) -> None:
        started = time.perf_counter()
        loss, accuracy, rate = self.course.learn(number, self.report)
        judged = self.course.validate()
        epoch = Epoch(number, time.perf_counter() - started, loss, accuracy, rate, *judged, self.course.sure)
        epochs = (*self.history.epochs, epoch)
        lowest = min(epochs, key=self.badness) if judged[0] is not None else epoch
        self.history = History(epochs, lowest.number)
        if lowest is epoch:
            self.best = self.course.weights()
        state = State(self.history, self.course.weights(), self.best, moments(self.course.optimizer))
        self.keeper.save(state)
        self.on_epoch(self.course.pupil, epoch)

    def _has_stalled(self) -> bool:
        patience, last = self.course.settings.patience, len(self.history.epochs)
        return bool(patience and self.course.division.validation and last - self.history.best >= patience and last)


def predict(
    pupil: Pupil, data: PreparedSet, indices: Sequence[int], report: Report = silent
) -> Float64[np.ndarray, "n classes"]:
    """Tell the probability of every class for some sounds of a set, in their order."""
    import torch

    lessons = lessons_for(pupil, data)
    found = np.zeros((len(indices), len(pupil.labels)))
    if not indices:
        return found
    lessons.fetch(indices, report)
    pupil.module.eval()
    done = 0
    with torch.no_grad():
        for portion in lessons.portions(indices, learning=False):
            logits = lessons.logits(portion.inputs).double()
            found[list(portion.places)] = logits.softmax(1).cpu().numpy()
            done += len(portion.places)
            report(Step(done, len(indices), _("Testing")))
    return found
