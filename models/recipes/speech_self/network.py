"""The network, its codes, and the contrastive loss over masked frames."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from core.audio_backend import transformers
from models.recipes.speech_tiny.network import CONVOLUTION_WIDTHS, frames_of

DISTRACTORS = 100


def configuration() -> transformers.Wav2Vec2Config:
    """Return the configuration: wav2vec 2.0's kernels and strides, 6 pre-norm layers of width 192, 2 x 96 codes."""
    return transformers.Wav2Vec2Config(
        vocab_size=32, hidden_size=192, num_hidden_layers=6, num_attention_heads=6, intermediate_size=768,
        conv_dim=list(CONVOLUTION_WIDTHS), conv_kernel=[10, 3, 3, 3, 3, 2, 2], conv_stride=[5, 2, 2, 2, 2, 2, 2],
        conv_bias=True, feat_extract_norm="layer", do_stable_layer_norm=True, num_conv_pos_embeddings=64,
        num_conv_pos_embedding_groups=12, hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
        feat_proj_dropout=0.0, feat_quantizer_dropout=0.0, final_dropout=0.0, layerdrop=0.0, mask_time_prob=0.65,
        mask_time_length=10, mask_feature_prob=0.0, num_codevectors_per_group=96, num_codevector_groups=2,
        codevector_dim=128, proj_codevector_dim=128, num_negatives=DISTRACTORS, contrastive_logits_temperature=0.1,
        diversity_loss_weight=0.1, attn_implementation="eager",
    )  # fmt: skip


@dataclass(frozen=True)
class Codes:
    """Quantised frames: codes (clips, frames, groups), vectors (clips, frames, width), and how evenly codes are used.

    `perplexity` is summed over the groups: at most groups times entries.
    """

    codes: torch.Tensor
    vectors: torch.Tensor
    perplexity: torch.Tensor


@dataclass(frozen=True)
class Losses:
    """Contrastive loss a masked frame, its accuracy, and the perplexity of the codes."""

    contrastive: torch.Tensor
    diversity: torch.Tensor
    accuracy: float
    perplexity: float


def quantise(quantiser: Any, features: torch.Tensor, mask: torch.Tensor, temperature: float | None) -> Codes:
    """Give each frame one entry of each group: drawn with Gumbel noise at a temperature, or the best one.

    The same as transformers' quantiser, without its large products of zeros.
    Source: Jang, Gu and Poole 2017, arXiv:1611.01144; Baevski et al. 2020, arXiv:2006.11477.
    """
    groups, entries = quantiser.num_groups, quantiser.num_vars
    logits = quantiser.weight_proj(features).unflatten(-1, (groups, entries))
    if temperature is None:
        chosen = nn.functional.one_hot(logits.argmax(-1), entries).to(logits.dtype)
        soft = chosen
    else:
        chosen = nn.functional.gumbel_softmax(logits, tau=temperature, hard=True)
        soft = torch.softmax(logits, -1)
    book = quantiser.codevectors.view(groups, entries, -1)
    vectors = torch.einsum("btgv,gve->btge", chosen, book).flatten(-2)
    share = soft[mask].mean(0)
    perplexity = torch.exp(-torch.xlogy(share, share).sum(-1)).sum()
    return Codes(chosen.detach().argmax(-1), vectors, perplexity)


class Learner(nn.Module):
    """The pre-training model with a loss that is quicker on a processor than transformers' own, and equals it."""

    def __init__(self) -> None:
        super().__init__()
        self.model = transformers.Wav2Vec2ForPreTraining(configuration())

    def to_working(self) -> "Learner":
        """Turn the convolutions and the blocks to bfloat16; codes and similarities stay in float32."""
        self.model.wav2vec2.bfloat16()
        return self

    def losses(
        self, values: torch.Tensor, mask: torch.Tensor, distractors: torch.Tensor, temperature: float | None
    ) -> Losses:
        """Return the losses of clips (clips, samples) at masked frames (clips, frames).

        distractors: (clips, frames, K) frames of the same clip.
        """
        predicted, codes, targets = self.compared(values, mask, temperature)
        logits = contrasted(predicted, targets, codes.codes, distractors, self.model.config)[mask]
        wanted = torch.zeros(len(logits), dtype=torch.long)
        entries = self.model.config.num_codevectors_per_group * self.model.config.num_codevector_groups
        return Losses(
            nn.functional.cross_entropy(logits, wanted), 1 - codes.perplexity / entries,
            float((logits.detach().argmax(-1) == 0).float().mean()), codes.perplexity.item(),
        )  # fmt: skip

    def compared(
        self, values: torch.Tensor, mask: torch.Tensor, temperature: float | None
    ) -> tuple[torch.Tensor, Codes, torch.Tensor]:
        """Return predictions (clips, frames, width), the codes of all frames, and their projections."""
        body = self.model.wav2vec2
        heard = frames_of(body.feature_extractor, values.to(body.masked_spec_embed.dtype))
        projected, features = body.feature_projection(heard)
        projected = torch.where(mask[..., None], body.masked_spec_embed, projected)
        hidden = body.encoder(projected)[0]
        codes = quantise(self.model.quantizer, features.float(), mask, temperature)
        return self.model.project_hid(hidden.float()), codes, self.model.project_q(codes.vectors)


def contrasted(
    predicted: torch.Tensor, targets: torch.Tensor, codes: torch.Tensor, distractors: torch.Tensor, config: Any
) -> torch.Tensor:
    """Return logits (clips, frames, 1 + K): the truth first, then the distractors, those of the same code at -inf.

    All pairs of one clip are compared at once, then the wanted ones are picked.
    """
    unit = nn.functional.normalize
    similarity = unit(predicted, dim=-1) @ unit(targets, dim=-1).transpose(1, 2)
    same = (codes[:, :, None] == codes[:, None]).all(-1)
    logits = similarity / config.contrastive_logits_temperature
    others = logits.gather(-1, distractors).masked_fill(same.gather(-1, distractors), -torch.inf)
    return torch.cat([logits.diagonal(dim1=1, dim2=2)[..., None], others], -1)
