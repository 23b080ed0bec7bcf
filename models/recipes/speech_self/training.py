"""Training within a given wall time, on two processes; learning rate and Gumbel temperature follow the clock."""

import copy
import json
import math
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.distributed as communication
from torch.multiprocessing.spawn import spawn

from models.recipes.speech_self.batches import Batch, BatchSettings, batches
from models.recipes.speech_self.measures import measure, quick
from models.recipes.speech_self.network import Learner


@dataclass(frozen=True)
class TrainingSettings:
    """How to train: where, for how long (minutes), how fast it learns, and how freely codes are drawn.

    `temperature` falls from its first to its second value, by equal factors, over 7 tenths of the time.
    """

    folder: Path
    batches: BatchSettings
    minutes: float = 80.0
    seed: int = 5
    peak_rate: float = 1e-3
    warmup_steps: int = 400
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    temperature: tuple[float, float] = (2.0, 0.5)
    diversity: float = 0.1
    average: float = 0.998
    processes: int = 2
    check_minutes: float = 3.0


@dataclass
class Progress:
    """Where training stands: steps, seconds of wall time and of speech."""

    steps: int = 0
    wall: float = 0.0
    speech: float = 0.0
    sums: dict[str, float] = field(default_factory=dict)


class Trainer:
    """Everything that a checkpoint holds: network, running average of its weights, optimiser, progress.

    Convolutions and blocks learn in bfloat16, codes and similarities in float32; the optimiser changes a copy in
    float32 (Micikevicius et al. 2018, arXiv:1710.03740).
    """

    def __init__(self, settings: TrainingSettings) -> None:
        torch.manual_seed(settings.seed)
        torch.set_num_threads(1)
        self.rank = communication.get_rank() if communication.is_initialized() else 0
        self._ranks = communication.get_world_size() if communication.is_initialized() else 1
        self.settings = settings
        self.learner = Learner()
        self._working = copy.deepcopy(self.learner).to_working()
        self.averaged = {name: value.detach().clone() for name, value in self.learner.state_dict().items()}
        self.optimiser = torch.optim.AdamW(_groups(self.learner, settings.weight_decay), betas=(0.9, 0.98))
        self.progress = Progress()
        self._clock_start = -time.monotonic()

    @property
    def done(self) -> float:
        """Share of the wall time that has passed."""
        return min(1.0, self.progress.wall / (60 * self.settings.minutes))

    @property
    def temperature(self) -> float:
        """How freely codes are drawn now."""
        first, last = self.settings.temperature
        return float(first * (last / first) ** min(1.0, self.done / 0.7))

    def step(self, batch: Batch) -> None:
        """Learn from one batch."""
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        self._working.train()
        losses = self._working.losses(batch.values, batch.mask, batch.distractors, self.temperature)
        self._working.zero_grad(set_to_none=True)
        (losses.contrastive + self.settings.diversity * losses.diversity).backward()
        speech = self._share_gradients(batch.seconds)
        norm = torch.nn.utils.clip_grad_norm_(self.learner.parameters(), self.settings.clip_norm)
        if torch.isfinite(norm):
            self.optimiser.step()
        self._copy_weights()
        self._average()
        self.progress.steps += 1
        self.progress.speech += speech
        self._count(
            contrastive=losses.contrastive.item(), accuracy=losses.accuracy, perplexity=losses.perplexity,
            norm=norm.item(),
        )  # fmt: skip

    def _share_gradients(self, seconds: float) -> float:
        """Average the gradients over all processes, follow the first one's clock, return the speech of all (s)."""
        parts = [torch.zeros_like(k) if w.grad is None else w.grad.float() for k, w in self._pairs()]
        clock = self._clock_start + time.monotonic() if self.rank == 0 else 0.0
        flat = torch.cat([*(part.flatten() for part in parts), torch.tensor([clock, seconds])])
        if self._ranks > 1:
            communication.all_reduce(flat)
        sizes = [part.numel() for part in parts]
        for (kept, _), values in zip(self._pairs(), flat[:-2].split(sizes), strict=True):
            kept.grad = values.view_as(kept) / self._ranks
        self.progress.wall, speech = flat[-2:].tolist()
        return speech

    def save(self, path: Path) -> None:
        """Write everything that resuming needs."""
        state = {
            "learner": self.learner.state_dict(), "averaged": self.averaged,
            "optimiser": self.optimiser.state_dict(), "progress": asdict(self.progress),
        }  # fmt: skip
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, weights_only=True)
        self.learner.load_state_dict(state["learner"])
        self.averaged = state["averaged"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])
        self._clock_start = self.progress.wall - time.monotonic()
        self._copy_weights()

    def _pairs(self) -> Iterator[tuple[torch.nn.Parameter, torch.nn.Parameter]]:
        return zip(self.learner.parameters(), self._working.parameters(), strict=True)

    @torch.no_grad()
    def _copy_weights(self) -> None:
        for kept, working in self._pairs():
            working.copy_(kept)

    def _rate(self) -> float:
        warm = min(1.0, (self.progress.steps + 1) / self.settings.warmup_steps)
        return self.settings.peak_rate * warm * max(0.01, 0.5 * (1 + math.cos(math.pi * self.done)))

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.settings.average, (1 + self.progress.steps) / (10 + self.progress.steps))
        for name, value in self.learner.state_dict().items():
            self.averaged[name].lerp_(value, 1 - keep)

    def _count(self, **values: float) -> None:
        for name, value in values.items():
            self.progress.sums[name] = self.progress.sums.get(name, 0.0) + value
        self.progress.sums["count"] = self.progress.sums.get("count", 0.0) + 1


