"""What a recogniser learns in an epoch, and how it is judged: CTC loss, AdamW, time masking, greedy decoding."""

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.dataset.division import Division
from core.finetuning.course import DivergedError
from core.finetuning.pupil import Pupil
from core.finetuning.schedule import factor
from core.finetuning.settings import FineTuneSettings
from core.finetuning.transcription.batches import batches, hidden
from core.finetuning.transcription.ctc_loss import ctc_loss
from core.finetuning.transcription.decoding import best_path
from core.finetuning.transcription.error_rates import characters_right
from core.finetuning.transcription.front import Sound, given, logits, together
from core.finetuning.transcription.options import LEARNING_RATE, TranscriptOptions
from core.finetuning.transcription.recogniser import learning
from core.finetuning.transcription.vocabulary import encoded, places_of, spelled
from core.progress import Report, Step
from core.text import _

BETAS = (0.9, 0.98)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What there is to learn: sounds, their normalised texts, and which of them are for learning and for choosing."""

    sounds: Mapping[int, Sound]
    texts: Mapping[int, str]
    train: tuple[int, ...]
    validation: tuple[int, ...]


class TranscriptCourse:
    """One run on transcripts, as ``core.finetuning.loop`` goes through it.

    Everything random in an epoch comes from the seed and the epoch's number, so that a run that goes on after it was
    killed draws what it would have drawn. The share right is 1 minus the character error rate, not below 0.
    """

    def __init__(self, pupil: Pupil, lesson: Lesson, division: Division, settings: FineTuneSettings) -> None:
        self.pupil, self.lesson, self.settings = pupil, lesson, settings
        self.division = replace(division, train=lesson.train, validation=lesson.validation)
        self.options = TranscriptOptions(**dict(settings.options))
        self.sure = 0
        self.module: Any = pupil.module
        self.learned = learning(pupil)
        self.device = self.learned[0].device
        self.peak = settings.learning_rate or LEARNING_RATE
        self.optimizer = torch.optim.AdamW(
            self.learned, self.peak, BETAS, weight_decay=settings.weight_decay, fused=True
        )
        self.places = places_of(pupil.labels)
        self.steps = math.ceil(len(lesson.train) / settings.batch)

    def fetch(self, report: Report) -> None:
        """Nothing is left to fetch: the lesson holds what the convolutions made of the sounds."""

    def begin(self, report: Report) -> None:
        """Nothing comes before the first epoch."""

    def weights(self) -> dict[str, Tensor]:
        """Copy what learns, by name."""
        named = self.module.named_parameters()
        return {name: part.detach().clone() for name, part in named if part.requires_grad}

    @torch.no_grad()
    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Put copied weights back."""
        own = dict(self.module.named_parameters())
        for name, value in weights.items():
            own[name].copy_(value)

    def learn(self, epoch: int, report: Report) -> tuple[float, float, float]:
        """Go once through all sounds for learning: mean loss, share right, and the last learning rate."""
        chance = np.random.default_rng((self.settings.seed, epoch))
        losses, said, written = 0.0, [], []
        self.module.train()
        with given(self.module) as convolved, torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.manual_seed(int(chance.integers(2**62)))
            for place, group in enumerate(batches(self.lesson.sounds, self.lesson.train, self.settings.batch, chance)):
                step = (epoch - 1) * self.steps + place + 1
                self._set_rate(step)
                sounds = [hidden(self.lesson.sounds[index], self.options, chance) for index in group]
                loss, texts = self._pass(group, sounds, convolved)
                self._step(loss)
                losses += float(loss.detach()) * len(group)
                said += [self.lesson.texts[index] for index in group]
                written += texts
                report(self._progress(epoch, step))
        self.module.eval()
        return losses / len(said), characters_right(said, written), self.optimizer.param_groups[0]["lr"]

    @torch.no_grad()
    def validate(self) -> tuple[float | None, float | None]:
        """Measure loss and share right on the sounds for stopping, each by itself; None where there are none."""
        indices, sounds = self.lesson.validation, self.lesson.sounds
        if not indices:
            return None, None
        self.module.eval()
        with given(self.module) as convolved:
            passed = [self._pass((index,), [sounds[index]], convolved) for index in indices]
        loss = sum(float(loss) for loss, _texts in passed) / len(indices)
        right = characters_right([self.lesson.texts[index] for index in indices], [texts[0] for _loss, texts in passed])
        return (loss if math.isfinite(loss) else math.inf), right

    def _pass(self, group: Sequence[int], sounds: Sequence[Sound], convolved: bool) -> tuple[Tensor, list[str]]:
        """Return the loss of a batch and what is written for it."""
        with self._precision():
            scores, counts = logits(self.module, together(sounds, convolved).to(self.device))
        loss = ctc_loss(scores, counts, [encoded(self.lesson.texts[index], self.places) for index in group])
        paths = (best_path(row[: int(count)]) for row, count in zip(scores.detach(), counts, strict=True))
        return loss, [spelled(path, self.pupil.labels) for path in paths]

    def _precision(self) -> Any:
        if self.settings.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def _step(self, loss: Tensor) -> None:
        if not torch.isfinite(loss):
            raise DivergedError
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.learned, self.settings.clip_norm or math.inf)
        if not torch.isfinite(norm):
            raise DivergedError
        self.optimizer.step()

    def _set_rate(self, step: int) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.peak * factor(step / (self.steps * self.settings.epochs), self.settings.warm_up)

    def _progress(self, epoch: int, step: int) -> Step:
        note = _("Epoch {epoch} of {epochs}").format(epoch=epoch, epochs=self.settings.epochs)
        return Step(step, self.steps * self.settings.epochs, note)
