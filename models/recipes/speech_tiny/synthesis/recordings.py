"""Recorded prompts of one American speaker (Allison Smith), from Debian's asterisk-core-sounds-en-wav."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import soundfile
import soxr

from core.tiers import Interval
from models.recipes.speech_tiny.synthesis.flite import lexicon_phones
from models.recipes.speech_tiny.utterance import RATE, SynthesisError, Utterance, pcm16

SPEAKER = "asterisk-allison"
_SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
_TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")


def recordings(longest: float = 12.0) -> Iterator[Utterance]:
    """Give every prompt that has a text of plain words and lasts at most `longest` seconds."""
    if not _SOUNDS.is_dir():
        hint = "Install Debian's package asterisk-core-sounds-en-wav."
        raise SynthesisError("The recorded prompts are not installed.", hint=hint)
    with gzip.open(_TEXTS, "rt") as lines:
        named = dict(line.strip().split(": ", 1) for line in lines if ": " in line and not line.startswith(";"))
    for name, text in sorted(named.items()):
        wave = _SOUNDS / f"{name}.wav"
        if wave.is_file() and not re.search(r"[\[\](){}*#&/]|\.\.\.|[A-Z]{2}", text):
            samples, rate = soundfile.read(wave, dtype="float32")
            sound = pcm16(soxr.resample(samples, rate, RATE, quality="HQ"))
            phones = lexicon_phones(text)
            if phones and len(sound) / RATE <= longest:
                yield Utterance(text, SPEAKER, sound, tuple(Interval(0.0, 0.0, p) for p in phones), timed=False)
