"""Ways of learning from changed copies of the sounds. One file per way; it declares ``AUGMENTATION``."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.plugins import discover

if TYPE_CHECKING:
    import torch

Kind = Literal["waveform", "features", "mix"]


@dataclass(frozen=True, eq=False)
class Batch:
    """What is known of the sounds that are changed together.

    sample_rate  Hz
    counts       samples of each clip; what comes after them is padding and stays as it is
    extractor    feature extractor of the model
    """

    sample_rate: int
    counts: tuple[int, ...]
    extractor: Any = None


@dataclass(frozen=True, eq=False)
class Augmentation:
    """One way of changing sounds while a model learns; what is changed is a copy.

    name      for keys and the command line
    title     what a person calls it
    summary   one plain sentence
    kind      what ``apply`` works on
    options   a frozen dataclass of its own settings, made with ``settings.setting``
    apply     waveform: (samples (batch, time) at the model's rate, options, Batch, generator) -> the same shape
              features: (inputs of the model by name, options, Batch, generator) -> the same names and shapes
              mix:      (inputs or stored features by name, targets (batch, classes) that sum to one, options,
                        generator) -> both
    """

    name: str
    title: str
    summary: str
    kind: Kind
    options: type[Any]
    apply: "Callable[..., Any]"


def augmentations() -> Mapping[str, Augmentation]:
    """Return every augmentation by name."""
    return discover(sys.modules[__name__], "AUGMENTATION")


def needs_encoder(names: Sequence[str]) -> bool:
    """Tell whether any of these changes what the encoder hears, so that its features cannot be stored."""
    known = augmentations()
    return any(known[name].kind != "mix" for name in names)


@dataclass(frozen=True, eq=False)
class Augmenter:
    """Some augmentations with their own settings, applied in the order given; all chance comes from ``generator``."""

    chosen: tuple[Augmentation, ...]
    generator: "torch.Generator"

    @classmethod
    def of(cls, names: Sequence[str], generator: "torch.Generator") -> "Augmenter":
        """Choose augmentations by name; KeyError where there is none of a name."""
        known = augmentations()
        return cls(tuple(known[name] for name in names), generator)

    def waveform(self, samples: "torch.Tensor", batch: Batch) -> "torch.Tensor":
        """Change samples (batch, time) before the feature extractor."""
        for way in self._of_kind("waveform"):
            samples = way.apply(samples, way.options(), batch, self.generator)
        return samples

    def features(self, inputs: "dict[str, torch.Tensor]", batch: Batch) -> "dict[str, torch.Tensor]":
        """Change the inputs of a model."""
        for way in self._of_kind("features"):
            inputs = way.apply(inputs, way.options(), batch, self.generator)
        return inputs

    def mix(
        self, inputs: "dict[str, torch.Tensor]", targets: "torch.Tensor"
    ) -> "tuple[dict[str, torch.Tensor], torch.Tensor]":
        """Mix inputs, and targets (batch, classes) with them."""
        for way in self._of_kind("mix"):
            inputs, targets = way.apply(inputs, targets, way.options(), self.generator)
        return inputs, targets

    def _of_kind(self, kind: Kind) -> list[Augmentation]:
        return [way for way in self.chosen if way.kind == kind]
