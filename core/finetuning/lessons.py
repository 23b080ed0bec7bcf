"""Where the loop gets sounds from: features that are on disk already, or the whole model, run anew each time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from core.dataset.prepared import PreparedSet
from core.finetuning.augmentation import Augmenter, needs_encoder
from core.finetuning.batches import MOST_SECONDS, Batches, Portion
from core.finetuning.features import Features, computing
from core.finetuning.pupil import Pupil
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.progress import Report, silent

MOST_STORED = 4096  # stored features that go through the head at once, where nothing is learned


@runtime_checkable
class Lessons(Protocol):
    """Sounds as what a part of the model is called with, and that part."""

    def fetch(self, indices: Sequence[int], report: Report = silent) -> None:
        """Get ready for some sounds of the set."""

    def threads(self) -> AbstractContextManager[None]:
        """Give the steps as many threads as are of use."""

    def portions(self, indices: Sequence[int], learning: bool, augmenter: Augmenter | None = None) -> Iterator[Portion]:
        """Give some sounds in portions; augmentation as far as these inputs allow it."""

    def logits(self, inputs: Mapping[str, Tensor]) -> Float[Tensor, "batch classes"]:
        """Classify a portion."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread: numbers of a head are so few that threads would wait for each other longer than work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def lessons_for(pupil: Pupil, data: PreparedSet, settings: FineTuneSettings | None = None) -> Lessons:
    """Choose stored features where the encoder does not learn and hears nothing but the sounds themselves."""
    module: Any = pupil.module
    kind = strategies()[pupil.parts["strategy"]].stored
    frozen = not any(part.requires_grad for part in module.base.parameters())
    changed = settings is not None and (needs_encoder(settings.augment) or settings.adversarial > 0)
    if not kind or not frozen or changed or (settings is not None and settings.unlabelled == "consistency"):
        return Whole(pupil, data)
    return StoredPooled(pupil, data) if kind == "pooled" else StoredFrames(pupil, data)


@dataclass(eq=False)
class StoredPooled:
    """Averages over time: all in one tensor."""

    pupil: Pupil
    data: PreparedSet

    def __post_init__(self) -> None:
        self._place = torch.full((len(self.data.items),), -1)
        self._values = torch.zeros(0)

    def fetch(self, indices: Sequence[int], report: Report = silent) -> None:
        """Read the features of some sounds, computing those that nobody asked for before."""
        wanted = sorted({*indices, *torch.nonzero(self._place >= 0).flatten().tolist()})
        if not wanted:
            return
        rows = Features.of(self.pupil, self.data, "pooled").rows(wanted, report)
        device = next(self.pupil.module.parameters()).device
        self._values = torch.from_numpy(np.stack(rows)).to(device)
        self._place[torch.tensor(wanted)] = torch.arange(len(wanted))

    def threads(self) -> AbstractContextManager[None]:
        """One is fastest."""
        return one_thread()

    def portions(self, indices: Sequence[int], learning: bool, augmenter: Augmenter | None = None) -> Iterator[Portion]:
        """Give all at once while learning."""
        size = len(indices) if learning else MOST_STORED
        for start in range(0, len(indices), max(size, 1)):
            places = tuple(range(start, min(start + size, len(indices))))
            rows = self._place[torch.tensor(indices[start : start + size])]
            yield Portion(places, {"pooled": self._values[rows.to(self._values.device)]})

    def logits(self, inputs: Mapping[str, Tensor]) -> Float[Tensor, "batch classes"]:
        """Classify by the head alone."""
        module: Any = self.pupil.module
        return module.head.from_pooled(inputs["pooled"])


@dataclass(eq=False)
class StoredFrames:
    """Frames of every sound, for heads that read them in order."""

    pupil: Pupil
    data: PreparedSet

    def __post_init__(self) -> None:
        self._rows: dict[int, np.ndarray] = {}

    def fetch(self, indices: Sequence[int], report: Report = silent) -> None:
        """Open the features of some sounds, computing those that nobody asked for before."""
        rows = Features.of(self.pupil, self.data, "frames").rows(indices, report)
        self._rows |= dict(zip(indices, rows, strict=True))

    def threads(self) -> AbstractContextManager[None]:
        """All of them."""
        return nullcontext()

    def portions(self, indices: Sequence[int], learning: bool, augmenter: Augmenter | None = None) -> Iterator[Portion]:
        """Pad all to the longest while learning; sounds of like length go together otherwise."""
        order = sorted(range(len(indices)), key=lambda place: self._rows[indices[place]].shape[1])
        size = len(order) if learning else 64
        for start in range(0, len(order), max(size, 1)):
            places = tuple(order[start : start + size])
            rows = [torch.tensor(self._rows[indices[place]]).transpose(0, 1) for place in places]
            counts = torch.tensor([len(row) for row in rows])
            frames = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True).float()
            device = next(self.pupil.module.parameters()).device
            mask = torch.arange(frames.shape[1]) < counts[:, None]
            yield Portion(places, {"frames": frames.to(device), "mask": mask.to(device)})

    def logits(self, inputs: Mapping[str, Tensor]) -> Float[Tensor, "batch classes"]:
        """Classify by the head alone."""
        module: Any = self.pupil.module
        mask: Bool[Tensor, "batch frames"] = inputs["mask"]
        return module.head(inputs["frames"].unbind(2), None if bool(mask.all()) else mask)


@dataclass(eq=False)
class Whole:
    """The whole model hears the sounds each time."""

    pupil: Pupil
    data: PreparedSet

    @cached_property
    def batches(self) -> Batches:
        """The sounds as inputs of the pupil."""
        return Batches(self.pupil, self.data)

    def fetch(self, indices: Sequence[int], report: Report = silent) -> None:
        """Nothing has to be got ready."""

    def threads(self) -> AbstractContextManager[None]:
        """All of them."""
        return nullcontext()

    def portions(self, indices: Sequence[int], learning: bool, augmenter: Augmenter | None = None) -> Iterator[Portion]:
        """Sounds that fit together go together."""
        return self.batches.portions(indices, float("inf") if learning else MOST_SECONDS, augmenter)

    def logits(self, inputs: Mapping[str, Tensor]) -> Float[Tensor, "batch classes"]:
        """Run encoder and head."""
        with computing(self.pupil):
            return self.pupil.module(**inputs).logits
