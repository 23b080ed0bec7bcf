"""What a model will cost, known before any of its weights is downloaded or loaded; and the refusal of what cannot fit.

Memory is an estimate: the weights at their type, and for a clip the hidden states and attentions that a pass keeps, the
scratch of its widest layer and of the first convolution, in float32.
"""

import sys
from dataclasses import dataclass, replace
from math import ceil, prod
from pathlib import Path

from core.checkpoint import Blueprint, Header, loaded_part
from core.errors import ModelError
from core.hub import Hub
from core.memory import available_memory, free_disk, plain_size
from core.model_spec import ModelSpec
from core.sources import EVERYTHING, Policy, inspect_folder, inspect_listing, local_folder, permit
from core.text import _

SECONDS = 10.0  # length of the clip that memory is estimated for
RATE = 16_000  # Hz of every family that listens to the waveform
COLUMNS = 100  # of log-mel per second, in what networks of convolutions hear
BYTES = {"float32": 4, "bfloat16": 2}
KEPT = 4  # bytes of each number that a trace keeps
LIBRARIES = 400_000_000  # bytes that torch and transformers take when the first model is loaded


@dataclass(frozen=True)
class Cost:
    """What a model needs; sizes in bytes.

    spec                  with the version that was looked at
    download_bytes        still to come from the hub
    already_here_bytes    of its files on this computer
    memory_bytes          its weights
    working_memory_bytes  on top of them, for one clip
    library_bytes         on top of both, where no model has been loaded yet
    licence               as its card names it; empty where it names none
    gated                 its owners want to know who uses it
    converted             the weights are the hub's own conversion of pickles
    """

    spec: ModelSpec
    family: str
    family_title: str
    layers: int
    heads: int
    width: int
    parameters: int
    download_bytes: int
    already_here_bytes: int
    memory_bytes: int
    working_memory_bytes: int
    library_bytes: int
    licence: str
    speaks: bool
    classifies: bool
    gated: bool = False
    converted: bool = False

    @property
    def all_memory_bytes(self) -> int:
        """Memory for everything together."""
        return self.memory_bytes + self.working_memory_bytes + self.library_bytes


def estimate(spec: ModelSpec, policy: Policy = EVERYTHING, seconds: float = SECONDS, hub: Hub | None = None) -> Cost:
    """Say what loading a model and hearing ``seconds`` of sound will cost; ModelError where it cannot be loaded."""
    permit(spec, policy)
    if spec.source != "hub":
        return _of_folder(spec, local_folder(spec), seconds)
    from core.download import cached

    hub = hub or Hub.of_environment()
    try:
        return _of_hub(spec, hub, seconds)
    except ModelError:
        if here := cached(hub, spec.name, spec.revision):
            return _of_folder(replace(spec, revision=here.name), here, seconds)
        raise


def _of_hub(spec: ModelSpec, hub: Hub, seconds: float) -> Cost:
    from core.download import here
    from core.hub import listing

    found = listing(hub, spec.name, spec.revision)
    blueprint, header = inspect_listing(hub, found)
    present = here(hub, found)
    cost = _cost(replace(spec, revision=found.revision), blueprint, header, seconds)
    return replace(
        cost,
        download_bytes=sum(entry.size for entry in found.files) - present,
        already_here_bytes=present,
        licence=found.licence,
        gated=found.gated,
        converted=found.converted,
    )


def _of_folder(spec: ModelSpec, folder: Path, seconds: float) -> Cost:
    blueprint, header = inspect_folder(spec.name, folder)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return replace(_cost(spec, blueprint, header, seconds), already_here_bytes=size, licence=_licence(folder))


def _cost(spec: ModelSpec, blueprint: Blueprint, header: Header, seconds: float) -> Cost:
    learned = [shape for dtype, shape in loaded_part(blueprint, header).values() if dtype.startswith(("F", "BF"))]
    parameters = sum(prod(shape) for shape in learned)
    return Cost(
        spec=spec,
        family=blueprint.family.name,
        family_title=blueprint.family.title,
        layers=blueprint.layers,
        heads=blueprint.heads,
        width=blueprint.width,
        parameters=parameters,
        download_bytes=0,
        already_here_bytes=0,
        memory_bytes=parameters * BYTES[spec.dtype],
        working_memory_bytes=working_memory(blueprint, seconds),
        library_bytes=0 if "torch" in sys.modules else LIBRARIES,
        licence="",
        speaks=blueprint.speaks,
        classifies=blueprint.classifies,
    )


def _licence(folder: Path) -> str:
    """Read the licence from the head of the model card, where there is one."""
    card = folder / "README.md"
    if not card.is_file():
        return ""
    with card.open(encoding="utf-8", errors="replace") as file:
        head = [line for line, _number in zip(file, range(60), strict=False)]
    return next((line.partition(":")[2].strip() for line in head if line.startswith("license:")), "")


