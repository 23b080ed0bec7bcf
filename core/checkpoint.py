"""What a checkpoint's small files say of it, read as plain JSON before any weight is touched or any code is run."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from core.catalogue import FamilyEntry, families, family_of
from core.errors import ModelError
from core.text import _

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SMALL = (
    CONFIG,
    PREPROCESSOR,
    "processor_config.json",
    "vocab.json",
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "README.md",
)
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
SHARD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}\.safetensors")
LARGEST_JSON = 32_000_000  # bytes; a tokenizer of many languages has 17 MB
LARGEST_HEADER = 25_000_000  # bytes, the bound that the hub's own client uses
LARGEST = {"layers": 1_000, "heads": 1_000, "width": 100_000, "num_adapter_layers": 100, "num_feat_extract_layers": 100}
LONGEST = 100  # numbers in one list of a configuration
MOST = 1_000_000  # of anything else that a configuration counts
COUNTED = (
    *("conv_dim", "conv_kernel", "conv_stride", "num_feat_extract_layers", "num_adapter_layers", "intermediate_size"),
    *("num_conv_pos_embeddings", "vocab_size", "patch_size", "max_length", "max_source_positions", "num_mel_bins"),
    *("widths", "kernel_size", "recurrent_width", "recurrent_layers"),
)

# fmt: off
AUDIO_TYPES = {
    "bark", "canary", "clvp", "cohere_asr", "csm", "dac", "dia", "encodec", "fastspeech2_conformer", "lasr_ctc",
    "kyutai_speech_to_text", "mctct", "mimi", "moonshine", "musicgen", "musicgen_melody", "parakeet_ctc", "pop2piano",
    "seamless_m4t", "seamless_m4t_v2", "sew-d", "speech-encoder-decoder", "speech_to_text", "speecht5", "unispeech",
    "univnet", "vits", "voxtral", "xcodec",
}
AUDIO_TASKS = {
    "audio-classification", "audio-to-audio", "automatic-speech-recognition", "text-to-speech", "text-to-audio",
    "voice-activity-detection", "zero-shot-audio-classification",
}
# fmt: on

Header = Mapping[str, tuple[str, tuple[int, ...]]]
"""Name of each tensor -> its type as safetensors writes it, and its shape."""


@dataclass(frozen=True)
class Blueprint:
    """What the configuration says the model is.

    name    of the checkpoint, for sentences
    config  the part of config.json that describes the audio model
    blocks  what the weights count as layers; differs from ``layers`` where layers are grouped in stages
    heads   in one layer, the most where layers differ; 0 where there is no attention
    """

    name: str
    family: FamilyEntry
    config: Mapping[str, Any]
    layers: int
    blocks: int
    heads: int
    width: int
    speaks: bool
    classifies: bool

    def whole(self, key: str, default: int) -> int:
        """Read one positive whole number of the configuration; ModelError where it is anything else."""
        return self.wholes(key, [default])[0]

    def wholes(self, key: str, default: list[int]) -> tuple[int, ...]:
        """Read positive whole numbers of the configuration; ModelError where they are anything else."""
        return _counts(self.name, key, self.config.get(key, default))

    def pools(self) -> tuple[tuple[int, int], ...]:
        """Read how many bands and columns each convolution gathers into one; ModelError where that is not said."""
        found = self.config.get("pools")
        pairs = [_counts(self.name, "pools", pair) for pair in found] if isinstance(found, list) else []
        if len(pairs) != len(self.wholes("widths", [])) or any(len(pair) != 2 for pair in pairs):
            raise _odd(self.name, "pools", found)
        return tuple((bands, columns) for bands, columns in pairs)


def parse_json(name: str, file: str, data: bytes) -> dict[str, Any]:
    """Read one of a checkpoint's JSON files; ModelError where it is not an object."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as cause:
        raise damaged(name, _("{file} is not readable JSON").format(file=file)) from cause
    if not isinstance(content, dict):
        raise damaged(name, _("{file} is not readable JSON").format(file=file))
    return content


def damaged(name: str, detail: str) -> ModelError:
    """Say that a checkpoint's files are broken."""
    return ModelError(
        _("The files of {name} are damaged: {detail}.").format(name=name, detail=detail),
        hint=_("Get a fresh copy of it, or choose another model."),
    )


