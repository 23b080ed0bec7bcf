"""Run several clips through a model in one pass, each heard as if it were alone."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.grid import TokenGrid
from core.timeline import TimeAxis
from core.trace import frozen, listening, told

if TYPE_CHECKING:
    import torch

    from core.loading import LoadedModel


@dataclass(frozen=True, eq=False)
class Encoded:
    """A clip as the model takes it.

    inputs  a batch of one, on the model's device
    grids   where the tokens of layer 0, 1, ... lie
    """

    inputs: "dict[str, torch.Tensor]"
    grids: tuple[TokenGrid, ...]

    @property
    def seconds(self) -> float:
        """Length of what the model works on, in seconds; with the padding of its own where it has any."""
        return self.grids[0].stride * self.grids[0].time.step

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of the inputs."""
        return tuple(tuple(part.shape) for part in self.inputs.values())


@dataclass(frozen=True, eq=False)
class Frames:
    """What one stop says of one clip, (frames, width), and where its frames lie."""

    values: Float32[np.ndarray, "frames width"]
    time: TimeAxis


def stops_of(model: "LoadedModel") -> tuple[int, ...]:
    """List every stop on the way through a model: its convolutions, what block 1 receives, its blocks."""
    return tuple(range(-len(model.family.convolutions(model.module)), model.card.layers + 1))


def encoded(model: "LoadedModel", clip: Clip) -> Encoded:
    """Bring a clip into the form that the model takes; ClipError and ModelError as ``trace`` raises them."""
    samples = model.samples(clip)
    with told(model.card.title):
        inputs = model.placed(model.family.encode(model.extractor, samples))
    return Encoded(inputs, model.family.grids(model.module, model.extractor, samples.size))


def batches(
    model: "LoadedModel", clips: Iterable[tuple[Any, Encoded]], seconds_at_once: float
) -> Iterator[list[tuple[Any, Encoded]]]:
    """Put neighbours that can be heard together into batches of so many seconds, padding counted; at least one each."""
    mixes = model.family.mixes(model.module.config)
    batch: list[tuple[Any, Encoded]] = []
    for name, clip in clips:
        longest = max((part.seconds for _name, part in batch), default=0.0)
        fits = mixes or all(part.shapes == clip.shapes for _name, part in batch)
        if batch and (not fits or max(longest, clip.seconds) * (len(batch) + 1) > seconds_at_once):
            yield batch
            batch = []
        batch.append((name, clip))
    if batch:
        yield batch


def heard(model: "LoadedModel", clips: Sequence[Encoded], stops: Collection[int]) -> dict[int, list[Frames]]:
    """Return what each stop says of every clip of a batch, on its own grid; as ``trace`` says of each clip alone.

    Raises ModelError as ``trace`` does.
    """
    import torch

    family, grids = model.family, [clip.grids for clip in clips]
    with model.exclusive() as module, torch.no_grad(), family.around(module), _fused(module):
        with (
            family.together(module, [clip.inputs for clip in clips]) as batch,
            listening(model, grids, attention=False, convolutions=stops) as taken,
            told(model.card.title),
        ):
            output = module(**batch, **family.call, output_hidden_states=family.blocks is None)
        hidden = taken.blocks if family.blocks else list(output.hidden_states)
        hidden = [family.arrange(module, tokens, layer) for layer, tokens in enumerate(hidden)]
    found: dict[int, list[Frames]] = {}
    for stop, parts in zip(sorted(stop for stop in stops if stop < 0), taken.convolutions, strict=True):
        found[stop] = [Frames(frozen(part), grid[0].time) for part, grid in zip(parts, grids, strict=True)]
    for layer in sorted(stop for stop in stops if stop >= 0):
        laid, own = frozen(hidden[layer]), [grid[layer] for grid in grids]
        found[layer] = [Frames(grid.frames(laid[at, : grid.tokens]), grid.time) for at, grid in enumerate(own)]
    return found


@contextmanager
def _fused(module: "torch.nn.Module") -> Iterator[None]:
    """Let attention be computed in one piece while a pass runs whose weights nobody looks at."""
    config: Any = module.config
    before = getattr(config, "_attn_implementation", None)
    if before != "eager" or not getattr(module, "_supports_sdpa", False):
        yield
        return
    try:
        config._attn_implementation = "sdpa"
        yield
    finally:
        config._attn_implementation = before
