"""What the tests of families run on: each class of each family, small, with numbers that are not plain; and clips."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.clip import Clip
from core.family import Family, transformers_class
from core.loading import LoadedModel, load_folder
from core.model_spec import ModelSpec
from models import FAMILIES

RATE = 16_000
STABLE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"}
TOWERS = ("ClapModel",)
TEXT = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 32,
    "projection_dim": 16,
}
VARIANTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    *((name, "ctc", STABLE) for name in ("wav2vec2", "hubert", "wavlm", "unispeech-sat")),
    ("wav2vec2", "ctc", {"add_adapter": True, "num_adapter_layers": 2, "output_hidden_size": 24}),
    ("wav2vec2", "ctc", {"adapter_attn_dim": 8, **STABLE}),
    ("wav2vec2", "classifier", {"use_weighted_layer_sum": True}),
    ("wav2vec2", "Wav2Vec2ForPreTraining", {"codevector_dim": 16, "proj_codevector_dim": 16}),
    ("wav2vec2-conformer", "ctc", {"position_embeddings_type": "rotary"}),
    ("wav2vec2-conformer", "ctc", {"position_embeddings_type": "relative"}),
    ("wav2vec2-bert", "ctc", {"add_adapter": True, "use_intermediate_ffn_before_adapter": True}),
    ("wav2vec2-bert", "ctc", {"position_embeddings_type": "rotary"}),
    ("wav2vec2-bert", "ctc", {"position_embeddings_type": "relative"}),
    ("whisper", "WhisperForConditionalGeneration", {}),
    ("whisper", "WhisperModel", {"num_mel_bins": 128}),
    ("whisper", "classifier", {"use_weighted_layer_sum": True}),
    ("clap", "ClapModel", {}),
    ("clap", "bare", {"enable_fusion": True}),
    ("log-mel-cnn", "classifier", {"pooling": "average", "kernel_size": 5, "pools": [[1, 1], [3, 2], [2, 3], [2, 1]]}),
    ("log-mel-crnn", "classifier", {"recurrent_layers": 1, "num_mel_bins": 40}),
)


@dataclass(frozen=True)
class Small:
    """A class of a family and settings that differ from its smallest configuration."""

    family: Family
    class_name: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        told = "-".join(f"{key}={value}" for key, value in self.settings.items())
        return "-".join(part for part in (self.class_name.rpartition(".")[2], told) if part)


@dataclass(frozen=True)
class Pair:
    """A model as transformers built it, its extractor and folder, and the same model as Strata loads it."""

    original: Any
    extractor: Any
    folder: Path
    model: LoadedModel


def _every() -> tuple[Small, ...]:
    # what Strata calls Whisper's bare class is a part that nobody publishes by itself
    plain = [
        Small(family, name)
        for family in FAMILIES.values()
        for name in (family.ctc, family.classifier, family.bare)
        if name and not name.startswith("transformers.")
    ]
    more = [Small(FAMILIES[name], getattr(FAMILIES[name], kind, kind), settings) for name, kind, settings in VARIANTS]
    return (*plain, *more)


EVERY = _every()
ONE_EACH = tuple(next(small for small in EVERY if small.family is family) for family in FAMILIES.values())
SPEAKING = tuple(small for small in EVERY if small.family.ctc == small.class_name)


def config_of(small: Small) -> Any:
    """Build the configuration of a small model."""
    family = small.family
    own = {**family.tiny_config, **small.settings}
    if small.class_name in TOWERS:
        return transformers_class("ClapConfig")(audio_config=own, text_config=TEXT, projection_dim=16)
    return transformers_class(family.config)(**own)


def save(small: Small, folder: Path) -> tuple[Any, Any]:
    """Write a random model in Hugging Face layout; return it and its extractor.

    Norms and biases too are moved off ones and zeros, so that applying one too often or too rarely shows. The
    convolutions on the waveform are left alone: constants there would drown the sound.
    """
    torch.set_num_threads(1)
    module = small.family.random(small.class_name, config_of(small))
    generator = torch.Generator().manual_seed(1)
    for name, part in module.named_parameters():
        if "conv_layers" not in name:
            part.add_(0.1 * torch.randn(part.shape, generator=generator))
    audio = getattr(module.config, "audio_config", module.config)
    extractor = small.family.plain_extractor(audio)
    module.save_pretrained(folder)
    extractor.save_pretrained(folder)
    if small.class_name == small.family.ctc:
        (folder / "vocab.json").write_text(json.dumps({f"s{at}": at for at in range(audio.vocab_size)}))
    return module, extractor


def load(folder: Path, **spec: str) -> LoadedModel:
    """Load a folder as a person would name it."""
    return load_folder(folder, ModelSpec("folder", str(folder), **spec))


def noise(seconds: float, rate: int = RATE, seed: int = 0) -> Clip:
    """Make quiet noise."""
    samples = np.random.default_rng(seed).normal(0, 0.05, max(round(seconds * rate), 1))
    return Clip.of("noise", samples, rate)


def direct(pair: Pair, clip: Clip) -> Any:
    """Call transformers as its own documentation does: extractor, then model; the encoder of a larger model."""
    rate = pair.extractor.sampling_rate
    assert clip.sample_rate == rate
    inputs = pair.extractor(clip.samples.copy(), sampling_rate=rate, return_tensors="pt")
    kind = type(pair.original).__name__
    with torch.no_grad():
        if kind in {"WhisperForConditionalGeneration", "WhisperModel"}:
            return pair.original.get_encoder()(**inputs, output_hidden_states=True, output_attentions=True)
        if pair.model.family.name == "clap":
            encoder = pair.original.audio_model.audio_encoder
            # the extractor calls one clip of a batch longer than it is, by chance; see encode of models/clap.py
            inputs["is_longer"] = torch.zeros(1, 1, dtype=torch.bool)
            return encoder(**inputs, output_hidden_states=True, output_hidden_states_before_downsampling=True)
        return pair.original(**inputs, output_hidden_states=True, output_attentions=True)
