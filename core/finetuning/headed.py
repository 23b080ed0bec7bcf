"""An encoder with a head on top, which every page can use as it uses any other model."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor, nn

from core.family import Family
from core.grid import TokenGrid

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
COUNTS = "samples"  # the input that tells how long each clip is, because many models pad what they hear


@dataclass(frozen=True, eq=False)
class Said:
    """What a model said of a batch; named as transformers names it.

    hidden_states  as transformers returns them; for families that it returns too few of, the input of the first block
                   and the output of every block
    """

    logits: Float[Tensor, "batch classes"]
    hidden_states: tuple[Float[Tensor, "..."], ...]
    attentions: Any = None


@dataclass(frozen=True, eq=False)
class Call:
    """How clips go through an encoder of a family, many at once, and where their frames lie in what comes out."""

    family: Family
    extractor: Any

    def run(self, base: nn.Module, **inputs: Any) -> Any:
        """Run the encoder; the answer of transformers with the states of all layers in ``hidden_states``."""
        if self.family.blocks is None:
            return base(**inputs, output_hidden_states=True)
        with heard_blocks(self.family.blocks(base)) as heard:
            output = base(**inputs)
        output.hidden_states = tuple(heard)
        return output

    def frames(
        self,
        base: nn.Module,
        hidden: Sequence[Float[Tensor, "..."]],
        layers: Sequence[int],
        counts: Sequence[int] | None,
    ) -> tuple[tuple[Float[Tensor, "batch _frames _width"], ...], Bool[Tensor, "batch _frames"] | None]:
        """Lay out some layers as frames, bands averaged, and tell which frames cover each clip (None: all).

        ``layers`` share one grid. Without ``counts``, the samples of each clip, every frame counts.
        """
        grids = {count: self.grid(base, count, layers[-1]) for count in counts or (0,)}
        longest = grids[max(grids)]
        found = tuple(
            laid(self.family.arrange(base, hidden[layer], layer), longest, counts is not None) for layer in layers
        )
        if counts is None or len(grids) == 1:
            return found, None
        real = torch.tensor([grids[count].time.count for count in counts], device=found[0].device)
        return found, torch.arange(found[0].shape[1], device=real.device) < real[:, None]

    def grid(self, base: nn.Module, count: int, layer: int) -> TokenGrid:
        """Say where the tokens of a layer lie for a clip of ``count`` samples."""
        fewest = self.family.fewest(self.extractor, base.config)
        return self.family.grids(base, self.extractor, max(count, fewest))[layer]


def laid(
    tokens: Float[Tensor, "batch tokens width"], grid: TokenGrid, cut: bool
) -> Float[Tensor, "batch frames width"]:
    """Average the bands of every frame; special tokens are left out, padding too where ``cut``."""
    if grid.special or grid.bands > 1 or grid.padded:
        tokens = tokens[:, grid.special :].unflatten(1, (grid.bands, -1)).mean(1)
    return tokens[:, : grid.time.count] if cut else tokens


@contextmanager
def heard_blocks(blocks: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """Take down the input of the first block and the output of each while a pass runs; leaves no hook behind."""
    heard: list[Tensor] = []

    def hear(_part: object, inputs: tuple[Any, ...], output: Any) -> None:
        if not heard:
            heard.append(inputs[0])
        heard.append(output[0] if isinstance(output, tuple) else output)

    hooks = [block.register_forward_hook(hear) for block in blocks]
    try:
        yield heard
    finally:
        for hook in hooks:
            hook.remove()


class Headed(nn.Module):
    """An encoder of transformers and a head; what is asked of it and is not its own is asked of the encoder.

    The head has ``reads``, the numbers of the layers that it wants, and is called with those as frames,
    (batch, frames, width) each, and a mask (batch, frames) of the frames that count, or None.
    """

    base_model_prefix = "base"

    def __init__(self, base: nn.Module, head: nn.Module, call: Call) -> None:
        super().__init__()
        self.base = base
        self.head = head
        self.call = call

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name in {"base", "head", "call"}:
                raise
            return getattr(super().__getattr__("base"), name)

    def train(self, mode: bool = True) -> "Headed":
        """Go into training; the encoder only where it learns, its batch norms never: few sounds would spoil them."""
        super().train(mode)
        self.base.train(mode and any(part.requires_grad for part in self.base.parameters()))
        for part in self.base.modules():
            if isinstance(part, BATCH_NORMS):
                part.eval()
        return self

    def forward(
        self, samples: Int[Tensor, " batch"] | None = None, output_hidden_states: bool = True, **inputs: Any
    ) -> Said:
        """Classify a batch; ``samples`` tells how many samples of each clip are real (all where it is missing)."""
        output = self.call.run(self.base, **inputs)
        reads: Any = self.head.reads
        counts = None if samples is None else samples.tolist()
        found, mask = self.call.frames(self.base, output.hidden_states, reads, counts)
        with torch.autocast(found[0].device.type, enabled=False):
            logits = self.head(tuple(values.float() for values in found), mask)
        return Said(logits, tuple(output.hidden_states), getattr(output, "attentions", None))


def counting(family: Family) -> Family:
    """Describe a family whose inputs also tell how many samples each clip has, which ``Headed`` needs."""
    plain = getattr(family.encode, "plain", family.encode)

    def encode(extractor: Any, samples: Float32[np.ndarray, " time"]) -> dict[str, Tensor]:
        return {**plain(extractor, samples), COUNTS: torch.tensor([samples.size])}

    encode.plain = plain  # type: ignore[attr-defined]
    return replace(family, encode=encode)
