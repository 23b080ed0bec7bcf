"""Sample clips as files: FLAC, a TextGrid beside the speech, and one table of facts for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from core import textgrid
from core.tiers import Tiers

RATE = 16_000
PEAK = 10 ** (-3 / 20)


@dataclass(frozen=True)
class Fact:
    """Something planted in a sound: from start to end (s), between two frequencies (Hz)."""

    start: float
    end: float
    low_hz: float
    high_hz: float
    label: str


@dataclass(frozen=True)
class Sample:
    """One clip: sound (mono, 16 kHz), what it is in plain words, how it was made, and what is known about it.

    `kind` is speech, digits or sound.
    """

    name: str
    title: str
    kind: str
    samples: NDArray[np.float64]
    made_with: str
    language: str = ""
    voice: str = ""
    text: str = ""
    tiers: Tiers | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


def write_samples(samples: Sequence[Sample], folder: Path) -> None:
    """Write every clip with its peak at -3 dB of full scale, its TextGrid, and samples.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in samples:
        scaled = sample.samples / np.abs(sample.samples).max() * PEAK
        soundfile.write(folder / f"{sample.name}.flac", scaled, RATE, subtype="PCM_16")
        if sample.tiers is not None:
            (folder / f"{sample.name}.TextGrid").write_bytes(textgrid.write(sample.tiers, sample.seconds))
    head = "# Sample clips, all CC0; written by python -m models.recipes.samples\n"
    (folder / "samples.toml").write_text(head + "\n".join(_table(sample) for sample in samples))


def _table(sample: Sample) -> str:
    lines = [f"[{sample.name}]", f'file = "{sample.name}.flac"', f"title = {_text(sample.title)}"]
    lines += [f'kind = "{sample.kind}"', 'licence = "CC0-1.0"', f"made_with = {_text(sample.made_with)}"]
    for name in ("language", "voice", "text"):
        if value := getattr(sample, name):
            lines.append(f"{name} = {_text(value)}")
    if sample.tiers is not None:
        lines.append(f'textgrid = "{sample.name}.TextGrid"')
    if sample.facts:
        lines += ["facts = [", *(f"  {_fact(fact)}," for fact in sample.facts), "]"]
    return "\n".join(lines) + "\n"


def _fact(fact: Fact) -> str:
    times = f"start = {fact.start:.4f}, end = {fact.end:.4f}"
    return f"{{ {times}, low_hz = {fact.low_hz:.1f}, high_hz = {fact.high_hz:.1f}, label = {_text(fact.label)} }}"


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
