"""Who speaks in the corpus: constant voices, and which of them are kept for tests."""

from dataclasses import dataclass
from typing import Literal

Program = Literal["espeak", "flite", "festival"]


@dataclass(frozen=True)
class Change:
    """What makes another person of a voice: its pitch, its formants and the swing of its pitch, each multiplied."""

    pitch: float
    tract: float
    flatten: float = 1.0


@dataclass(frozen=True)
class Person:
    """One voice that stays as it is: a program's voice at its own speed and pitch, or that voice changed.

    speed   espeak-ng: words a minute; flite and Festival: how much faster than built
    accent, pitch (0 to 100) and pitch_range (0 to 100) are espeak-ng's
    """

    name: str
    program: Program
    voice: str
    speed: float
    accent: str = ""
    pitch: int = 50
    pitch_range: int = 50
    change: Change | None = None


TRAINED = (
    Person("slt", "flite", "slt", 1.1),
    Person("slt-man", "flite", "slt", 1.05, change=Change(0.56, 0.84)),
    Person("slt-child", "flite", "slt", 1.0, change=Change(1.35, 1.2, 1.2)),
    Person("slt-hmm", "festival", "cmu_us_slt_arctic_hts", 1.0),
    Person("rms", "flite", "rms", 1.15),
    Person("rms-woman", "flite", "rms", 1.15, change=Change(1.85, 1.16)),
    Person("rms-boy", "flite", "rms", 1.1, change=Change(2.4, 1.26, 1.3)),
    Person("kal", "flite", "kal16", 1.1),
    Person("kal-woman", "flite", "kal16", 1.05, change=Change(1.7, 1.13, 1.4)),
    Person("american-man", "espeak", "m3", 175.0, "en-us", 42, 55),
    Person("american-woman", "espeak", "f2", 170.0, "en-us", 56, 60),
    Person("british-man", "espeak", "m2", 165.0, "en-gb-x-rp", 36, 45),
    Person("british-woman", "espeak", "f5", 170.0, "en-gb-x-rp", 50, 55),
    Person("caribbean-man", "espeak", "Michael", 170.0, "en-029", 45, 65),
)
KEPT = (
    Person("awb", "flite", "awb", 1.2),
    Person("awb-woman", "flite", "awb", 1.15, change=Change(1.6, 1.14)),
    Person("ked", "festival", "ked_diphone", 1.1),
    Person("ked-woman", "festival", "ked_diphone", 1.1, change=Change(1.75, 1.15, 1.2)),
    Person("scottish-man", "espeak", "m7", 160.0, "en-gb-scotland", 40, 50),
    Person("annie", "espeak", "Annie", 165.0, "en-us", 52, 60),
)
PEOPLE = TRAINED + KEPT
