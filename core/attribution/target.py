"""What is to be explained: one number that a model gives."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from core.errors import MethodError
from core.text import _

if TYPE_CHECKING:
    from core.model_spec import ModelCard

AROUND = 2  # frames beside its own in which a written symbol is still the same one


@dataclass(frozen=True)
class Target:
    """The score of a class or of a written symbol, or by how much it leads another.

    index    class of a classifier, symbol of a CTC head
    against  the class or symbol whose score is taken off; None for the score itself
    frames   (first, stop) of a CTC head's frames, over which the score is averaged; None for a classifier

    Scores are logits: what the model gives before anything makes them sum to one. A probability of 0.99 hardly moves
    when its reason is taken away, a logit does.
    """

    index: int
    against: int | None = None
    frames: tuple[int, int] | None = None

    def score(self, logits: Float[Tensor, "batch ..."]) -> Float[Tensor, " batch"]:
        """Read the score off (batch, classes) or (batch, frames, symbols)."""
        if self.frames is not None:
            logits = logits[:, self.frames[0] : self.frames[1]].mean(1)
        found = logits[:, self.index]
        return found if self.against is None else found - logits[:, self.against]

    def probability(self, logits: Float[Tensor, "batch ..."], multi_label: bool = False) -> Float[Tensor, " batch"]:
        """Read how probable the class or symbol is, 0 to 1; of a symbol, on average over its frames."""
        odds = logits.float().sigmoid() if multi_label else logits.float().softmax(-1)
        found = odds[..., self.index]
        return found if self.frames is None else found[:, self.frames[0] : self.frames[1]].mean(1)

    def wins(self, logits: Float[Tensor, "batch ..."], multi_label: bool = False) -> Tensor:
        """Tell, for each of a batch, whether the model still says it: no other class, or symbol at its peak, is above.

        Of a model for which several classes can be true at once, one that is likelier than not is said as well. A CTC
        head may write a symbol a frame or two earlier or later. For the difference of two, whether the first still
        leads the second.
        """
        if self.against is not None:
            return self.score(logits) > 0
        if self.frames is not None:
            logits = logits[:, max(self.frames[0] - AROUND, 0) : self.frames[1] + AROUND]
            return (logits.argmax(-1) == self.index).any(1)
        first = logits.argmax(-1) == self.index
        return first | (logits[:, self.index] > 0) if multi_label else first

    def check(self, card: "ModelCard") -> None:
        """Refuse what the model does not say at all: MethodError."""
        said = len(card.symbols) if card.speaks else len(card.labels)
        if not (card.speaks or card.classifies):
            raise MethodError(
                _("{model} says nothing that could be explained: no words, no names of sounds.").format(
                    model=card.title
                ),
                hint=_("Choose a model that writes what it hears or names sounds."),
            )
        if (
            not 0 <= self.index < said
            or not 0 <= (self.against or 0) < said
            or card.speaks != (self.frames is not None)
        ):
            raise MethodError(
                _("{model} has nothing of that kind to say.").format(model=card.title),
                hint=_("Choose what to explain again."),
            )
