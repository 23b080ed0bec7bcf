"""How speech encoders hear clips of different length in one pass, each as if it were alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@contextmanager
def padded(module: Any, clips: "Sequence[dict[str, torch.Tensor]]") -> "Iterator[dict[str, torch.Tensor]]":
    """Lend one batch of the inputs of several clips, zeros at their ends, and the mask that tells them from sound."""
    yield joined(clips)


@contextmanager
def padded_waveforms(module: Any, clips: "Sequence[dict[str, torch.Tensor]]") -> "Iterator[dict[str, torch.Tensor]]":
    """Lend such a batch of waveforms; a norm over the time of the whole clip counts the sound of each alone.

    The front end of the smaller models begins with such a norm (``feat_extract_norm="group"``): with padding, its mean
    would be that of sound and zeros.
    """
    lengths = [clip["input_values"].shape[1] for clip in clips]
    base = getattr(module, module.base_model_prefix, module)
    first = base.feature_extractor.conv_layers[0]
    if module.config.feat_extract_norm != "group":
        yield joined(clips)
        return
    kernel, stride = module.config.conv_kernel[0], module.config.conv_stride[0]
    counts = [(length - kernel) // stride + 1 for length in lengths]
    norm = first.layer_norm
    try:
        norm.forward = partial(_normed, type(norm).forward, norm, counts)
        yield joined(clips)
    finally:
        vars(norm).pop("forward", None)


def joined(clips: "Sequence[dict[str, torch.Tensor]]") -> "dict[str, torch.Tensor]":
    """Lay the one input of every clip, (1, time, ...), into (clips, longest, ...), with an attention mask."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    ((name, _first),) = clips[0].items()
    parts = [clip[name][0] for clip in clips]
    mask = [part.new_ones(len(part), dtype=torch.long) for part in parts]
    return {
        name: pad_sequence(parts, batch_first=True),
        "attention_mask": pad_sequence(mask, batch_first=True),
    }


def _normed(forward: Any, norm: Any, counts: Sequence[int], values: "torch.Tensor") -> "torch.Tensor":
    """Normalise the first ``counts`` positions of every clip, (clips, channels, positions); zeros stand after them."""
    found = values.new_zeros(values.shape)
    for at, count in enumerate(counts):
        found[at : at + 1, :, :count] = forward(norm, values[at : at + 1, :, :count])
    return found
