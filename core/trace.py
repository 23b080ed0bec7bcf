"""What every layer of a model said of one clip."""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil, log2
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.errors import ModelError
from core.grid import TokenGrid
from core.text import _
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

    from core.family import Tap
    from core.loading import LoadedModel


@dataclass(frozen=True, eq=False)
class Trace:
    """One forward pass over one clip; every array is read-only.

    model        hashable identity of the weights (ModelSpec)
    clip         fingerprint of the clip
    seconds      length of the clip
    hidden       layers+1 arrays (tokens, width); layer 0 is the input of the first block
    grids        where the tokens of each of these arrays lie
    attention    layers arrays (heads, frames, frames), query by key over the frames that cover the clip; every query
                 row sums to one; empty where the family has no attention over time
    convolutions one array (frames, channels) per convolution of the front end, averaged onto the frames of layer 0;
                 empty where the family has none
    logits       (frames, symbols) of a CTC head, (classes,) of a classifier, or None
    """

    model: object
    clip: str
    seconds: float
    hidden: tuple[Float32[np.ndarray, "_tokens _width"], ...]
    grids: tuple[TokenGrid, ...]
    attention: tuple[Float32[np.ndarray, "_heads _frames _frames"], ...]
    convolutions: tuple[Float32[np.ndarray, "_frames _channels"], ...]
    logits: Float32[np.ndarray, "..."] | None

    @property
    def layers(self) -> int:
        """Number of transformer blocks."""
        return len(self.hidden) - 1

    @property
    def time(self) -> TimeAxis:
        """Frames of the input of the first block."""
        return self.grids[0].time

    @property
    def symbol_time(self) -> TimeAxis:
        """Frames of a CTC head's logits."""
        return symbol_time(self.time, self.time.count if self.logits is None else len(self.logits))

    def frames(self, layer: int) -> Float32[np.ndarray, "frames width"]:
        """Output of block ``layer`` (0: input of the first) per frame of its own grid; bands averaged, no padding."""
        return self.grids[layer].frames(self.hidden[layer])


def symbol_time(time: TimeAxis, count: int) -> TimeAxis:
    """Place the ``count`` outputs of a CTC head, which may come more or less often than the frames of the blocks.

    SEW splits each frame into two, and may add one at the end; each layer of an adapter keeps every second frame,
    beginning with the first.
    """
    if count < time.count:
        return TimeAxis(time.start, time.step * 2 ** ceil(log2(time.count / count)), time.field, count)
    split = 2 ** int(log2(count / time.count))
    step = time.step / split
    return TimeAxis(time.start - (split - 1) / 2 * step, step, time.field, count)


