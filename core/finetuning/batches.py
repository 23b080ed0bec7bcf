"""Bring prepared sounds into a model, many at once where their lengths allow it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from core.dataset.prepared import PreparedSet
from core.finetuning.augmentation import Augmenter, Batch
from core.finetuning.headed import COUNTS
from core.finetuning.leaning import leaning
from core.finetuning.pupil import Pupil
from core.resample import resampled

MASK = "attention_mask"
CLOSE = 1e-3  # of the spread of a layer: how far padding may move it
MOST_SECONDS = 16.0  # of sound at once, where nothing is learned; more is not faster on a processor


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
        self, indices: Sequence[int], seconds: float = float("inf"), augmenter: Augmenter | None = None
    ) -> Iterator[Portion]:
        """Cut some sounds into portions that can go through the model at once, of at most so many seconds."""
        changed = self._changed(indices, augmenter) if augmenter else None
        for places in self._cut(indices, seconds):
            waves = [changed[place] if changed else self.samples(indices[place]) for place in places]
            inputs = self.inputs(waves)
            if augmenter:
                inputs = augmenter.features(inputs, self._facts(waves))
            yield Portion(places, inputs)

    def _changed(self, indices: Sequence[int], augmenter: Augmenter) -> list[Float32[np.ndarray, " _time"]]:
        """Change the waveforms of all sounds together, so that they can serve each other as noise."""
        waves = [torch.tensor(self.samples(index)) for index in indices]
        padded = torch.nn.utils.rnn.pad_sequence(waves, batch_first=True)
        facts = self._facts([wave.numpy() for wave in waves])
        changed = augmenter.waveform(padded, facts)
        return [wave[:count].numpy() for wave, count in zip(changed, facts.counts, strict=True)]

    def _facts(self, waves: Sequence[Float32[np.ndarray, " _time"]]) -> Batch:
        extractor = self.pupil.extractor
        counts = tuple(wave.size for wave in waves)
        return Batch(int(extractor.sampling_rate), counts, extractor, partial(leaning, self.pupil))

    def inputs(self, waves: Sequence[Float32[np.ndarray, " _time"]]) -> dict[str, Tensor]:
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
        was_training = self._module.training
        self._module.eval()
        try:
            with torch.no_grad():
                return self._agrees(waves)
        finally:
            self._module.train(was_training)

    def _agrees(self, waves: Sequence[Float32[np.ndarray, " _time"]]) -> bool:
        module = self._module
        joined, alone = self.inputs(waves), self.inputs(waves[:1])
        counts = [int(value) for value in joined.pop(COUNTS)]
        alone.pop(COUNTS)
        if MASK not in joined:
            return True
        heard = [module.call.run(module.base, **inputs).hidden_states for inputs in (joined, alone)]
        last = (len(heard[0]) - 1,)
        (found,), mask = module.call.frames(module.base, heard[0], last, counts)
        (right,), _all = module.call.frames(module.base, heard[1], last, counts[:1])
        kept = found[0] if mask is None else found[0][mask[0]]
        return kept.shape == right[0].shape and bool((kept - right[0]).abs().max() <= CLOSE * right.std())

    def _cut(self, indices: Sequence[int], seconds: float) -> Iterator[tuple[int, ...]]:
        """Sort by length; a portion ends where the length changes, unless they may go together, or where it is full."""
        counts = [self.count(index) for index in indices]
        room = seconds * float(self.pupil.extractor.sampling_rate)
        together = self._same_shape or len(set(counts)) == 1 or self.pads
        portion: list[int] = []
        for place in sorted(range(len(indices)), key=lambda place: counts[place]):
            full = (len(portion) + 1) * self._cost(counts[place]) > room
            if portion and (full or not (together or counts[place] == counts[portion[-1]])):
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
