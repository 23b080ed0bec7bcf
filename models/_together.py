"""How speech encoders hear clips of different length in one pass, each as if it were alone, and without detours."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Clips = Sequence["dict[str, torch.Tensor]"]


@contextmanager
def padded(module: Any, clips: Clips) -> "Iterator[dict[str, torch.Tensor]]":
    """Lend one batch of the inputs of several clips, zeros at their ends, and the mask that tells them from sound."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    ((name, _first),) = clips[0].items()
    parts = [clip[name][0] for clip in clips]
    batch = {name: pad_sequence(parts, batch_first=True)}
    if len({len(part) for part in parts}) > 1:
        mask = [part.new_ones(len(part), dtype=torch.long) for part in parts]
        batch["attention_mask"] = pad_sequence(mask, batch_first=True)
    yield batch


@contextmanager
def padded_waveforms(module: Any, clips: Clips) -> "Iterator[dict[str, torch.Tensor]]":
    """Lend such a batch of waveforms; the front end hears one clip after the other, in half its usual time.

    The front end of the smaller models begins with a norm over the whole clip (``feat_extract_norm="group"``), which
    padding would change; and its large outputs, one clip after the other, stay near the processor.
    """
    base = getattr(module, module.base_model_prefix, module)
    front, lengths = base.feature_extractor, [clip["input_values"].shape[1] for clip in clips]
    with ExitStack() as stack, padded(module, clips) as batch:
        for conv in (*(layer.conv for layer in front.conv_layers), *_positional(base)):
            stack.enter_context(_instead(conv, _channels_last(conv)))
        for part in base.modules():
            stack.enter_context(_in_place(part))
        stack.enter_context(_instead(front, _one_by_one(front.forward, lengths)))
        yield batch


@contextmanager
def _instead(part: Any, forward: "Callable[[torch.Tensor], torch.Tensor]") -> Iterator[None]:
    """Let a part of a model compute by another function for a while."""
    try:
        part.forward = forward
        yield
    finally:
        vars(part).pop("forward", None)


def _in_place(part: Any) -> AbstractContextManager[None]:
    """Let a GELU write over what it is given: a linear layer, a norm or a convolution made it for nobody else."""
    import torch
    from transformers.activations import GELUActivation

    plain = isinstance(part, GELUActivation) and part.act is torch.nn.functional.gelu
    return _instead(part, torch.ops.aten.gelu_.default) if plain else nullcontext()


def _positional(base: Any) -> list[Any]:
    """List the convolution over frames that tells positions, where the encoder has a single one."""
    conv = getattr(getattr(base.encoder, "pos_conv_embed", None), "conv", None)
    return [] if conv is None else [conv]


def _one_by_one(
    forward: "Callable[[torch.Tensor], torch.Tensor]", lengths: Sequence[int]
) -> "Callable[[torch.Tensor], torch.Tensor]":
    """Build a front end that hears the samples of each clip alone; zeros stand after the features of shorter ones."""
    from torch.nn.utils.rnn import pad_sequence

    def each(samples: "torch.Tensor") -> "torch.Tensor":
        found = [forward(samples[at : at + 1, :length])[0].T for at, length in enumerate(lengths)]
        return pad_sequence(found, batch_first=True).transpose(1, 2)

    return each


def _channels_last(conv: Any) -> "Callable[[torch.Tensor], torch.Tensor]":
    """Build the same convolution over time for features whose channels lie side by side in memory.

    The layer norm after it wants them so, and then nothing has to be laid out anew: on a processor this takes half the
    time of torch's own convolution in one dimension.
    """
    import torch

    weight = conv.weight[:, :, None].contiguous(memory_format=torch.channels_last)

    def forward(values: "torch.Tensor") -> "torch.Tensor":
        clips, channels, time = values.shape
        # told by strides: with a single channel torch could not know which order is meant
        strides = (time * channels, 1, time * channels, channels)
        laid = values.transpose(1, 2).contiguous().as_strided((clips, channels, 1, time), strides)
        stride, padding = (1, conv.stride[0]), (0, conv.padding[0])
        return torch.nn.functional.conv2d(laid, weight, conv.bias, stride, padding, 1, conv.groups)[:, :, 0]

    return forward
