"""Bring prepared sounds into a model, many at once where their lengths allow it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from core.dataset.prepared import PreparedSet
from core.finetuning.headed import COUNTS
from core.finetuning.pupil import Pupil
from core.resample import resampled

MASK = "attention_mask"
CLOSE = 1e-3  # of the spread of a layer: how far padding may move it
MOST_SECONDS = 16.0  # of sound at once, where nothing is learned; more is not faster on a processor
Change = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Portion:
    """Sounds that go through the model at once.

    places  where they stand among the sounds that were asked for
    inputs  of ``Headed``
    """

    places: tuple[int, ...]
    inputs: Mapping[str, Tensor]


@dataclass(eq=False)
class Batches:
    """The sounds of a set as inputs of a pupil; too short ones are padded with silence, too long ones cut."""

    pupil: Pupil
    data: PreparedSet

    def samples(self, index: int) -> Float32[np.ndarray, " time"]:
        """Return one sound at the rate of the model, as long as the model can take it."""
        extractor, config = self.pupil.extractor, self._module.base.config
        rate = int(extractor.sampling_rate)
        same = self.data.sample_rate == rate
        samples = self.data.samples(index) if same else resampled(self.data.clip(index), rate)
        samples = samples[: round(self.pupil.family.longest(extractor, config) * rate)]
        missing = self.pupil.family.fewest(extractor, config) - samples.size
        return np.pad(samples, (0, missing)) if missing > 0 else np.ascontiguousarray(samples)

    def count(self, index: int) -> int:
        """Tell how many samples ``samples`` gives, without reading them where the rates agree."""
        extractor, config = self.pupil.extractor, self._module.base.config
        rate = int(extractor.sampling_rate)
        item = self.data.items[index].count
        count = item if self.data.sample_rate == rate else max(1, round(item / self.data.sample_rate * rate))
        longest = round(self.pupil.family.longest(extractor, config) * rate)
        return max(min(count, longest), self.pupil.family.fewest(extractor, config))

    def portions(
        self, indices: Sequence[int], change: Change | None = None, seconds: float = float("inf")
    ) -> Iterator[Portion]:
        """Cut some sounds into portions that can go through the model at once, of at most so many seconds.

        change  is applied to the waveforms (sounds, time) of each portion, which are then equally long
        """
        together = self.pads and change is None
        for places in self._cut(indices, seconds, together):
            waves = [self.samples(indices[place]) for place in places]
            if change is not None:
                changed = change(torch.from_numpy(np.stack(waves)))
                waves = [np.ascontiguousarray(wave) for wave in changed.numpy()]
            yield Portion(places, self.inputs(waves))

    def inputs(self, waves: Sequence[Float32[np.ndarray, " time"]]) -> dict[str, Tensor]:
        """Turn waveforms into one batch of inputs, on the device of the model."""
        found = [self.pupil.family.encode(self.pupil.extractor, wave) for wave in waves]
        lengths = [next(iter(one.values())).shape[1] for one in found]
        longest = max(lengths)
        joined = {name: torch.cat([_padded(one[name], name, longest) for one in found]) for name in found[0]}
        if min(lengths) < longest:
            joined[MASK] = (torch.arange(longest) < torch.tensor(lengths)[:, None]).long()
        device = next(self._module.parameters()).device
        return {name: value.to(device) for name, value in joined.items()}

    @cached_property
    def pads(self) -> bool:
        """Tell whether sounds of different lengths can go together: the model says so, and it is tried out."""
        if not getattr(self.pupil.extractor, "return_attention_mask", False):
            return False
        rate, random = int(self.pupil.extractor.sampling_rate), np.random.default_rng(0)
        waves = [random.normal(0, 0.05, round(seconds * rate)).astype(np.float32) for seconds in (0.31, 0.5)]
        if next(iter(self.pupil.family.encode(self.pupil.extractor, waves[0]).values())).shape[1] == 1:
            return False
        was_training = self._module.training
        self._module.eval()
        try:
            with torch.no_grad():
                return self._agrees(waves)
        finally:
            self._module.train(was_training)

    def _agrees(self, waves: Sequence[Float32[np.ndarray, " time"]]) -> bool:
        module = self._module
        joined, alone = self.inputs(waves), self.inputs(waves[:1])
        counts = [int(value) for value in joined.pop(COUNTS)]
        alone.pop(COUNTS)
        if MASK not in joined:
            return True
        layer = (len(module.call.run(module.base, **alone).hidden_states) - 1,)
        found, mask = module.call.frames(
            module.base, module.call.run(module.base, **joined).hidden_states, layer, counts
        )
        right, _mask = module.call.frames(
            module.base, module.call.run(module.base, **alone).hidden_states, layer, counts[:1]
        )
        kept = found[0][0] if mask is None else found[0][0][mask[0]]
        return bool((kept - right[0][0]).abs().max() <= CLOSE * right[0].std())

    def _cut(self, indices: Sequence[int], seconds: float, together: bool) -> Iterator[tuple[int, ...]]:
        """Sort by length; a portion ends where the length changes, unless they may go together, or where it is full."""
        counts = [self.count(index) for index in indices]
        room = seconds * float(self.pupil.extractor.sampling_rate)
        portion: list[int] = []
        for place in sorted(range(len(indices)), key=lambda place: counts[place]):
            full = portion and (len(portion) + 1) * self._cost(counts[place]) > room
            if portion and (full or (counts[place] != counts[portion[-1]] and not (together or self._same_shape))):
                yield tuple(portion)
                portion = []
            portion.append(place)
        if portion:
            yield tuple(portion)

    def _cost(self, count: int) -> int:
        """Samples that the model really works on for a sound of ``count``."""
        extractor, config = self.pupil.extractor, self._module.base.config
        longest = round(self.pupil.family.longest(extractor, config) * float(extractor.sampling_rate))
        return longest if self._same_shape else count

    @cached_property
    def _same_shape(self) -> bool:
        """Tell whether the extractor pads every sound to one shape."""
        rate = int(self.pupil.extractor.sampling_rate)
        shapes = {
            next(iter(self.pupil.family.encode(self.pupil.extractor, np.zeros(count, np.float32)).values())).shape
            for count in (rate // 4, rate // 2)
        }
        return len(shapes) == 1

    @property
    def _module(self) -> Any:
        return self.pupil.module


def _padded(value: Tensor, name: str, longest: int) -> Tensor:
    if name == COUNTS or value.shape[1] == longest or value.ndim < 2:
        return value
    padding = [0, 0] * (value.ndim - 2) + [0, longest - value.shape[1]]
    return torch.nn.functional.pad(value, padding)
