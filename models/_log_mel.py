"""What the families of small networks on log-mel share: where their input, and the output of every layer, lies."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape
from core.grid import TokenGrid
from core.input_plane import InputPlane, mel_edges
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

RATE = 16_000  # Hz


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """(1, columns, bands) log-mel, as long as the clip."""
    found = extractor(samples, sampling_rate=extractor.sampling_rate, return_tensors="pt")
    return {"input_features": found["input_features"]}


def plane(extractor: Any, config: Any, samples: int) -> InputPlane:
    """Every column begins inside the clip, and none is padding."""
    rate = extractor.sampling_rate
    shift, window = extractor.hop_length / rate, extractor.window_length / rate
    time = TimeAxis(window / 2, shift, window, extractor.columns(samples))
    return InputPlane("input_features", time, _edges(extractor))


def _edges(extractor: Any) -> tuple[float, ...]:
    return mel_edges(extractor.feature_size, float(extractor.low_hz), float(extractor.high_hz), "slaney")


def grids(module: Any, extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Bands of frames that get fewer with every pool; a recurrent layer has one band.

    The field of a frame is all that can reach it through the convolutions, the window of the spectrogram included.
    What recurrent layers carry over from other frames is not counted, as with attention.
    """
    config, input_plane = module.config, plane(extractor, module.config, samples)
    maps = list(_maps(config.pools, config.kernel_size, input_plane))
    rows = config.num_hidden_layers + 1 - len(maps)
    return (*maps, *([TokenGrid(maps[-1].time)] * rows))


def _maps(pools: Sequence[Sequence[int]], kernel: int, plane: InputPlane) -> Iterator[TokenGrid]:
    """Place the output of every convolution and its pool, in columns of the input first."""
    between, reach, first, count, edges = 1, 1, 0.0, plane.time.count, plane.edges
    for bands, columns in pools:
        reach += (kernel - 1 + columns - 1) * between
        first += (columns - 1) / 2 * between
        between *= columns
        count = -(-count // columns)
        edges = (*edges[:-1:bands], edges[-1])
        shift = plane.time.step
        time = TimeAxis(
            plane.time.start + first * shift, between * shift, (reach - 1) * shift + plane.time.field, count
        )
        yield TokenGrid(time, len(edges) - 1, edges)


def widths(config: Any) -> tuple[int, ...]:
    """Tell the width of the stem and of every layer."""
    rows = config.num_hidden_layers + 1 - len(config.widths)
    return (*config.widths, *([config.hidden_size] * rows))


def blocks(module: Any) -> "list[torch.nn.Module]":
    """List the layers after the stem."""
    return list(getattr(module, module.base_model_prefix, module).layers)


def arrange(module: Any, values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Bring maps (batch, width, bands, frames) into rows of tokens, band by band; rows stay as they are."""
    return values.flatten(2).transpose(1, 2) if values.ndim == 4 else values


def family(name: str, title: str, summary: str, path: str, prefix: str, tiny_config: dict[str, Any]) -> Family:
    """Describe a network of ``path``, whose classes begin with ``prefix``."""
    return Family(
        name=name,
        title=title,
        summary=summary,
        model_types=(name,),
        sample_rate=RATE,
        config=f"{path}.{prefix}Config",
        extractor="models.networks.extractor.LogMelExtractor",
        bare=f"{path}.{prefix}",
        ctc="",
        classifier=f"{path}.{prefix}ForAudioClassification",
        tiny_config=tiny_config,
        shape=lambda config: Shape(config.num_hidden_layers, 0, config.hidden_size),
        encode=encode,
        grids=grids,
        plane=plane,
        widths=widths,
        blocks=blocks,
        arrange=arrange,
        attends=False,
        fewest=lambda extractor, config: extractor.window_length,
        longest=lambda extractor, config: extractor.max_length * extractor.hop_length / extractor.sampling_rate,
        extractor_settings=lambda config: {"feature_size": config.num_mel_bins},
    )
