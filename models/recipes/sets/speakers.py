"""Who speaks in the sets: voices of espeak-ng, flite and Festival, each as one person of one size and one pitch."""

import multiprocessing
import random
import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.tiers import Interval
from models.recipes.speech_tiny.augmentation import Augmented, change_speed
from models.recipes.speech_tiny.synthesis import festival, flite
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.utterance import RATE, SynthesisError

Program = Literal["espeak", "flite", "festival"]
USUAL_WORDS = 160  # a minute, of espeak-ng
# where each program names its version in what it prints
_VERSIONS = {
    "espeak-ng": r"text-to-speech: ([\d.]+)", "flite": r"flite-([\d.]+)", "festival": r"System: ([\d.]+)",
}  # fmt: skip


@dataclass(frozen=True)
class Speaker:
    """One person: a voice, and for espeak-ng its accent and usual pitch (0 to 100).

    `size` above 1 is a smaller person: all resonances lie higher by that factor, as a child's do.
    """

    name: str
    program: Program
    voice: str
    accent: str = ""
    pitch: int = 50
    size: float = 1.0


@dataclass(frozen=True)
class Line:
    """Words to speak: `haste` above 1 is faster than usual, `lift` moves espeak-ng's pitch (steps of 100)."""

    text: str
    haste: float = 1.0
    lift: int = 0


@dataclass(frozen=True)
class Spoken:
    """A line as it was spoken, mono at 16 kHz, with its phones (s) in the program's own names."""

    line: Line
    samples: NDArray[np.float32]
    phones: tuple[Interval, ...]

    @property
    def sounding(self) -> tuple[float, float]:
        """Where the first phone starts and the last one ends (s)."""
        heard = [phone for phone in self.phones if phone.label and not phone.label.startswith("_")]
        return heard[0].start, heard[-1].end


def speak(speaker: Speaker, lines: Sequence[Line]) -> tuple[Spoken, ...]:
    """Speak lines one after the other; the same lines in the same order always sound the same."""
    if speaker.program == "espeak":
        # espeak-ng's voices waver on from where the last line stopped, so each speaker starts in a process of its own
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            return pool.submit(_speak_espeak, speaker, tuple(lines)).result()
    return tuple(_speak_once(speaker, line) for line in lines)


def draw_line(text: str, source: random.Random) -> Line:
    """Draw how fast and how high a line is spoken."""
    return Line(text, haste=source.triangular(0.75, 1.45, 1.0), lift=source.randint(-12, 12))


def versions(programs: Sequence[str]) -> str:
    """Name programs with the versions installed here; SynthesisError where one is missing."""
    return ", ".join(f"{program} {_version(program)}" for program in programs)


def _speak_espeak(speaker: Speaker, lines: tuple[Line, ...]) -> tuple[Spoken, ...]:
    engine = Espeak()
    spoken = []
    for line in lines:
        words = round(USUAL_WORDS * line.haste / speaker.size)
        pitch = min(max(speaker.pitch + line.lift, 0), 99)
        voice = EspeakVoice(speaker.accent, speaker.voice, words, pitch, 55)
        samples, phones, _words = engine.record(line.text, voice)
        spoken.append(_sized(Spoken(line, _floating(samples), phones), speaker.size))
    return tuple(spoken)


def _speak_once(speaker: Speaker, line: Line) -> Spoken:
    stretch = speaker.size / line.haste
    if speaker.program == "flite":
        said = flite.speak(line.text, flite.FliteVoice(speaker.voice, stretch))
    else:
        (structured,) = festival.speak_all([line.text], festival.FestivalVoice(speaker.voice, stretch))
        said = structured.utterance
    return _sized(Spoken(line, _floating(said.samples), said.phones), speaker.size)


def _sized(spoken: Spoken, size: float) -> Spoken:
    if size == 1:
        return spoken
    changed = change_speed(Augmented(spoken.samples), size)
    phones = tuple(Interval(phone.start / size, phone.end / size, phone.label) for phone in spoken.phones)
    return Spoken(spoken.line, changed.samples, phones)


def _floating(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    return samples.astype(np.float32) / np.float32(32768)


def _version(program: str) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SynthesisError(f"{program} is not installed.", hint=f"Install Debian's package {program}.") from error
    found = re.search(_VERSIONS[program], said.stdout + said.stderr)
    return found[1] if found else "of unknown version"


def cut(spoken: Spoken, start: float, end: float) -> NDArray[np.float32]:
    """Return the samples between two times (s), as far as there are any."""
    return spoken.samples[max(0, round(start * RATE)) : max(0, round(end * RATE))]
