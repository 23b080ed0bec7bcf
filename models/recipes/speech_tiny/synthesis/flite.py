"""flite: four American and Scottish voices built from real speakers, with the end of each phone."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from core.tiers import Interval
from models.recipes.speech_tiny.phones import festival_phones
from models.recipes.speech_tiny.utterance import RATE, SynthesisError, Utterance


@dataclass(frozen=True)
class FliteVoice:
    """A voice of flite (slt, rms, awb, kal16) and how much it is slowed (1 = as built)."""

    speaker: str
    stretch: float = 1.0

    @property
    def name(self) -> str:
        """Name of the voice."""
        return f"flite-{self.speaker}"


def speak(text: str, voice: FliteVoice) -> Utterance:
    """Speak a text with flite; SynthesisError where the program is missing or fails."""
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "speech.wav"
        options = ["-voice", voice.speaker, "-psdur", "--setf", f"duration_stretch={voice.stretch:.3f}"]
        printed = _run(["flite", *options, "-t", f" {text}", "-o", str(wave)])
        samples, rate = soundfile.read(wave, dtype="int16")
    if rate != RATE:
        raise SynthesisError(f"flite's voice {voice.speaker} speaks at {rate} Hz.", hint=f"Use a voice of {RATE} Hz.")
    return Utterance(text, voice.name, np.asarray(samples), festival_phones(_segments(printed)))


def lexicon_phones(text: str) -> list[str]:
    """Return how flite's dictionary and letter rules say a text, without any sound."""
    printed = _run(["flite", "-voice", "kal16", "-ps", "-t", f" {text}", "-o", "none"])
    names = [Interval(0.0, 0.0, name) for name in printed.split()]
    return [item.label for item in festival_phones(names) if item.label]


def _run(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as error:
        raise SynthesisError("flite is not installed.", hint="Install Debian's package flite.") from error
    except subprocess.CalledProcessError as error:
        raise SynthesisError(f"flite failed: {error.stderr.strip()}") from error


def _segments(printed: str) -> list[Interval]:
    segments, clock = [], 0.0
    for token in printed.split():
        name, end = token.rsplit(":", 1)
        segments.append(Interval(clock, float(end), name))
        clock = float(end)
    return segments
