"""What a CTC model would write if it stopped at a layer (the logit lens; for speech: de Heer Kloots & Zuidema 2024)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from core.ctc import Reading
from core.errors import MethodError
from core.text import _
from core.tiers import Interval
from core.timeline import TimeAxis
from core.trace import Trace, frozen

if TYPE_CHECKING:
    import torch

    from core.loading import LoadedModel

NONE = -1  # no symbol, no layer


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


@dataclass(frozen=True, eq=False)
class Deepening:
    """What every layer hears frame by frame, the blank left aside, and from which layer on that is right for good.

    A CTC model is nearly always surest of the blank in its deep layers: what it hears under the blank is the likeliest
    of all other symbols.

    best         (layers, frames) likeliest symbol that is not the blank, layer 0 first
    probability  (layers, frames) how likely it is, the blank left out of the sum
    entropy      (layers, frames) how undecided a layer is between all symbols, the blank with them: 0 sure, 1 all alike
    right        (frames,) the symbol that is right there; NONE where none is known
    layer        (frames,) first layer from which on the right symbol wins in every layer up to the last; NONE where it
                 does not win in the last one, or where none is known
    """

    best: Int64[np.ndarray, "layers frames"]
    probability: Float32[np.ndarray, "layers frames"]
    entropy: Float32[np.ndarray, "layers frames"]
    right: Int64[np.ndarray, " frames"]
    layer: Int64[np.ndarray, " frames"]

    @property
    def known(self) -> Bool[np.ndarray, " frames"]:
        """Frames for which it is known what is right."""
        return self.right != NONE

    def shares(self) -> Float64[np.ndarray, " layers"]:
        """Share of the known frames in which each layer hears the right symbol; NaN where none is known."""
        if not self.known.any():
            return np.full(len(self.best), np.nan)
        return (self.best == self.right)[:, self.known].mean(1)


def deepening(readings: Sequence[Reading], right: Int64[np.ndarray, " frames"] | None = None) -> Deepening:
    """Find per frame the layer where the right symbol first wins and stays, from what ``ctc.readings`` makes of a lens.

    right  what is right in each frame (see ``spoken``); None takes what the last layer hears
    """
    best = np.stack([reading.best for reading in readings])
    others = np.stack([1 - reading.blank for reading in readings])
    share = np.stack([reading.best_probability for reading in readings]) / np.maximum(others, np.finfo(np.float32).tiny)
    wanted = best[-1] if right is None else right
    # counted from the last layer upwards: how many in a row are right
    lasting = np.cumprod((best == wanted)[::-1], 0).sum(0)
    return Deepening(
        best=best,
        probability=np.minimum(share, 1.0).astype(np.float32),
        entropy=np.stack([reading.entropy for reading in readings]).astype(np.float32),
        right=wanted,
        layer=np.where((lasting > 0) & (wanted != NONE), len(readings) - lasting, NONE),
    )


def spoken(phones: Sequence[Interval], labels: Sequence[str], time: TimeAxis) -> Int64[np.ndarray, " frames"]:
    """Tell which symbol of the model is spoken at the centre of every frame; NONE where none of them is."""
    known = {label: at for at, label in enumerate(labels)}
    found = np.full(time.count, NONE)
    for item in phones:
        centres = time.centres()
        found[(centres >= item.start) & (centres < item.end)] = known.get(item.label, NONE)
    return found
