"""What a CTC model would write if it stopped at a layer (the logit lens; for speech: de Heer Kloots & Zuidema 2024)."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.errors import MethodError
from core.text import _
from core.trace import Trace, frozen

if TYPE_CHECKING:
    import torch

    from core.loading import LoadedModel


def lens(model: "LoadedModel", trace: Trace) -> tuple[Float32[np.ndarray, "_frames symbols"], ...]:
    """Read every layer 0 to L through the model's own last steps: norm, then head; the last is what the model says.

    Raises MethodError for a model without a CTC head.
    """
    import torch

    if not model.card.speaks or trace.logits is None:
        raise MethodError(
            _("{name} writes nothing, so no layer can be read through its head.").format(name=model.card.title),
            hint=_("Choose a model that writes what it hears."),
        )
    family, last, frames = model.family, len(trace.hidden) - 1, len(trace.logits)
    with model.exclusive() as module, torch.no_grad():
        head: Any = module.lm_head
        like = next(module.parameters())
        found = []
        for layer, values in enumerate(trace.hidden):
            # a read-only array would make torch warn; it is never written to
            hidden = torch.tensor(values, device=like.device, dtype=like.dtype)[None]
            if not (family.last_is_finished and layer == last):
                hidden = family.finish(module, hidden)
            found.append(frozen(head(_lengthened(hidden, frames))[0]))
    return tuple(found)


def _lengthened(hidden: "torch.Tensor", frames: int) -> "torch.Tensor":
    """Repeat what SEW does after bringing its layers back to more frames: the last ones are zeros."""
    from torch.nn.functional import pad

    return pad(hidden, (0, 0, 0, frames - hidden.shape[1])) if hidden.shape[1] < frames else hidden
