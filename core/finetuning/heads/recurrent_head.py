"""A recurrent network that hears the frames one after the other, from both ends."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

Cell = Literal["gru", "lstm"]


class RecurrentHead(nn.Module):
    """Run a GRU (Cho et al. 2014) or an LSTM over the frames of one layer, average what it says, classify.

    Frames of padding are never heard, neither forwards nor backwards.

    reads  the one layer that it is given, by its number
    """

    def __init__(self, layer: int, width: int, classes: int, cell: Cell, hidden: int, dropout: float) -> None:
        super().__init__()
        self.reads = (layer,)
        self.norm = nn.LayerNorm(width)
        network = nn.GRU if cell == "gru" else nn.LSTM
        self.network = network(width, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(2 * hidden, classes)

    def forward(
        self, hidden: Sequence[Float[Tensor, "batch frames width"]], mask: Bool[Tensor, "batch frames"] | None = None
    ) -> Float[Tensor, "batch classes"]:
        """Classify from the layer that it reads; ``mask`` tells the frames that count."""
        return self.from_frames(hidden[-1], mask)

    def from_frames(
        self, frames: Float[Tensor, "batch frames width"], mask: Bool[Tensor, "batch frames"] | None = None
    ) -> Float[Tensor, "batch classes"]:
        """Classify from frames; those that count come first, and there is at least one of them."""
        count, total = frames.shape[:2]
        lengths = torch.full((count,), total) if mask is None else mask.sum(1).clamp_min(1).cpu()
        packed = pack_padded_sequence(self.norm(frames.float()), lengths, batch_first=True, enforce_sorted=False)
        said, _lengths = pad_packed_sequence(self.network(packed)[0], batch_first=True)
        # what comes after the end of a clip is zero here, and adds nothing to its sum
        return self.classifier(self.dropout(said.sum(1) / lengths.to(said)[:, None]))
