"""What fine-tuning added to a model where no class of transformers can hold it: written beside it, and put back on."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from core.checkpoint import LARGEST_JSON, damaged, mismatch, parse_json, read_header
from core.errors import ModelError
from core.finetuning.records import built, plain
from core.loading import ADDITIONS, LoadedModel
from core.skeleton import FAULTS, first_line
from core.text import _

if TYPE_CHECKING:
    import torch

    from core.finetuning.pupil import Pupil

FORMAT = 1
TENSORS = "strata.safetensors"
MOST_CLASSES = 1_000
DTYPE = "F32"  # in which every added number is kept


@dataclass(frozen=True)
class Added:
    """What was added: enough, with its numbers, to build it again.

    strategy, options  whose ``attach`` puts the parts on; plain values
    labels             the classes
    """

    strategy: str
    labels: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT


def added_numbers(pupil: "Pupil") -> "dict[str, torch.Tensor]":
    """Collect the numbers of a pupil that its bare encoder does not have: head, adapters; on the processor, float32."""
    bare = bare_names(pupil.module.base)
    return {
        name: value.detach().float().cpu().contiguous().clone()
        for name, value in pupil.module.state_dict().items()
        if name not in bare
    }


def bare_names(base: Any) -> set[str]:
    """List the numbers of an encoder as it is without anything added, under the names that they have in a pupil."""
    import torch

    with torch.device("meta"):
        return {f"base.{name}" for name in type(base)._from_config(deepcopy(base.config)).state_dict()}


def write(pupil: "Pupil", added: Added, folder: Path) -> None:
    """Write what was added: a table, and its numbers as safetensors."""
    from safetensors.torch import save_file

    save_file(added_numbers(pupil), folder / TENSORS, {"format": "pt"})
    (folder / ADDITIONS).write_text(json.dumps(plain(added), ensure_ascii=False, indent=1), "utf-8")


def complete(model: LoadedModel, folder: Path) -> LoadedModel:
    """Put on a loaded encoder what its folder says was added.

    Only strategies that Strata has are built, first without memory: where names or sizes of the numbers differ from
    what is described, nothing is allocated. ModelError in words for a person.
    """
    import torch

    from core.finetuning import pupils

    name = model.card.title
    added = _read(name, folder)
    parts = (added.labels, added.strategy, dict(added.options))
    base: Any = pupils.bare(model.family, model.module)
    try:
        with torch.device("meta"):
            # some models make single numbers elsewhere, whatever the device
            empty = type(base)._from_config(deepcopy(base.config)).to("meta")
            sketch = pupils.assemble(model.family, model.extractor, empty, *parts)
        _compare(name, folder, sketch)
        with torch.random.fork_rng(devices=[]):
            pupil = pupils.assemble(model.family, model.extractor, base, *parts)
    except FAULTS as cause:
        raise damaged(name, first_line(cause)) from cause
    _fill(name, pupil, folder)
    module: Any = pupil.module
    pupils.attend(module.base, "eager")
    module = module.to(getattr(torch, model.spec.dtype)).to(model.spec.device).eval().requires_grad_(False)
    numbers = sum(part.numel() for part in module.parameters())
    card = replace(
        model.card, labels=added.labels, classifies=True, speaks=False, symbols=(), blank=-1, parameters=numbers
    )
    return LoadedModel(model.spec, pupil.family, module, model.extractor, card)


def _read(name: str, folder: Path) -> Added:
    from core.finetuning.strategies import strategies

    path = folder / ADDITIONS
    if path.stat().st_size > LARGEST_JSON:
        raise damaged(name, _("{file} is larger than such a file can be").format(file=ADDITIONS))
    try:
        added: Added = built(Added, parse_json(name, ADDITIONS, path.read_bytes()))
    except ValueError as cause:
        raise damaged(name, f"{ADDITIONS}: {cause}"[:100]) from cause
    if added.format != FORMAT or added.strategy not in strategies():
        raise ModelError(
            _("{name} was fine-tuned in a way that this version of Strata does not know: {part}.").format(
                name=name, part=repr(added.strategy[:40])
            ),
            hint=_("Get a newer version of Strata, or choose another model."),
        )
    if not 1 < len(added.labels) <= MOST_CLASSES or len(set(added.labels)) != len(added.labels):
        raise damaged(name, _("{file} does not name its classes").format(file=ADDITIONS))
    check_options(name, strategies()[added.strategy].options, added.options)
    return added


def check_options(name: str, kind: type[Any], options: Mapping[str, Any]) -> None:
    """Refuse options that a form would not have allowed: other names, other types, beyond their bounds."""
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    bounds = {part.name: part.metadata for part in fields(kind)} if hints else {}
    try:
        for option, value in options.items():
            built(hints[option], list(value) if isinstance(value, tuple) else value, option)
            least, most = bounds[option].get("least"), bounds[option].get("most")
            if (least is not None and value < least) or (most is not None and value > most):
                raise ValueError(f"{option}: {value!r:.40}")
    except (KeyError, ValueError) as cause:
        raise damaged(name, f"{ADDITIONS}: {cause}"[:100]) from cause


def _compare(name: str, folder: Path, sketch: "Pupil") -> None:
    if not (folder / TENSORS).is_file():
        raise damaged(name, _("{file} is missing").format(file=TENSORS))
    header = read_header(name, folder / TENSORS)
    own = bare_names(sketch.module.base)
    wanted = {key: tuple(value.shape) for key, value in sketch.module.state_dict().items() if key not in own}
    if wrong := sorted(set(wanted) ^ set(header)):
        state = _("{key} is missing") if wrong[0] in wanted else _("{key} has no place")
        raise mismatch(name, state.format(key=wrong[0]))
    for key, shape in wanted.items():
        if header[key] != (DTYPE, shape):
            raise mismatch(name, _("{key} has another shape").format(key=key))


def _fill(name: str, pupil: "Pupil", folder: Path) -> None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        numbers = load_file(folder / TENSORS)
    except (SafetensorError, OSError) as cause:
        raise damaged(name, first_line(cause)) from cause
    if not all(bool(torch.isfinite(value).all()) for value in numbers.values()):
        raise damaged(name, _("{file} holds values that are not numbers").format(file=TENSORS))
    pupil.module.load_state_dict(numbers, strict=False)
