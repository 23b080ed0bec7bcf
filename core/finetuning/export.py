"""Write a taught copy as a folder that transformers and Strata open: safetensors and JSON, no code and no pickles."""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.catalogue import family_of
from core.checkpoint import CONFIG, WEIGHTS
from core.clip import Clip
from core.dataset.prepared import PreparedSet
from core.family import Family, transformers_class
from core.finetuning import additions, card
from core.finetuning.additions import Added
from core.finetuning.disk import plain_errors
from core.finetuning.heads.layer_weighted import LayerWeightedHead, native_weights
from core.finetuning.outcome import Outcome
from core.finetuning.strategies import strategies
from core.resample import resampled

if TYPE_CHECKING:
    import torch

    from core.finetuning.pupil import Pupil
    from core.loading import LoadedModel

CLOSE = 1e-4  # logits may differ by so much, times the largest of them where that is above 1
COMPARED = 4  # clips on which they are compared
MERGED = "linear"  # how a copy whose parts are merged into its weights is put together again


@dataclass(frozen=True)
class Exported:
    """How a taught copy was written.

    native      transformers alone opens it with its head; else Strata is needed for the head
    difference  largest difference of a logit between the copy and the class of transformers, where that was tried
    """

    native: bool
    difference: float | None


def save(pupil: "Pupil", folder: Path, model: "LoadedModel", data: PreparedSet, outcome: Outcome) -> Exported:
    """Write a taught copy with its model card; what its strategy attached is merged if that is possible exactly.

    model  that it was copied from; the held-out sounds of the first division show whether transformers agrees
    """
    clips = [data.clip(index) for index in outcome.divisions[0].test[:COMPARED]]
    return write(pupil, folder, lambda native: card.text(outcome, data, model.card, native), clips)


def write(pupil: "Pupil", folder: Path, readme: Callable[[bool], str], clips: Sequence[Clip]) -> Exported:
    """Write the copy into a folder, in place of what was there.

    readme  writes the model card, given whether transformers alone opens the copy
    clips   real ones on which the class of transformers has to give the same logits (up to 4 are used); without any,
            it is not trusted

    OSError where the disk is full; nothing is left behind then, and what was there stays.
    """
    said = [logits(pupil, clip) for clip in clips[:COMPARED]]
    merged = strategies()[pupil.parts["strategy"]].fold(pupil)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        with plain_errors():
            exported = _write(pupil, part, merged, clips[:COMPARED], said)
        pupil.extractor.save_pretrained(part)
        (part / "README.md").write_text(readme(exported.native), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return exported


def logits(pupil: "Pupil", clip: Clip) -> "torch.Tensor":
    """Ask a pupil about one clip: (classes,), float32 on the processor."""
    return _asked(pupil.module, pupil.family, pupil.extractor, clip)


def zip_of(folder: Path, smaller: bool = False) -> bytes:
    """Pack a folder for a download, made smaller or only stored: safetensors would hardly get smaller."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED if smaller else zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def _asked(module: Any, family: Family, extractor: Any, clip: Clip) -> "torch.Tensor":
    import torch

    samples = resampled(clip, int(extractor.sampling_rate))
    samples = samples[: round(family.longest(extractor, module.config) * extractor.sampling_rate)]
    like = next(module.parameters())
    inputs = {
        name: value.to(like.device, like.dtype if value.is_floating_point() else value.dtype)
        for name, value in family.encode(extractor, samples).items()
    }
    was_training = module.training
    module.eval()
    with torch.no_grad(), family.around(module):
        said = module(**inputs).logits[0].float().cpu()
    module.train(was_training)
    return said


def _write(
    pupil: "Pupil", folder: Path, merged: bool, clips: Sequence[Clip], said: "Sequence[torch.Tensor]"
) -> Exported:
    native = _native(pupil) if merged and clips else None
    difference = None
    if native is not None:
        plain = transformers_plain(pupil.family)
        theirs = [_asked(native, plain, pupil.extractor, clip) for clip in clips]
        differences = [float((a - b).abs().max()) for a, b in zip(said, theirs, strict=True)]
        largest = max(1.0, *(float(values.abs().max()) for values in said))
        difference = max(differences)
        if difference <= CLOSE * largest:
            native.save_pretrained(folder)
            return Exported(True, difference)
    _write_bare(pupil, folder)
    strategy, options = pupil.parts["strategy"], pupil.parts["options"]
    head: Any = pupil.module.head
    if merged and strategy != MERGED and isinstance(head, LayerWeightedHead):
        # its parts are in the weights already and must not be put on once more; a head of its own must
        strategy, options = MERGED, {}
    additions.write(pupil, Added(strategy, pupil.labels, dict(options)), folder)
    return Exported(False, difference)


def transformers_plain(family: Family) -> Family:
    """Describe a family whose inputs are those of transformers alone."""
    return replace(family, encode=getattr(family.encode, "plain", family.encode))


def _native(pupil: "Pupil") -> Any:
    """Build the classifier of transformers with the copy's numbers; None where it has no place for all of them."""
    module: Any = pupil.module
    head, base, classifier = module.head, module.base, pupil.family.classifier
    if not classifier or not isinstance(head, LayerWeightedHead):
        return None
    config = deepcopy(base.config)
    layers = pupil.family.shape(config).layers
    config.use_weighted_layer_sum = len(head.reads) == layers + 1
    config.classifier_proj_size = head.classifier.in_features
    if not config.use_weighted_layer_sum and head.reads != (layers,):
        return None
    native = transformers_class(classifier)._from_config(config, attn_implementation="eager").eval()
    kind = transformers_class(pupil.family.bare)
    place = next((name for name, part in native.named_modules() if isinstance(part, kind)), "")
    weights = {f"{place}.{name}": value.cpu() for name, value in base.state_dict().items()} | native_weights(head)
    if not config.use_weighted_layer_sum:
        weights.pop("layer_weights")
    own = native.state_dict()
    if weights.keys() != own.keys() or any(own[name].shape != value.shape for name, value in weights.items()):
        return None
    native.load_state_dict(weights)
    return native


def _write_bare(pupil: "Pupil", folder: Path) -> None:
    """Write the encoder without its head, under names by which its family finds it again."""
    from safetensors.torch import save_file

    module: Any = pupil.module
    base = module.base
    names = additions.bare_names(base)
    prefix = _prefix(pupil.family, base.config)
    numbers = {
        prefix + name: value.detach().cpu().contiguous().clone()
        for name, value in base.state_dict().items()
        if f"base.{name}" in names
    }
    save_file(numbers, folder / WEIGHTS, {"format": "pt"})
    config = deepcopy(base.config)
    config.architectures = [pupil.family.bare.rpartition(".")[2]]
    (folder / CONFIG).write_text(config.to_json_string(), "utf-8")


def _prefix(family: Family, config: Any) -> str:
    """Give the part of the names that the family takes away when it loads the bare encoder."""
    entry = family_of(config.model_type)
    for part in entry.parts if entry else ():
        if any(re.sub(pattern, to, part) == "" for pattern, to in family.key_mapping.items()):
            return part
    return ""
