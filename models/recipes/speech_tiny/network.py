"""The network: its configuration, and the second head that training alone needs."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from core.audio_backend import transformers
from models.recipes.speech_tiny.batches import UNKNOWN, Batch
from models.recipes.speech_tiny.phones import vocabulary

CONVOLUTION_WIDTHS = (64, 96, 128, 160, 192, 192, 192)


def configuration() -> transformers.Wav2Vec2Config:
    """Return the configuration: wav2vec 2.0's kernels and strides, 8 pre-norm layers, 6 heads, width 192.

    Layer norms in the convolutions (not the group norm of wav2vec2-base) keep each frame's receptive field exact.
    """
    return transformers.Wav2Vec2Config(
        vocab_size=len(vocabulary()), hidden_size=192, num_hidden_layers=8, num_attention_heads=6,
        intermediate_size=768, conv_dim=list(CONVOLUTION_WIDTHS), conv_kernel=[10, 3, 3, 3, 3, 2, 2],
        conv_stride=[5, 2, 2, 2, 2, 2, 2], conv_bias=True, feat_extract_norm="layer", do_stable_layer_norm=True,
        num_conv_pos_embeddings=64, num_conv_pos_embedding_groups=12, hidden_dropout=0.0, attention_dropout=0.0,
        activation_dropout=0.0, feat_proj_dropout=0.0, final_dropout=0.0, layerdrop=0.0, mask_time_prob=0.0,
        mask_feature_prob=0.0, ctc_loss_reduction="mean", ctc_zero_infinity=True, pad_token_id=0, bos_token_id=None,
        eos_token_id=None, attn_implementation="eager",
    )  # fmt: skip


@dataclass(frozen=True)
class Losses:
    """CTC loss per phone, frame-wise cross-entropy and the share of frames named rightly."""

    ctc: torch.Tensor
    frames: torch.Tensor
    accuracy: float


class Student(nn.Module):
    """The recogniser and a head that names the phone of each frame, which is left behind when training ends."""

    def __init__(self) -> None:
        super().__init__()
        self.recogniser = transformers.Wav2Vec2ForCTC(configuration())
        self.frame_head = nn.Linear(self.recogniser.config.hidden_size, self.recogniser.config.vocab_size)

    def losses(self, batch: Batch) -> Losses:
        """Return both losses of a batch; the losses themselves are computed in float32."""
        hidden = self._hidden(batch)
        logits = self.recogniser.lm_head(hidden).float()
        named = self.frame_head(hidden).float()
        counts = self.recogniser._get_feat_extract_output_lengths(batch.attention_mask.sum(-1))
        known = batch.frames[:, : named.shape[1]] != UNKNOWN
        right = named.argmax(-1)[known] == batch.frames[:, : named.shape[1]][known]
        return Losses(
            _ctc(logits, counts, batch.labels),
            _cross_entropy(named[known], batch.frames[:, : named.shape[1]][known]),
            float(right.float().mean()) if known.any() else 0.0,
        )

    def _hidden(self, batch: Batch) -> torch.Tensor:
        """Return the last hidden states (clips, frames, width)."""
        body = self.recogniser.wav2vec2
        frames = frames_of(body.feature_extractor, batch.input_values.to(self.frame_head.weight.dtype))
        mask = body._get_feature_vector_attention_mask(frames.shape[1], batch.attention_mask, add_adapter=False)
        projected, _ = body.feature_projection(frames)
        return body.encoder(projected, attention_mask=mask)[0]


def frames_of(encoder: nn.Module, values: torch.Tensor) -> torch.Tensor:
    """Return what the convolutions make of sound (clips, samples): (clips, frames, width).

    The same numbers as transformers' own loop over the layers, at half the cost on a processor: width stays the last
    axis in memory, so that neither the layer norms nor the activations have to turn the sound over.
    """
    frames = values[:, :, None]
    layers: Any = encoder.conv_layers
    for layer in layers:
        image = frames.transpose(1, 2).unsqueeze(2).contiguous(memory_format=torch.channels_last)
        kernel = layer.conv.weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        made = nn.functional.conv2d(image, kernel, layer.conv.bias, stride=(1, layer.conv.stride[0]))
        frames = layer.activation(layer.layer_norm(made.squeeze(2).transpose(1, 2)))
    return frames


def _ctc(logits: torch.Tensor, counts: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    present = labels != UNKNOWN
    return nn.functional.ctc_loss(
        nn.functional.log_softmax(logits, -1).transpose(0, 1), labels[present], counts, present.sum(-1), blank=0,
        reduction="sum", zero_infinity=True,
    ) / present.sum()  # fmt: skip


def _cross_entropy(named: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    if not len(wanted):
        return named.sum() * 0.0
    return nn.functional.cross_entropy(named, wanted, label_smoothing=0.05)