def working_memory(blueprint: Blueprint, seconds: float) -> int:
    """Estimate the bytes that one pass over a clip needs beside the weights."""
    if blueprint.family.layout == "stages":
        return KEPT * _staged_numbers(blueprint)
    if blueprint.family.layout == "maps":
        return KEPT * _mapped_numbers(blueprint, seconds)
    heads, width = blueprint.heads, blueprint.width
    if blueprint.family.layout == "patches":
        tokens, frames = _patches(blueprint)
    else:
        frames = int(seconds * blueprint.family.frames_per_second)
        tokens = int(blueprint.family.seconds * blueprint.family.frames_per_second) or frames
    kept = (blueprint.layers + 1) * tokens * width + blueprint.layers * heads * frames * frames
    scratch = 3 * heads * tokens * tokens + 2 * tokens * 4 * width
    return KEPT * (kept + max(scratch, _convolution_numbers(blueprint, seconds)))


def _patches(blueprint: Blueprint) -> tuple[int, int]:
    """Count the tokens of a spectrogram in patches, its two special ones included, and the patches along time."""
    patch = blueprint.whole("patch_size", 16)
    bands = (blueprint.whole("num_mel_bins", 128) - patch) // blueprint.whole("frequency_stride", 10) + 1
    frames = (blueprint.whole("max_length", 1024) - patch) // blueprint.whole("time_stride", 10) + 1
    return bands * frames + 2, frames


def _convolution_numbers(blueprint: Blueprint, seconds: float) -> int:
    """Count the numbers of the first convolution, the longest: its output, its normalised copy, and its activation."""
    if "conv_dim" not in blueprint.config:
        return 0
    channels, stride = blueprint.wholes("conv_dim", [512])[0], blueprint.wholes("conv_stride", [5])[0]
    return 3 * int(seconds * RATE / stride) * channels


def _staged_numbers(blueprint: Blueprint) -> int:
    """Count what the stages of a Swin transformer keep, and the scratch of the first, the longest.

    Each stage has a quarter of the patches of the one before, twice the width, and attention within windows.
    """
    tokens = (blueprint.whole("spec_size", 256) // blueprint.whole("patch_size", 4)) ** 2
    window = blueprint.whole("window_size", 8) ** 2
    width = blueprint.whole("patch_embeds_hidden_size", 96)
    heads = blueprint.wholes("num_attention_heads", [4, 8, 16, 32])
    depths = blueprint.wholes("depths", [2, 2, 6, 2])
    stages = zip(range(len(depths)), depths, heads, strict=False)
    kept = sum(depth * (tokens // 4**stage) * (width * 2**stage + count * window) for stage, depth, count in stages)
    return kept + tokens * (3 * heads[0] * window + 16 * width)


def _mapped_numbers(blueprint: Blueprint, seconds: float) -> int:
    """Count what convolutions on log-mel and recurrent layers keep, and the scratch of the widest before its pool.

    A convolution, its norm and its activation are there at once.
    """
    bands, columns = blueprint.whole("num_mel_bins", 64), int(seconds * COLUMNS)
    kept, scratch = 0, 0
    for width, (gathered, joined) in zip(blueprint.wholes("widths", []), blueprint.pools(), strict=True):
        scratch = max(scratch, 3 * width * bands * columns)
        bands, columns = ceil(bands / gathered), ceil(columns / joined)
        kept += width * bands * columns
    rows = blueprint.layers + 1 - len(blueprint.pools())
    return kept + rows * blueprint.width * columns + scratch


def refuse(cost: Cost, available: int | None = None, free: int | None = None, hub: Hub | None = None) -> None:
    """Raise ModelError where a model cannot fit.

    available  bytes of memory that can still be had; measured where not given
    free       bytes on the disk of the hub's cache; measured where not given
    """
    needed = cost.all_memory_bytes
    available = available_memory() if available is None else available
    if needed > available:
        raise ModelError(
            _("{name} needs about {needed} of memory; this computer has {available} free.").format(
                name=cost.spec.name, needed=plain_size(needed), available=plain_size(available)
            ),
            hint=_("Choose a smaller model, or close other programs."),
        )
    free = free_disk((hub or Hub.of_environment()).cache) if free is None else free
    if cost.download_bytes > free:
        raise ModelError(
            _("{name} is a download of {needed}; the disk has {free} free.").format(
                name=cost.spec.name, needed=plain_size(cost.download_bytes), free=plain_size(free)
            ),
            hint=_("Make room, or set HF_HOME to a folder on a larger disk."),
        )
