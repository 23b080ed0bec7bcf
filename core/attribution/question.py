"""One clip, one model and what is asked of them, ready to be asked many times over."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

from core.attribution.target import Target
from core.clip import Clip
from core.errors import MethodError
from core.input_plane import InputPlane
from core.loading import LoadedModel
from core.samples import Fact
from core.segments import Segment
from core.text import _
from core.trace import told

AT_ONCE = 16  # changed sounds of a second that are heard together; fewer where what the model is given is longer


@dataclass(frozen=True, eq=False)
class Question:
    """What a method works on; usable only inside ``asked``.

    The model is borrowed for each pass, so that others can ask it in between; whoever puts hooks on it, or takes it
    apart, borrows it with ``model.exclusive()`` for as long.

    module    the model, with a head; eval mode, weights without gradients
    samples   the clip at the model's rate
    plane     where the numbers of its input lie
    inputs    what the module is called with for the clip as it is
    segments  pieces of time in order, which methods that work on pieces give contributions of; they cover the clip
    facts     what is known to have been put into the clip on purpose, for checks alone
    """

    model: LoadedModel
    module: nn.Module
    clip: Clip
    target: Target
    samples: Float32[np.ndarray, " time"]
    plane: InputPlane
    inputs: Mapping[str, Tensor]
    segments: tuple[Segment, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def values(self) -> Float[Tensor, "one ..."]:
        """The numbers that the model listens to: (1, ...), laid out by ``plane``."""
        return self.inputs[self.plane.name]

    @property
    def rate(self) -> int:
        """Sample rate of ``samples`` in Hz."""
        return self.model.card.sample_rate

    @property
    def at_once(self) -> int:
        """How many changed sounds to hear together, so that memory stays bounded; what pads a sound counts too."""
        given = self.values.numel() / self.plane.bands * self.plane.time.step
        return max(1, int(AT_ONCE / max(given, 1.0)))

    def logits(self, values: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
        """Ask the model about inputs shaped like ``values``; gradients follow where they are wanted.

        Logits are in single precision at least, whatever the model reckons in.
        """
        others = {
            name: part.expand(len(values), *part.shape[1:]) if part.ndim and len(part) == 1 else part
            for name, part in self.inputs.items()
            if name != self.plane.name
        }
        family = self.model.family
        with self.model.exclusive(), family.around(self.module):
            output: Any = self.module(**{self.plane.name: values}, **others, **family.call)
        found: Tensor = output.logits
        return found.to(torch.promote_types(found.dtype, torch.float32))

    def score(self, values: Float[Tensor, "batch ..."]) -> Float[Tensor, " batch"]:
        """Ask for the score of the target."""
        return self.target.score(self.logits(values))

    def gradient(
        self, values: Float[Tensor, "batch ..."]
    ) -> tuple[Float[Tensor, "batch ..."], Float[Tensor, " batch"]]:
        """Return the gradient of each score by its input, and the scores."""
        with self.model.exclusive(), torch.enable_grad():
            point = values.detach().clone().requires_grad_(True)
            score = self.score(point)
            (found,) = torch.autograd.grad(score.sum(), point)
        return found, score.detach()

    def encode(self, sounds: Sequence[Float32[np.ndarray, " time"]]) -> Float[Tensor, "batch ..."]:
        """Turn changed sounds, as long as ``samples``, into inputs shaped like ``values``."""
        family, extractor = self.model.family, self.model.extractor
        found = [self.model.placed(family.encode(extractor, sound))[self.plane.name] for sound in sounds]
        return torch.cat(found)

    def hear(self, sounds: Sequence[Float32[np.ndarray, " time"]]) -> Float[Tensor, "batch ..."]:
        """Ask the model about changed sounds, as many at once as memory bears: logits, without gradients."""
        parts = range(0, len(sounds), self.at_once)
        with torch.no_grad():
            return torch.cat([self.logits(self.encode(sounds[first : first + self.at_once])) for first in parts])

    def of(self, module: nn.Module) -> "Question":
        """Ask the same of another network of the same shape, such as one with random weights."""
        return replace(self, module=module)


@contextmanager
def asked(model: LoadedModel, clip: Clip, target: Target, segments: Sequence[Segment] = ()) -> Iterator[Question]:
    """Put a question about a clip to a model, which is left as it was, whatever happens.

    Raises MethodError where the model says nothing of that kind, ClipError where the clip does not suit the model.
    """
    target.check(model.card)
    if model.family.plane is None:
        raise MethodError(
            _("{model} hears a clip several times over, so nothing it is given has one place in time.").format(
                model=model.card.title
            ),
            hint=_("Choose another model."),
        )
    samples = model.samples(clip)
    with told(model.card.title):
        inputs = model.placed(model.family.encode(model.extractor, samples))
    plane = model.family.plane(model.extractor, model.module.config, samples.size)
    with told(model.card.title):
        yield Question(model, model.module, clip, target, samples, plane, inputs, tuple(segments))
