"""What is to be explained now: what the model says, one thing of it, and the pieces of time; known from one trace."""

from collections.abc import Hashable
from dataclasses import dataclass

from core import ctc
from core.attribution import pieces, sayings
from core.attribution.sayings import Saying
from core.clip import Clip
from core.model_spec import ModelCard
from core.segments import Segment
from core.trace import Trace
from pages._kit import engine, present, session


@dataclass(frozen=True, eq=False)
class Asked:
    """One question about one clip and one model.

    key      of content: the model, the clip, and what is said in it, which its owner may have written
    offered  what can be explained in the chosen part, or in the whole clip where nothing is said in the part
    saying   what is explained
    against  what it is compared with; None where it is explained by itself
    kinds    of pieces that the clip allows, with their names
    kind     of the pieces that are chosen
    """

    key: Hashable
    clip: Clip
    card: ModelCard
    trace: Trace
    offered: tuple[Saying, ...]
    saying: Saying
    against: Saying | None
    kinds: dict[str, str]
    kind: str

    @property
    def says(self) -> bool:
        """Tell whether the model says it: a symbol that it writes, its likeliest class, or one likelier than not."""
        if self.against is not None and self.against.probability > self.saying.probability:
            return False
        several = self.card.multi_label and self.saying.probability > 0.5
        return self.card.speaks or several or self.saying.key == self.offered[0].key

    @property
    def pieces(self) -> tuple[Segment, ...]:
        """The clip cut into the chosen pieces."""
        return engine.store().get(
            ("pieces", self.key, self.kind), lambda: pieces.cut(self.clip, self.kind, _symbols(self.card, self.trace))
        )


def now() -> Asked:
    """Read what is asked off the visitor's choices; MethodError where the model says nothing to explain."""
    card, trace, clip = present.card(), present.trace(), present.clip()
    key = (present.spec(), clip.fingerprint, clip.tiers)
    every = engine.store().get(("sayings", key), lambda: sayings.sayings(card, trace))
    offered = _offered(every, card)
    wanted, _dash, other = session.chosen().target.partition("-")
    saying = _by_key(offered, wanted) or sayings.first_choice(offered, card.speaks)
    against = _by_key(sayings.others(card, trace, saying), other)
    symbols = _symbols(card, trace)
    kinds = pieces.available(clip, symbols)
    kind = session.chosen().pieces
    return Asked(
        key, clip, card, trace, offered, saying, against, kinds, kind if kind in kinds else pieces.usual(clip, symbols)
    )


def _offered(every: tuple[Saying, ...], card: ModelCard) -> tuple[Saying, ...]:
    if not card.speaks or not present.has_region():
        return every
    start, end = present.region()
    inside = tuple(item for item in every if item.start < end and item.end > start) or every
    # what is explained stays while another part is listened to
    kept = session.chosen().target.partition("-")[0]
    return tuple(item for item in every if item in inside or str(item.key) == kept)


def _by_key(found: tuple[Saying, ...], key: str) -> Saying | None:
    return next((item for item in found if str(item.key) == key), None) if key else None


def _symbols(card: ModelCard, trace: Trace) -> tuple[ctc.Symbol, ...]:
    if not card.speaks or trace.logits is None:
        return ()
    return ctc.greedy(trace.logits, card.symbols, card.blank, trace.symbol_time)


def choose(saying: int | None = None, against: int | None = None) -> None:
    """Explain something else; ``against`` alone keeps what is explained."""
    session.choose(target="" if saying is None else f"{saying}" if against is None else f"{saying}-{against}")
