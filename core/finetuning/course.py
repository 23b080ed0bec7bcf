"""One run of learning without its interruptions: what learns, how a step is made, and how it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.finetuning.adversarial import robust_loss
from core.finetuning.augmentation import Augmenter
from core.finetuning.features import Features
from core.finetuning.heads.first_fit import first_fit
from core.finetuning.lessons import Lessons, lessons_for, one_thread
from core.finetuning.losses import balance, loss_of
from core.finetuning.pupil import Pupil
from core.finetuning.schedule import factor
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.finetuning.unlabelled import WEIGHT, consistency, pseudo_labels, teacher_epochs
from core.progress import Report, Step
from core.text import _

MEASURED = 256  # sounds that the head takes its measure from, where the encoder learns
STRONG = ("noise", "spec_augment")  # changes that should not change the answer, where none are chosen


class DivergedError(ArithmeticError):
    """The loss is no longer a number."""


@dataclass(eq=False)
class Course:
    """A pupil, its sounds and settings; everything random in an epoch comes from the seed and the epoch's number."""

    pupil: Pupil
    data: PreparedSet
    division: Division
    settings: FineTuneSettings

    def __post_init__(self) -> None:
        strategy = strategies()[self.settings.strategy]
        options = strategy.chosen(dict(self.settings.options))
        module: Any = self.pupil.module
        module.requires_grad_(False)
        groups = strategy.learns(self.pupil, options)
        self.together, joining = strategy.joins(self.pupil, options)
        for part in _parts(groups):
            part.requires_grad_(True)
        self.joining = _parts(joining) if self.together else []
        groups += joining if self.together else []
        own = {id(part) for part in module.base.parameters()}
        self.encoder_learns = any(id(part) in own for part in _parts(groups))
        self.sure = 0
        peak = self.settings.learning_rate or strategy.learning_rate
        # one kernel for all parameters: many small ones would cost more than the arithmetic
        self.optimizer = torch.optim.AdamW(_decaying(groups, peak, self.settings.weight_decay), lr=peak, fused=True)
        self.targets = torch.tensor(self.data.targets(range(len(self.data.items))))
        weights = balance(self.targets[list(self.division.train)].tolist(), len(self.pupil.labels))
        balanced = weights if self.settings.class_weights else None
        self.loss, self.plain_loss = (loss_of(self.settings, balanced, plain) for plain in (False, True))

    @cached_property
    def lessons(self) -> Lessons:
        """Where its sounds come from, as long as the same parts learn."""
        return lessons_for(self.pupil, self.data, self.settings)

    def fetch(self, report: Report) -> None:
        """Get the sounds for learning and for stopping ready."""
        guessing = self.settings.unlabelled == "pseudo-labels"
        more = self.division.unlabelled if guessing else ()
        self.lessons.fetch([*self.division.train, *self.division.validation, *more], report)

    def begin(self, report: Report) -> None:
        """Let the head take its measure from sounds for learning, where it wants to."""
        module: Any = self.pupil.module
        if not hasattr(module.head, "measure"):
            return
        train = list(self.division.train)
        stored = strategies()[self.settings.strategy].stored
        if not stored:
            order = torch.randperm(len(train), generator=self._chance(0)).tolist()
            train = [train[place] for place in order[:MEASURED]]
        rows = Features.of(self.pupil, self.data, "pooled").rows(train, report)
        pooled = torch.stack([torch.tensor(row) for row in rows])
        with one_thread():
            module.head.measure(pooled, self.targets[train], [self.data.items[index].group for index in train])
            if self.encoder_learns:
                self._fit_head(pooled, train)

    def _fit_head(self, pooled: Tensor, train: Sequence[int]) -> None:
        module: Any = self.pupil.module
        chance = self._chance(0)
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.manual_seed(int(torch.randint(2**62, (1,), generator=chance)))
            first_fit(module.head, pooled, self.targets[list(train)], self.loss, chance)

    def learn(self, epoch: int, report: Report) -> tuple[float, float, float]:
        """Go once through all sounds for learning: mean loss, share right, and the last learning rate."""
        chance = self._chance(epoch)
        self.sure = 0
        self._let_join(epoch)
        items = [*self.division.train, *self._guess(epoch)]
        order = [items[place] for place in torch.randperm(len(items), generator=chance).tolist()]
        chosen, options = self.settings.augment, self.settings.augment_options
        augmenter = Augmenter.of(chosen, chance, options) if chosen else None
        steps = ceil(len(order) / self.settings.batch)
        loss, right, rate = 0.0, 0, 0.0
        self.pupil.module.train()
        with self.lessons.threads(), torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.manual_seed(int(torch.randint(2**62, (1,), generator=chance)))
            for step in range(steps):
                rate = self._set_rate((epoch - 1 + (step + 1) / steps) / self.settings.epochs)
                batch = order[step * self.settings.batch : (step + 1) * self.settings.batch]
                found = self._step(batch, augmenter, chance)
                loss, right = loss + found[0] * len(batch), right + found[1]
                report(self._progress(epoch, step + 1, steps))
        self.pupil.module.eval()
        # the loss is measured before a step, so the last step of an epoch is seen by what it left alone
        if not all(bool(part.isfinite().all()) for part in _parts(self.optimizer.param_groups)):
            raise DivergedError
        return loss / len(order), right / len(order), rate

    def validate(self) -> tuple[float | None, float | None]:
        """Measure loss and share right on the sounds for stopping; None where there are none."""
        indices = list(self.division.validation)
        if not indices:
            return None, None
        loss, right = 0.0, 0
        self.pupil.module.eval()
        with torch.no_grad():
            for portion in self.lessons.portions(indices, learning=False):
                targets = self._targets([indices[place] for place in portion.places])
                logits = self.lessons.logits(portion.inputs)
                loss += float(self.plain_loss(logits, targets)) * len(targets)
                right += int((logits.argmax(1) == targets.argmax(1)).sum())
        return (loss / len(indices) if isfinite(loss) else float("inf")), right / len(indices)

    def weights(self) -> dict[str, Tensor]:
        """Copy everything that learning can change, by name."""
        return {name: value.detach().clone() for name, value in self._changing().items()}

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Put such a copy back."""
        changing = self._changing()
        with torch.no_grad():
            for name, value in weights.items():
                changing[name].copy_(value)

    def shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        """List what learns and how large it is."""
        return [(name, tuple(value.shape)) for name, value in self._changing().items()]

    def _changing(self) -> dict[str, Tensor]:
        module: Any = self.pupil.module
        learning = {id(part) for part in _parts(self.optimizer.param_groups)}
        found = {name: part for name, part in module.named_parameters() if id(part) in learning}
        buffers = module.named_buffers() if self.encoder_learns else module.head.named_buffers("head")
        return found | dict(buffers)

    def _step(self, batch: Sequence[int], augmenter: Augmenter | None, chance: torch.Generator) -> tuple[float, int]:
        total, right = 0.0, 0
        self.optimizer.zero_grad(set_to_none=True)
        for portion in self.lessons.portions(batch, learning=True, augmenter=augmenter):
            targets = self._targets([batch[place] for place in portion.places])
            inputs, mixed = augmenter.mix(dict(portion.inputs), targets) if augmenter else (portion.inputs, targets)
            logits = self.lessons.logits(inputs)
            loss = self._loss_of(inputs, logits, mixed) * (len(targets) / len(batch))
            total += float(loss.detach())
            if not isfinite(total):
                raise DivergedError
            right += int((logits.detach().argmax(1) == targets.argmax(1)).sum())
            loss.backward()
        if self.settings.unlabelled == "consistency" and self.division.unlabelled:
            self._agree(chance)
        self._make_step()
        return total, right

    def _loss_of(self, inputs: Mapping[str, Tensor], logits: Tensor, targets: Tensor) -> Tensor:
        """Measure the loss, half of it on inputs changed for the worst where that is asked for."""

        def again(changed: Mapping[str, Tensor]) -> Tensor:
            return self.loss(self.lessons.logits(changed), targets)

        clean = self.loss(logits, targets)
        return robust_loss(clean, again, inputs, self.settings.adversarial) if self.settings.adversarial else clean

    def _agree(self, chance: torch.Generator) -> None:
        """Learn from as many clips without a label that strong changes should not change the answer."""
        clips = self.division.unlabelled
        picked = torch.randint(len(clips), (self.settings.batch,), generator=chance).tolist()
        items = [clips[place] for place in picked]
        strong = Augmenter.of(self.settings.augment or STRONG, chance, self.settings.augment_options)
        for portion in self.lessons.portions(items, learning=True, augmenter=strong):
            same = [items[place] for place in portion.places]
            with torch.no_grad():
                weak = torch.cat([self.lessons.logits(part.inputs) for part in self.lessons.portions(same, True)])
            loss, used = consistency(weak, self.lessons.logits(portion.inputs))
            self.sure += used.sure
            (WEIGHT * loss * len(same) / len(items)).backward()

    def _guess(self, epoch: int) -> tuple[int, ...]:
        """Take the clips without a label that the model is sure of by now, with its answer as their class."""
        clips = list(self.division.unlabelled)
        if self.settings.unlabelled != "pseudo-labels" or epoch <= teacher_epochs(self.settings.epochs) or not clips:
            return ()
        self.pupil.module.eval()
        found = np.zeros((len(clips), len(self.pupil.labels)))
        with torch.no_grad():
            for portion in self.lessons.portions(clips, learning=False):
                chances = self.lessons.logits(portion.inputs).double().softmax(1)
                found[list(portion.places)] = chances.cpu().numpy()
        sure = pseudo_labels(clips, found)
        self.targets[torch.tensor(sure.items, dtype=torch.long)] = torch.tensor(sure.targets, dtype=torch.long)
        self.sure = sure.used.sure
        return sure.items

    def _make_step(self) -> None:
        if self.settings.clip_norm:
            torch.nn.utils.clip_grad_norm_(_parts(self.optimizer.param_groups), self.settings.clip_norm, foreach=True)
        self.optimizer.step()

    def _let_join(self, epoch: int) -> None:
        """Let learn what joins in the last epochs; from then on the encoder has to hear the sounds anew each time."""
        if self.joining and epoch > self.settings.epochs - self.together and not self.joining[0].requires_grad:
            for part in self.joining:
                part.requires_grad_(True)
            vars(self).pop("lessons", None)

    def _set_rate(self, done: float) -> float:
        share = factor(done, self.settings.warm_up)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share
        return max(group["lr"] for group in self.optimizer.param_groups)

    def _targets(self, indices: Sequence[int]) -> Tensor:
        device = next(self.pupil.module.parameters()).device
        classes = self.targets[torch.tensor(indices)]
        return torch.nn.functional.one_hot(classes, len(self.pupil.labels)).float().to(device)

    def _progress(self, epoch: int, step: int, steps: int) -> Step:
        note = _("Epoch {epoch} of {epochs}, step {step} of {steps}").format(
            epoch=epoch, epochs=self.settings.epochs, step=step, steps=steps
        )
        return Step((epoch - 1) * steps + step, steps * self.settings.epochs, note)

    def _chance(self, epoch: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.settings.seed * 1_000_003 + epoch)


def _parts(groups: Sequence[Mapping[str, Any]]) -> list[torch.nn.Parameter]:
    return [part for group in groups for part in group["params"]]


def _decaying(groups: Sequence[Mapping[str, Any]], peak: float, decay: float) -> list[dict[str, Any]]:
    """Split groups: matrices are pulled towards zero, biases, norms and layer weights are not."""
    found = []
    for group in groups:
        rate = peak * float(group.get("lr", 1.0))
        for decays in (True, False):
            parts = [part for part in group["params"] if (part.ndim > 1) == decays]
            if parts:
                found.append({"params": parts, "lr": rate, "peak": rate, "weight_decay": decay if decays else 0.0})
    return found
