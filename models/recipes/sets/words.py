"""Single words, each spoken several times by a voice and recorded each time anew."""

import random
import zlib
from collections.abc import Sequence

import numpy as np

from models.recipes.sets.archive import LabelledClip
from models.recipes.sets.recording import RecordingSettings, record
from models.recipes.sets.speakers import Speaker, cut, draw_line, speak

_AROUND = 0.02  # seconds kept before the first and after the last phone


def spoken_words(
    speaker: Speaker, words: Sequence[str], takes: int, recording: RecordingSettings
) -> tuple[LabelledClip, ...]:
    """Let one voice speak every word, each time at another speed and pitch; a word is its own label."""
    seed = f"{' '.join(words)} {speaker.name}"
    source, draws = random.Random(seed), np.random.default_rng(zlib.crc32(seed.encode()))
    lines = [draw_line(word, source) for word in words for _ in range(takes)]
    made = []
    for number, spoken in enumerate(speak(speaker, lines)):
        start, end = spoken.sounding
        samples = record(cut(spoken, start - _AROUND, end + _AROUND), recording, draws)
        word, label = spoken.line.text, spoken.line.text.lower()
        name = f"{label}-{speaker.name}-{number % takes + 1}"
        made.append(LabelledClip(name, label, speaker.name, word, samples))
    return tuple(made)
