"""A small prepared set with transcripts: every letter is a tone, every space a pause."""

from pathlib import Path

import numpy as np

from core.dataset.division import Division
from core.dataset.prepared import SAMPLES, Item, PreparedSet
from core.finetuning.settings import PrepareSettings

RATE = 16_000
PITCH = {"a": 300.0, "b": 5_000.0}  # Hz
VOICES = 6


def wave(text: str, random: np.random.Generator) -> np.ndarray:
    """Say a text in tones of 0.1 s with gaps of 0.04 s; a space is 0.15 s of quiet."""
    time = np.arange(RATE // 10) / RATE
    parts = [np.zeros(RATE // 20)]
    for letter in text:
        if letter == " ":
            parts.append(np.zeros(RATE * 15 // 100))
        else:
            tone = 0.4 * np.sin(2 * np.pi * PITCH[letter] * time + random.uniform(0, 6))
            parts += [tone, np.zeros(RATE // 25)]
    whole = np.concatenate(parts)
    return (whole + random.normal(0, 0.003, whole.size)).astype(np.float32)


def written(folder: Path, count: int = 48, texts: tuple[str, ...] = ()) -> PreparedSet:
    """Write ``count`` sounds by six voices in turn, or one for each of the given transcripts."""
    random = np.random.default_rng(0)
    drawn = [
        " ".join("".join(random.choice(list("ab"), random.integers(1, 3))) for _word in range(random.integers(1, 3)))
        for _sound in range(count)
    ]
    items, waves, start = [], [], 0
    for number, text in enumerate(texts or drawn):
        said = wave("".join(letter for letter in text.lower() if letter in "ab ") or "a", random)
        voice = f"voice {number % VOICES}"
        items.append(Item(f"{number}.wav", "", voice, "", text, start, said.size, f"{number:016x}", -20.0, 0.0))
        waves.append(said)
        start += said.size
    folder.mkdir(parents=True, exist_ok=True)
    np.concatenate(waves).tofile(folder / SAMPLES)
    return PreparedSet(folder, f"{start:032x}", "tones", "transcripts", RATE, PrepareSettings(), tuple(items), ())


def by_voice(data: PreparedSet) -> Division:
    """Keep one voice for choosing and two for the test."""
    places = range(len(data.items))
    train = tuple(place for place in places if place % VOICES < 3)
    return Division(
        "", "group", train, tuple(p for p in places if p % VOICES == 3), tuple(p for p in places if p % VOICES > 3)
    )