def mismatch(name: str, detail: str) -> ModelError:
    """Say that weights and configuration belong to different models."""
    return ModelError(
        _("The weights of {name} do not match its configuration: {detail}.").format(name=name, detail=detail),
        hint=_("Choose another model, or get config.json and the weights from the same place."),
    )


def choose_weights(name: str, files: Iterable[str]) -> str:
    """Pick the file that leads to the weights; ModelError where there are only pickles, or nothing."""
    present = set(files)
    for candidate in (WEIGHTS, INDEX):
        if candidate in present:
            return candidate
    if any(file.endswith(PICKLES) for file in present):
        raise ModelError(
            _("{name} holds its weights only as pickles, which can run programs when they are opened.").format(
                name=name
            ),
            hint=_("Strata opens safetensors only. Look for a version of this model that has model.safetensors."),
        )
    raise ModelError(
        _("{name} holds no weights that Strata can open.").format(name=name),
        hint=_("A model needs config.json and model.safetensors side by side."),
    )


def shards(name: str, index: Mapping[str, Any], files: Iterable[str]) -> tuple[str, ...]:
    """List the weight files that an index names; only plain names of files that are there are accepted."""
    table = index.get("weight_map")
    named = (
        set(table.values()) if isinstance(table, dict) and all(isinstance(v, str) for v in table.values()) else set()
    )
    if not named or not all(SHARD.fullmatch(file) for file in named):
        raise damaged(name, _("{file} does not name its weight files").format(file=INDEX))
    if missing := named - set(files):
        raise damaged(name, _("{file} is missing").format(file=min(missing)))
    return tuple(sorted(named))


def examine(name: str, config: Mapping[str, Any], preprocessor: Mapping[str, Any], task: str = "") -> Blueprint:
    """Read what a model is from its configuration; ModelError where Strata cannot or will not load it."""
    if "auto_map" in config or "auto_map" in preprocessor:
        raise ModelError(
            _("{name} works only with program code of its own.").format(name=name),
            hint=_("Strata never runs code that comes with a model. Choose a model of one of its families."),
        )
    model_type = config.get("model_type")
    if not isinstance(model_type, str):
        raise damaged(name, _("{file} does not say what kind of model it is").format(file=CONFIG))
    family = family_of(model_type)
    if family is None:
        raise _unknown(name, model_type, _is_audio(config, preprocessor, task))
    return _blueprint(name, family, config)


def _unknown(name: str, model_type: str, audio: bool) -> ModelError:
    kind = repr(model_type[:40])
    if not audio:
        return ModelError(
            _("{name} is not an audio model: its kind is {kind}.").format(name=name, kind=kind),
            hint=_("Choose a model that listens to sound, such as a wav2vec 2.0 or a Whisper."),
        )
    titles = ", ".join(entry.title for entry in families())
    return ModelError(
        _("{name} is an audio model of a kind that Strata does not know: {kind}.").format(name=name, kind=kind),
        hint=_("These kinds work: {titles}.").format(titles=titles),
    )


def _is_audio(config: Mapping[str, Any], preprocessor: Mapping[str, Any], task: str) -> bool:
    rates = any("sampling_rate" in part or "audio_config" in part for part in (config, preprocessor))
    return rates or config["model_type"] in AUDIO_TYPES or task in AUDIO_TASKS


def _blueprint(name: str, family: FamilyEntry, config: Mapping[str, Any]) -> Blueprint:
    named = config.get("architectures")
    architectures = [str(entry) for entry in named] if isinstance(named, list) else []
    audio = config.get("audio_config", config)
    if not isinstance(audio, dict):
        raise damaged(name, _("{file} does not describe the audio part").format(file=CONFIG))
    depths = audio.get("depths", [2, 2, 6, 2]) if family.layout == "stages" else None
    layers = depths or audio.get("encoder_layers", audio.get("num_hidden_layers"))
    plain = audio.get("num_attention_heads", [4, 8, 16, 32] if depths else None)
    heads = audio.get("encoder_attention_heads", plain)
    width = audio.get("d_model", audio.get("hidden_size", 768 if depths else None))
    for key in COUNTED:
        if audio.get(key) is not None:
            _counts(name, key, audio[key])
    return Blueprint(
        name=name,
        family=family,
        config=audio,
        layers=sum(_counts(name, "layers", layers)),
        blocks=len(depths) if isinstance(depths, list) else _counts(name, "layers", layers)[0],
        heads=0 if family.layout == "maps" else max(_counts(name, "heads", heads)),
        width=max(_counts(name, "width", width)),
        speaks=any(entry.endswith("ForCTC") for entry in architectures),
        classifies=any(
            entry.endswith(("ForSequenceClassification", "ForAudioClassification")) for entry in architectures
        ),
    )


