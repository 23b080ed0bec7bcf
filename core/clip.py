"""An immutable piece of mono sound."""

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float32
from numpy.typing import ArrayLike

from core.errors import ClipError
from core.text import _
from core.tiers import Tiers


@dataclass(frozen=True, eq=False)
class Clip:
    """Mono sound, full scale ±1, read-only.

    samples      float32, (time,)
    sample_rate  Hz
    tiers        what is said when, where it is known
    """

    name: str
    samples: Float32[np.ndarray, " time"]
    sample_rate: int
    tiers: Tiers = field(default_factory=Tiers)

    def __post_init__(self) -> None:
        if self.samples.size == 0:
            raise ClipError(_("{name} is empty.").format(name=self.name), hint=_("Choose another file."))
        if not np.isfinite(self.samples).all():
            raise ClipError(
                _("{name} holds values that are not numbers.").format(name=self.name),
                hint=_("Export the sound again from the program that made it."),
            )
        self.samples.setflags(write=False)

    @classmethod
    def of(cls, name: str, samples: ArrayLike, sample_rate: int, tiers: Tiers | None = None) -> "Clip":
        """Copy any array of mono samples into a clip."""
        return cls(name, np.array(samples, dtype=np.float32), int(sample_rate), tiers or Tiers())

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.samples.size / self.sample_rate

    @cached_property
    def fingerprint(self) -> str:
        """Identity by content, so that a renamed file meets the same results."""
        digest = hashlib.blake2b(self.samples.tobytes(), digest_size=8)
        digest.update(str(self.sample_rate).encode())
        return digest.hexdigest()

    def span(self, start: float, end: float) -> slice:
        """Samples of the stretch from ``start`` to ``end`` seconds, each rounded to the nearest sample.

        Raises ClipError where nothing of the clip lies in it.
        """
        first = max(round(start * self.sample_rate), 0)
        last = min(round(end * self.sample_rate), self.samples.size)
        if last <= first:
            raise ClipError(
                _("{name} has no sound from {start:.2f} to {end:.2f} s.").format(name=self.name, start=start, end=end),
                hint=_("Choose a stretch inside its {seconds:.2f} s.").format(seconds=self.seconds),
            )
        return slice(first, last)

    def cut(self, start: float, end: float) -> "Clip":
        """Copy the stretch from ``start`` to ``end`` seconds, its tiers along; its own time begins at zero."""
        span = self.span(start, end)
        tiers = self.tiers.cut(span.start / self.sample_rate, span.stop / self.sample_rate)
        return Clip(self.name, self.samples[span].copy(), self.sample_rate, tiers)

    def with_tiers(self, tiers: Tiers) -> "Clip":
        """Return the same sound with other tiers; what they say beyond its end is cut off."""
        return replace(self, tiers=tiers.cut(0.0, self.seconds))
