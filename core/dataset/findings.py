"""What the training doctor says: one observation, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from core.text import _

Severity = Literal["stop", "warning", "note", "good"]


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor saw.

    name      for keys and tests
    severity  "stop": a run makes no sense; "warning": the result would mislead; "note": worth knowing; "good"
    sentence  what is so; ``advice`` what to do about it, empty where nothing needs doing
    items     places in the prepared set of the sounds that it speaks of; empty where it speaks of all
    """

    name: str
    severity: Severity
    sentence: str
    advice: str = ""
    items: tuple[int, ...] = ()


def listed(names: list[str], most: int = 6) -> str:
    """Name the first few for a sentence, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else _("{names} and {count} more").format(names=shown, count=len(names) - most)
