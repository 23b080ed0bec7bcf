"""What is recovered from every layer of the chosen model for the chosen clip, once for all visitors."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.inversion import sound
from core.inversion.decoder import Decoder
from core.inversion.inversion import Echo, Inversion, echoes, explained
from core.inversion.picture import picture
from pages._kit import engine, present
from pages._kit.layers import stops
from pages._kit.layers.stops import Stop

Sound = Float32[np.ndarray, " time"]


@dataclass(frozen=True, eq=False)
class View:
    """The chosen clip, every stop of the chosen model, and the pictures recovered from them.

    shares  of this clip's own picture that each stop gives back, the average picture 0; nan where it has no contrast
    """

    clip: Clip
    every: tuple[Stop, ...]
    learned: Inversion
    pictures: Mapping[int, Echo]
    shares: Mapping[int, float]

    @property
    def stop(self) -> Stop:
        """The chosen stop."""
        return stops.chosen(self.every)

    def name(self, *more: Hashable) -> Hashable:
        """Identity of something about this clip, this model, and what was learned of it."""
        return ("echo", present.spec(), self.clip.fingerprint, self.learned.lesson.fingerprint, *more)


def of(learned: Inversion) -> View:
    """Recover the pictures of every stop; MethodError where what was learned belongs to another model."""
    clip, every = present.clip(), stops.all_of_them()
    name = ("echo", present.spec(), clip.fingerprint, learned.lesson.fingerprint)

    heard = present.trace()

    def recover() -> tuple[Mapping[int, Echo], Mapping[int, float]]:
        found = echoes(learned.decoders, heard)
        return found, _shares(clip, found, learned.decoders)

    found, shares = engine.once((*name, "pictures"), recover)
    return View(clip, every, learned, found, shares)


def _shares(clip: Clip, found: Mapping[int, Echo], decoders: Mapping[int, Decoder]) -> Mapping[int, float]:
    true = {one.time: picture(clip, one.time) for one in found.values()}
    return {stop: explained(one.values, true[one.time], decoders[stop].average(1)) for stop, one in found.items()}


def untaught(it: View) -> "tuple[Mapping[int, Echo], Mapping[int, float]]":
    """Recover the pictures of the same network with random weights; needs the model itself."""
    model = present.model()

    def recover() -> tuple[Mapping[int, Echo], Mapping[int, float]]:
        from core.trace import trace
        from core.untaught import untaught as twin

        found = echoes(it.learned.untaught, trace(twin(model, it.learned.seed), it.clip))
        return found, _shares(it.clip, found, it.learned.untaught)

    return engine.once(it.name("untaught"), recover)


def heard(it: View, kind: str, stop: int = 0) -> Sound:
    """Make the sound of one picture: "layer" and "untaught" of a stop, "mean" picture, or "detour" without a layer."""

    own = it.pictures[stop]
    twin = untaught(it)[0] if kind == "untaught" else {}

    def make() -> Sound:
        if kind == "layer":
            values = own.values
        elif kind == "untaught":
            values = twin[stop].values
        elif kind == "mean":
            values = it.learned.decoders[stop].average(own.time.count)
        else:
            values = picture(it.clip, own.time)
        return sound.sound(values, own.time, it.clip)

    return engine.once(it.name("sound", kind, stop), make)