def trace(model: "LoadedModel", clip: Clip) -> Trace:
    """Run a clip through a model once and keep what every layer said; ClipError, ModelError where that cannot be."""
    import torch

    samples, family = model.samples(clip), model.family
    with told(model.card.title):
        inputs = model.placed(family.encode(model.extractor, samples))
    # not inference_mode: what a model keeps for its next pass, such as positions, must still serve one with gradients
    with model.exclusive() as module, torch.no_grad(), family.around(module):
        grids = family.grids(module, model.extractor, samples.size)
        with listening(model, [grids]) as heard, told(model.card.title):
            output = module(**inputs, **family.call, output_hidden_states=family.blocks is None)
        hidden = heard.blocks if family.blocks else list(output.hidden_states)
        hidden = [family.arrange(module, tokens, layer) for layer, tokens in enumerate(hidden)]
    if family.attends and len(heard.attention) != model.card.layers:
        raise ModelError(
            _("{name} returned no attention.").format(name=model.card.title), hint=_("Choose another model.")
        )
    logits = getattr(output, "logits", None)
    return Trace(
        model=model.spec,
        clip=clip.fingerprint,
        seconds=clip.seconds,
        hidden=tuple(frozen(tokens[0]) for tokens in hidden),
        grids=grids,
        attention=tuple(frozen(weights) for weights in heard.attention),
        convolutions=tuple(frozen(features) for (features,) in heard.convolutions),
        logits=None if logits is None else frozen(logits[0]),
    )


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what torch says of too little memory, or of parts that do not fit each other, into a ModelError."""
    import torch

    try:
        yield
    except (RuntimeError, ValueError, MemoryError) as cause:
        # on the processor torch has no kind of its own for this
        if isinstance(cause, MemoryError | torch.OutOfMemoryError) or "memory" in str(cause):
            raise ModelError(
                _("What {name} makes of this sound did not fit into memory.").format(name=name),
                hint=_("Choose a shorter part of the sound, or a smaller model."),
            ) from cause
        raise ModelError(
            _("{name} could not be run: {detail}.").format(name=name, detail=str(cause).partition("\n")[0][:200]),
            hint=_("Its files may belong to different models. Get a fresh copy of it, or choose another model."),
        ) from cause


@dataclass
class Heard:
    """What hooks took down during one pass; tensors on the model's device.

    attention     per block, of the first clip
    convolutions  per convolution, clip by clip, on the frames of layer 0
    blocks        what the first block receives and what every block says, of all clips; empty where the family does not
                  ask for it
    """

    attention: "list[torch.Tensor]" = field(default_factory=list)
    convolutions: "list[list[torch.Tensor]]" = field(default_factory=list)
    blocks: "list[torch.Tensor]" = field(default_factory=list)

    def attending(self, model: "LoadedModel", block: int, grids: tuple[TokenGrid, ...]) -> "Callable[..., None]":
        """Build the hook on the attention of a block, from 0."""

        def hear(_part: object, _inputs: object, output: "tuple[torch.Tensor, ...]") -> None:
            self.attention.append(model.family.over_time(model.module, output[1], block, grids[block + 1]))

        return hear

    def convolving(self, tap: "Tap", clips: Sequence[tuple[TokenGrid, ...]]) -> "Callable[..., None]":
        """Build the hook on a convolution; the clips may come together or one after the other."""
        frames: list[torch.Tensor] = []
        self.convolutions.append(frames)

        def hear(_part: object, _inputs: object, output: "torch.Tensor") -> None:
            for clip in tap.activation(output).split(1):
                frames.append(tap.average(clip, clips[len(frames)][0].time.count))

        return hear

    def block(self, _part: object, inputs: "tuple[torch.Tensor, ...]", output: Any) -> None:
        """Take down what a block says, and what the first one receives."""
        if not self.blocks:
            self.blocks.append(inputs[0])
        self.blocks.append(output[0] if isinstance(output, tuple) else output)


@contextmanager
def listening(
    model: "LoadedModel",
    clips: Sequence[tuple[TokenGrid, ...]],
    *,
    attention: bool = True,
    convolutions: "Container[int] | None" = None,
) -> Iterator[Heard]:
    """Take down attention over time and convolution features while a pass runs; leaves no hook behind.

    ``clips`` are the grids of every clip of the batch; ``convolutions`` the stops (-1: the last) that are wanted, None
    for all. Attention is that of a batch of one.
    """
    heard, family, module = Heard(), model.family, model.module
    hooks: list[Any] = []
    try:
        blocks = enumerate(family.attention(module) if attention else ())
        hooks.extend(part.register_forward_hook(heard.attending(model, block, clips[0])) for block, part in blocks)
        taps = family.convolutions(module)
        wanted = [tap for at, tap in enumerate(taps, -len(taps)) if convolutions is None or at in convolutions]
        hooks.extend(tap.module.register_forward_hook(heard.convolving(tap, clips)) for tap in wanted)
        if family.blocks:
            hooks.extend(part.register_forward_hook(heard.block) for part in family.blocks(module))
        yield heard
    finally:
        for hook in hooks:
            hook.remove()


def frozen(tensor: "torch.Tensor") -> Float32[np.ndarray, "..."]:
    """Hand a tensor out as a read-only float32 array; without copying where it is one on the processor already."""
    array: Float32[np.ndarray, "..."] = tensor.detach().float().cpu().numpy()
    array.setflags(write=False)
    return array