def train(settings: TrainingSettings) -> None:
    """Train until the wall time is used up; go on where an earlier run stopped."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        spawn(_train_process, (settings, f"{folder}/meeting"), nprocs=settings.processes)


def _train_process(rank: int, settings: TrainingSettings, meeting: str) -> None:
    """Train beside the other processes, which meet through a file."""
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    communication.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=settings.processes)
    path, trainer = settings.folder / "state.pt", Trainer(settings)
    if path.exists():
        trainer.load(path)
    last_check = trainer.progress.wall
    stream = batches(settings.batches, settings.seed + 7919 * trainer.rank + trainer.progress.steps)
    torch.manual_seed(settings.seed + 104_729 * trainer.rank + trainer.progress.steps)
    while trainer.done < 1:
        trainer.step(next(stream))
        if trainer.progress.steps % 50 == 0 and trainer.rank == 0:
            _log(settings.folder, trainer, _means(trainer))
        if trainer.progress.wall - last_check > 60 * settings.check_minutes:
            last_check = trainer.progress.wall
            _check(trainer, path)
    _check(trainer, path)


def _check(trainer: Trainer, path: Path) -> None:
    """Save everything and log how well the speech that is there to watch training is expected."""
    if trainer.rank != 0:
        return
    trainer.save(path)
    measures = measure(averaged(trainer), quick(trainer.settings.batches.corpus))
    _log(trainer.settings.folder, trainer, {name: round(value, 4) for name, value in asdict(measures).items()})


def averaged(trainer: Trainer) -> Learner:
    """Return the network with the running average of its weights, for measuring and for the export."""
    learner = Learner()
    learner.load_state_dict(trainer.averaged)
    return learner.eval()


def saved_learner(folder: Path) -> Learner:
    """Return the averaged network of the last saved state."""
    trainer = Trainer(TrainingSettings(folder, BatchSettings(folder)))
    trainer.load(folder / "state.pt")
    return averaged(trainer)


def _groups(learner: Learner, decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices only, and not for the codes."""
    named = list(learner.named_parameters())
    matrices = [p for name, p in named if p.ndim > 1 and "codevectors" not in name]
    others = [p for name, p in named if p.ndim <= 1 or "codevectors" in name]
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


def _means(trainer: Trainer) -> dict[str, float]:
    count = trainer.progress.sums.pop("count")
    means = {name: round(total / count, 4) for name, total in trainer.progress.sums.items()}
    trainer.progress.sums = {}
    return means


def _log(folder: Path, trainer: Trainer, values: dict[str, float]) -> None:
    progress = trainer.progress
    head = {"steps": progress.steps, "minutes": round(progress.wall / 60, 2), "hours": round(progress.speech / 3600, 3)}
    line = json.dumps(head | values)
    print(line, flush=True)
    with (folder / "log.jsonl").open("a") as log:
        log.write(line + "\n")
