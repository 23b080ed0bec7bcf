"""Training of one network: seeded step by step, so that a stopped run goes on the same."""

import json
import math
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.recipes.sound_classifiers.classes import NUMBERS
from models.recipes.sound_classifiers.digits import SPEAKERS
from models.recipes.sound_classifiers.features import BANDS, Heard, without
from models.recipes.sound_classifiers.networks import Batch, Network
from models.recipes.sound_classifiers.store import Store

STATE = "state.pt"
NOBODY = "nobody"
EDGES = (50, 75, 106, 150, 220, 320, 512)  # rows; clips of near lengths are trained together
LONG_ROWS = 106  # batches of longer clips are half as large
EASY_SIDE = 1  # clips of the first steps are no longer than EDGES[1]


@dataclass(frozen=True)
class TrainingSettings:
    """How to train: where, for how many steps, beginning with which trained state, and what is varied on the way.

    `shift` is the most bands that a picture is moved up or down; `masks` how many stripes are hidden in it.
    """

    folder: Path
    steps: int
    first: Path | None = None
    seed: int = 5
    warmup: int = 150
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    smoothing: float = 0.02
    average: float = 0.995
    shift: int = 2
    masks: int = 1
    save_steps: int = 200


class Trainer:
    """Everything that a saved state holds: network, running average of its weights, optimiser, steps, seconds."""

    def __init__(self, network: Network, heard: Heard, settings: TrainingSettings) -> None:
        torch.manual_seed(settings.seed)
        torch.set_num_threads(1)
        self.network, self.heard, self.settings = network, heard, settings
        self.model = network.build().to(memory_format=torch.channels_last)
        self.averaged = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        matrices = [weight for weight in self.model.parameters() if weight.ndim > 1]
        vectors = [weight for weight in self.model.parameters() if weight.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))
        self.steps, self.seconds = 0, 0.0
        self.mean, self.std = heard.scale()
        if settings.first:
            self._begin_with(settings.first)
        self._sides = np.digitize(np.minimum(heard.rows, EDGES[-1]), EDGES, right=True)

    def step(self) -> tuple[float, float]:
        """Learn from one batch; return its loss and the share of clips named rightly."""
        started = time.monotonic()
        draws = np.random.default_rng((self.settings.seed, self.steps))
        torch.manual_seed(self.settings.seed + self.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        batch = self._batch(draws)
        self.model.train()
        with torch.autocast("cpu", torch.bfloat16):  # which the processor multiplies several times faster
            logits = self.network.logits(self.model, batch, self.mean, self.std, draws).float()
        loss = torch.nn.functional.cross_entropy(logits, batch.targets, label_smoothing=self.settings.smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip_norm)
        self.optimiser.step()
        self.steps += 1
        self._average()
        self.seconds += time.monotonic() - started
        return loss.item(), float((logits.argmax(-1) == batch.targets).float().mean())

    def save(self, path: Path) -> None:
        """Write everything that resuming, measuring and exporting need."""
        state = {
            "model": self.model.state_dict(), "averaged": self.averaged, "optimiser": self.optimiser.state_dict(),
            "steps": self.steps, "seconds": self.seconds, "mean": self.mean, "std": self.std,
        }  # fmt: skip
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged = state["averaged"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.steps, self.seconds = state["steps"], state["seconds"]

    def _begin_with(self, path: Path) -> None:
        """Take over the averaged weights and the scale of an earlier training."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["averaged"])
        self.averaged = {name: value.clone() for name, value in state["averaged"].items()}
        self.mean, self.std = state["mean"], state["std"]

    def _rate(self) -> float:
        warm = min(1.0, (self.steps + 1) / self.settings.warmup)
        peak = self.network.fold_rate if self.settings.first else self.network.rate
        return peak * warm * max(0.01, 0.5 * (1 + math.cos(math.pi * self.steps / self.settings.steps)))

    def _batch(self, draws: np.random.Generator) -> Batch:
        """Draw clips of near lengths; lengths that are common are drawn often."""
        easy = self.settings.first is None and self.steps < self.network.easy_steps
        open_to_all = self._sides[self._sides <= EASY_SIDE] if easy else self._sides
        side = open_to_all[draws.integers(len(open_to_all))]
        known = np.flatnonzero(self._sides == side)
        whole = bool(draws.random() < self.network.whole) and not easy
        count = self.network.batch // 2 if easy or whole or EDGES[side] > LONG_ROWS else self.network.batch
        chosen = draws.choice(known, count)
        rows = np.minimum(self.heard.rows[chosen], EDGES[-1])
        values = np.zeros((count, int(rows.max()), BANDS), np.float32)
        for row, index in enumerate(chosen):
            picture = self.heard.values(int(index))[: EDGES[-1]]
            values[row, : len(picture)] = picture if easy else self._varied(picture, draws)
        targets = torch.from_numpy(self.heard.targets[chosen])
        return Batch(torch.from_numpy(values), torch.from_numpy(rows), targets, whole)

    def _varied(self, picture: Any, draws: np.random.Generator) -> Any:
        """Move the bands a little, and hide a stripe of time and one of bands (Park et al. 2019, SpecAugment)."""
        shift = int(draws.integers(-self.settings.shift, self.settings.shift + 1))
        if shift:
            places = np.clip(np.arange(BANDS) - shift, 0, BANDS - 1)
            picture = picture[:, places]
        for _ in range(self.settings.masks):
            first, count = draws.integers(BANDS), draws.integers(9)
            picture[:, first : first + count] = self.mean
            first, count = draws.integers(len(picture)), draws.integers(max(1, min(10, len(picture) // 6)))
            picture[first : first + count] = self.mean
        return picture

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.settings.average, (1 + self.steps) / (10 + self.steps))
        for name, value in self.model.state_dict().items():
            if value.is_floating_point():
                self.averaged[name].lerp_(value, 1 - keep)
            else:
                self.averaged[name].copy_(value)


def train_folds(network: Network, stores: list[Store], folder: Path, left_out: Collection[str]) -> None:
    """Train without any recording of a person, then, from there, with those of all speakers but one, each in turn.

    What the first part learns holds nobody's recordings, so all folds can begin with it.
    """
    nobody = without(stores, SPEAKERS, NUMBERS)
    train(network, nobody, TrainingSettings(folder / NOBODY, network.steps))
    for speaker in left_out:
        settings = TrainingSettings(folder / speaker, network.fold_steps, first=folder / NOBODY / STATE, seed=6)
        train(network, without(stores, (speaker,), NUMBERS), settings)


def train(network: Network, heard: Heard, settings: TrainingSettings) -> None:
    """Train to the last step; go on where an earlier run stopped."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    path, trainer = settings.folder / STATE, Trainer(network, heard, settings)
    if path.exists():
        trainer.load(path)
    found = []
    while trainer.steps < settings.steps:
        found.append(trainer.step())
        if trainer.steps % 50 == 0:
            loss, right = np.mean(found, axis=0)
            _log(settings.folder, trainer, loss, right)
            found = []
        if trainer.steps % settings.save_steps == 0 or trainer.steps == settings.steps:
            trainer.save(path)


def _log(folder: Path, trainer: Trainer, loss: float, right: float) -> None:
    line = {"steps": trainer.steps, "minutes": round(trainer.seconds / 60, 2), "loss": round(float(loss), 4)}
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line | {"right": round(float(right), 4)}) + "\n")


def trained(network: Network, folder: Path) -> tuple[Any, Any]:
    """Return the network with the running average of its weights, and its extractor."""
    state = torch.load(folder / STATE, weights_only=True)
    model = network.build()
    model.load_state_dict(state["averaged"])
    return model.eval(), network.extractor(state["mean"], state["std"])
