"""Ways of learning from changed copies of the sounds. One file per way; it declares ``AUGMENTATION``."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float32, Float64

from core.plugins import discover
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

Kind = Literal["waveform", "features", "mix"]


@dataclass(frozen=True, eq=False)
class Leaning:
    """How much each cell (bands, columns) of a sound speaks for the answer that a model would give."""

    relevance: Float64[np.ndarray, "bands columns"]
    time: TimeAxis
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Batch:
    """What is known of the sounds that are changed together.

    sample_rate  Hz
    counts       samples of each clip; what comes after them is padding and stays as it is
    extractor    feature extractor of the model
    lean         (samples of one clip) -> what the copy, as it is now, leans on in it
    """

    sample_rate: int
    counts: tuple[int, ...]
    extractor: Any = None
    lean: "Callable[[Float32[np.ndarray, ' time']], Leaning] | None" = None


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


def options_of(name: str, given: Sequence[tuple[str, Any]]) -> Any:
    """Build the settings of one augmentation from ("name.setting", value) pairs; the rest stays as usual.

    TypeError where it has no setting of a name.
    """
    own = {key.partition(".")[2]: value for key, value in given if key.partition(".")[0] == name}
    return augmentations()[name].options(**own)


@dataclass(frozen=True, eq=False)
class Augmenter:
    """Some augmentations with their own settings, applied in the order given; all chance comes from ``generator``."""

    chosen: tuple[tuple[Augmentation, Any], ...]
    generator: "torch.Generator"

    @classmethod
    def of(
        cls, names: Sequence[str], generator: "torch.Generator", options: Sequence[tuple[str, Any]] = ()
    ) -> "Augmenter":
        """Choose augmentations by name, with settings as ``options_of`` reads them; KeyError for an unknown name."""
        known = augmentations()
        return cls(tuple((known[name], options_of(name, options)) for name in names), generator)

    def waveform(self, samples: "torch.Tensor", batch: Batch) -> "torch.Tensor":
        """Change samples (batch, time) before the feature extractor."""
        for way, options in self._of_kind("waveform"):
            samples = way.apply(samples, options, batch, self.generator)
        return samples

    def features(self, inputs: "dict[str, torch.Tensor]", batch: Batch) -> "dict[str, torch.Tensor]":
        """Change the inputs of a model."""
        for way, options in self._of_kind("features"):
            inputs = way.apply(inputs, options, batch, self.generator)
        return inputs

    def mix(
        self, inputs: "dict[str, torch.Tensor]", targets: "torch.Tensor"
    ) -> "tuple[dict[str, torch.Tensor], torch.Tensor]":
        """Mix inputs, and targets (batch, classes) with them."""
        for way, options in self._of_kind("mix"):
            inputs, targets = way.apply(inputs, targets, options, self.generator)
        return inputs, targets

    def _of_kind(self, kind: Kind) -> list[tuple[Augmentation, Any]]:
        return [(way, options) for way, options in self.chosen if way.kind == kind]
