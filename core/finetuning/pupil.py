"""The copy of a model that is taught: its encoder, a head on top, and what goes through both."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from core.family import Family


@dataclass(eq=False)
class Pupil:
    """A deep copy of a model under training; nobody else ever sees it.

    family, extractor  of the model that it was copied from
    module             ``core.finetuning.headed.Headed``: ``.base`` the bare encoder, ``.head`` from hidden states to
                       class logits; or, for transcripts, the CTC model of transformers
    labels             the classes, or the symbols of transcripts
    parts              names and plain options of what was attached, in order; enough to build it again
    precision          "float32", or "bfloat16" where the encoder may round more to be faster
    """

    family: "Family"
    extractor: Any
    module: "torch.nn.Module"
    labels: tuple[str, ...]
    parts: dict[str, Any] = field(default_factory=dict)
    precision: str = "float32"
