"""An immutable piece of mono sound."""

import hashlib
from dataclasses import dataclass, field
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
