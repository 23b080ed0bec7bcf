"""Load a checkpoint once, with nothing in it that could run, and lend it out safely."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.checkpoint import PREPROCESSOR, Blueprint, damaged, mismatch
from core.clip import Clip
from core.errors import ClipError, ModelError
from core.family import Family, known_families, transformers_class
from core.model_spec import ModelCard, ModelSpec
from core.progress import Report, silent
from core.resample import resampled
from core.skeleton import FAULTS, check_size, first_line
from core.sources import inspect_folder, resolve
from core.text import _
from core.turns import Turns

if TYPE_CHECKING:
    import torch

# what an extractor counts in, and more than any has; some build tables of this size when they are made
EXTRACTED = {"sampling_rate": 192_000, "feature_size": 1_000, "num_mel_bins": 1_000, "hop_length": 100_000} | {
    "n_fft": 100_000, "fft_window_size": 100_000, "chunk_length": 1_000, "max_length_s": 1_000, "max_length": 100_000,
    "stride": 100, "window_length": 100_000,
}  # fmt: skip
ADDITIONS = "strata.json"  # says what fine-tuning added, where transformers has no class that could hold it
LONGEST_TITLE = 80
AUDIOSET_CLASSES = 527  # its checkpoints do not say that several classes can be true at once


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A frozen model in evaluation mode, shared by all sessions; used only through ``exclusive``."""

    spec: ModelSpec
    family: Family
    module: "torch.nn.Module"
    extractor: Any
    card: ModelCard
    _lock: Turns = field(default_factory=Turns, repr=False)

    @contextmanager
    def exclusive(self) -> "Iterator[torch.nn.Module]":
        """Lend the module to one caller at a time, in the order of asking; hooks and gradients do not bear company.

        Long work borrows it for one pass after the other, so that others need not wait for all of it.
        """
        with self._lock:
            yield self.module

    def samples(self, clip: Clip) -> Float32[np.ndarray, " time"]:
        """Bring a clip to the model's rate; ClipError where it is shorter than a frame or too long at once.

        One sample too many, which a change of rate may add, is left out.
        """
        samples = resampled(clip, self.card.sample_rate)
        fewest = self.family.fewest(self.extractor, self.module.config)
        if samples.size < fewest:
            raise ClipError(
                _("{name} is {found:.0f} ms long.").format(name=clip.name, found=1000 * clip.seconds),
                hint=_("{model} needs at least {least:.0f} ms. Choose a longer sound.").format(
                    model=self.card.title, least=1000 * fewest / self.card.sample_rate
                ),
            )
        longest = self.family.longest(self.extractor, self.module.config)
        if samples.size > longest * self.card.sample_rate + 1:
            raise ClipError(
                _("{name} is {found:.1f} s long.").format(name=clip.name, found=clip.seconds),
                hint=_("{model} hears at most {most:g} s at once. Choose a shorter part of it.").format(
                    model=self.card.title, most=longest
                ),
            )
        return samples[: round(longest * self.card.sample_rate)]

    def inputs(self, clip: Clip) -> "dict[str, torch.Tensor]":
        """Turn a clip into what the module is called with: a batch of one, on its device, in its type."""
        return self.placed(self.family.encode(self.extractor, self.samples(clip)))

    def placed(self, inputs: "Mapping[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
        """Move inputs to the module's device; those that are not whole numbers also to its type."""
        like = next(self.module.parameters())
        return {
            name: value.to(like.device, like.dtype if value.is_floating_point() else value.dtype)
            for name, value in inputs.items()
        }


def load_model(spec: ModelSpec, report: Report = silent) -> LoadedModel:
    """Find a checkpoint, downloading it where it has to be, and load it; ModelError in words for a person."""
    return load_folder(resolve(spec, report), spec)


def load_folder(folder: Path, spec: ModelSpec) -> LoadedModel:
    """Load a checkpoint from a local folder: safetensors only, no code; ModelError where anything is not as it says."""
    import torch

    blueprint, header = inspect_folder(spec.name, folder)
    family = known_families()[blueprint.family.name]
    named = family.class_for(_architecture(folder), header)
    check_size(blueprint, header, transformers_class(named), folder)
    module = _module(folder, spec, family, named)
    extractor = _extractor(folder, family, module.config)
    module = module.to(torch.device(spec.device)).eval().requires_grad_(False)
    card = _card(folder, spec, family, named, module, extractor, blueprint)
    found = LoadedModel(spec, family, module, extractor, card)
    if not (folder / ADDITIONS).is_file():
        return found
    from core.finetuning.additions import complete

    return complete(found, folder)


def _architecture(folder: Path) -> str:
    named = _json(folder / "config.json").get("architectures") or [""]
    return str(named[0])


def _module(folder: Path, spec: ModelSpec, family: Family, named: str) -> "torch.nn.Module":
    import torch
    from safetensors import SafetensorError

    try:
        module, told = transformers_class(named).from_pretrained(
            folder,
            dtype=getattr(torch, spec.dtype),
            attn_implementation="eager",
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            key_mapping=dict(family.key_mapping) if family.key_mapping and named == family.bare else None,
        )
    except (SafetensorError, *FAULTS) as cause:
        raise damaged(spec.name, first_line(cause)) from cause
    _check(spec.name, family, told)
    return module


def _check(name: str, family: Family, told: Mapping[str, Any]) -> None:
    """Refuse a model of which some part would be left at random numbers."""
    wrong = [str(entry[0] if isinstance(entry, (tuple, list)) else entry) for entry in told.get("mismatched_keys", ())]
    if wrong:
        raise mismatch(name, _("{key} has another shape").format(key=sorted(wrong)[0]))
    absent = sorted(key for key in told.get("missing_keys", ()) if not key.endswith(family.dispensable))
    if absent:
        raise mismatch(name, _("{key} is missing").format(key=absent[0]))


def _extractor(folder: Path, family: Family, config: Any) -> Any:
    own = _json(folder / PREPROCESSOR)
    settings = own or _json(folder / "processor_config.json").get("feature_extractor", {})
    if not isinstance(settings, dict) or not settings:
        return family.plain_extractor(config)
    _check_counts(folder.name, settings)
    try:
        return transformers_class(family.extractor).from_pretrained(folder, local_files_only=True)
    except FAULTS as cause:
        raise damaged(folder.name, first_line(cause)) from cause


def _check_counts(name: str, settings: Mapping[str, Any]) -> None:
    """Refuse an extractor that counts in anything but whole numbers, or in so many that memory would not do."""
    for key, most in EXTRACTED.items():
        value = settings.get(key)
        if value is not None and (type(value) is not int or not 0 < value <= most):
            detail = _("{file} gives {value} as number of {what}")
            raise damaged(name, detail.format(file=PREPROCESSOR, value=repr(value)[:40], what=key))


def _card(
    folder: Path,
    spec: ModelSpec,
    family: Family,
    named: str,
    module: "torch.nn.Module",
    extractor: Any,
    blueprint: Blueprint,
) -> ModelCard:
    config: Any = module.config
    shape = family.shape(config)
    speaks, classifies = named == family.ctc, named == family.classifier
    symbols, blank = _symbols(folder, config) if speaks else ((), -1)
    labels = tuple(str(config.id2label[at]) for at in range(config.num_labels)) if classifies else ()
    several = getattr(config, "problem_type", None) == "multi_label_classification" or len(labels) == AUDIOSET_CLASSES
    return ModelCard(
        title=_title(folder, spec),
        family_title=_(family.title),
        layers=shape.layers,
        heads=shape.heads,
        width=shape.width,
        parameters=sum(part.numel() for part in module.parameters()),
        sample_rate=int(extractor.sampling_rate),
        shortest=family.fewest(extractor, config) / extractor.sampling_rate,
        longest=family.longest(extractor, config),
        licence=_front_matter(folder, "license"),
        summary=_(family.summary),
        symbols=symbols,
        blank=blank,
        labels=labels,
        speaks=speaks,
        classifies=classifies,
        attends=family.attends,
        multi_label=classifies and several,
        expects=bool(named) and named == family.pretraining,
    )


def _title(folder: Path, spec: ModelSpec) -> str:
    """Name a model for people: what was taught here is called as its model card says."""
    if spec.source in {"bundled", "hub"}:
        return spec.name
    told = _front_matter(folder, "model_name").strip("\"'")[:LONGEST_TITLE]
    return told if told and told.isprintable() else folder.name if spec.source == "folder" else spec.name[:8]


def _symbols(folder: Path, config: Any) -> tuple[tuple[str, ...], int]:
    """Read the CTC vocabulary in the order of classes; classes without a name are numbered."""
    table = _json(folder / "vocab.json")
    if not table:
        table = _json(folder / "tokenizer.json").get("model", {}).get("vocab", {})
    if table and all(isinstance(value, dict) for value in table.values()):
        table = next(iter(table.values()))
    names = {int(place): str(name) for name, place in table.items() if isinstance(place, int)}
    added = _json(folder / "added_tokens.json")
    names |= {int(place): str(name) for name, place in added.items() if isinstance(place, int)}
    symbols = tuple(names.get(place, f"<{place}>") for place in range(config.vocab_size))
    return symbols, int(config.pad_token_id or 0)


def _front_matter(folder: Path, key: str) -> str:
    card = folder / "README.md"
    lines = card.read_text("utf-8", errors="replace").splitlines()[:60] if card.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:")), "")


def _json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError) as cause:
        raise damaged(path.parent.name, _("{file} is not JSON").format(file=path.name)) from cause
    if not isinstance(found, dict):
        raise ModelError(_("{file} does not hold a table.").format(file=path.name), hint=_("Download the model again."))
    return found