def _counts(name: str, what: str, value: object) -> tuple[int, ...]:
    """Accept one positive count or a list of them, within what a model can have."""
    counts = [count for count in (value if isinstance(value, list) else [value]) if type(count) is int]
    listed = len(value) if isinstance(value, list) else 1
    if (
        not counts
        or listed > LONGEST
        or len(counts) != listed
        or not all(0 < count <= LARGEST.get(what, MOST) for count in counts)
    ):
        raise _odd(name, what, value)
    return tuple(counts)


def _odd(name: str, what: str, value: object) -> ModelError:
    said = _("{file} gives {value} as number of {what}")
    return damaged(name, said.format(file=CONFIG, value=repr(value)[:40], what=what))


def parse_header(name: str, file: str, data: bytes, size: int) -> Header:
    """Read the table of contents of a safetensors file and check that it describes all of the file.

    data  the start of the file: its first 8 bytes (how long the table is) and the table
    size  bytes of the whole file
    """
    length = int.from_bytes(data[:8], "little")
    content = parse_json(name, file, data[8 : 8 + length]) if length <= LARGEST_HEADER else {}
    content.pop("__metadata__", None)
    try:
        header = {key: (entry["dtype"], tuple(entry["shape"])) for key, entry in content.items()}
        spans = [end - start - _bytes(*header[key]) for key, (start, end) in _offsets(content)]
        end = max(end for _key, (_start, end) in _offsets(content))
    except (TypeError, KeyError, ValueError) as cause:
        raise damaged(name, _("{file} has no table of contents").format(file=file)) from cause
    if any(spans):
        raise damaged(name, _("{file} contradicts itself").format(file=file))
    if size != 8 + length + end:
        raise damaged(name, _("{file} is cut short").format(file=file))
    return header


def _offsets(content: Mapping[str, Any]) -> Iterable[tuple[str, tuple[int, int]]]:
    return ((key, (entry["data_offsets"][0], entry["data_offsets"][1])) for key, entry in content.items())


def _bytes(dtype: str, shape: tuple[int, ...]) -> int:
    bits = re.search(r"\d+", dtype)
    if any(not isinstance(size, int) or size < 0 for size in shape):
        raise ValueError(shape)
    return prod(shape) * (int(bits[0]) if bits else 8) // 8


def read_header(name: str, path: Path) -> Header:
    """Read the table of contents of a safetensors file on this computer."""
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        data = start + (file.read(length) if length <= LARGEST_HEADER else b"")
    return parse_header(name, path.name, data, path.stat().st_size)


def loaded_part(blueprint: Blueprint, header: Header) -> Header:
    """Keep the tensors that Strata loads; a text tower or a decoder stays on disk."""
    parts = blueprint.family.parts
    return {key: entry for key, entry in header.items() if not parts or key.startswith(parts)}


def compare(name: str, blueprint: Blueprint, header: Header) -> None:
    """Refuse weights that cannot be those of the configuration: another depth, another width."""
    part = loaded_part(blueprint, header)
    found = [
        re.search(r"(?:^|\.)layers?\.(\d+)\.", key) for key in part if "adapter." not in key and "pos_conv" not in key
    ]
    deepest = max((int(match[1]) for match in found if match), default=-1) + 1
    if deepest != blueprint.blocks:
        raise mismatch(name, _("{found} layers instead of {said}").format(found=deepest, said=blueprint.blocks))
    # of a recurrent layer that reads both ways, the weights have three rows for each number of one way
    wide = {blueprint.width, 3 * blueprint.config.get("recurrent_width", 0) or blueprint.width}
    if not any(wide.intersection(shape) for _dtype, shape in part.values()):
        raise mismatch(name, _("none of them is {width} wide").format(width=blueprint.width))
