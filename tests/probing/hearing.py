"""A small corpus of noise and made-up words, and tasks made of planted arrays, for tests that need no model."""

import numpy as np

from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.corpus.division import Division
from core.probing.gathering import DEVELOP, TEST, TRAIN, Task
from core.probing.rung import Rung
from core.probing.rungs import rungs
from core.tiers import Interval, Tiers
from core.vectors.stretches import Stretches

WORDS = ("sun", "cat", "mat", "wind", "ship", "north")
RATE = 8000


def corpus(voices: int = 12, sentences: int = 24) -> Corpus:
    """Every voice says every sentence: four of six words each, a "phone" per half word, in tones."""
    found = tuple(_utterance(voice, sentence) for voice in range(voices) for sentence in range(sentences))
    return Corpus("planted", "Planted", "", "en", "", found, lambda index: _clip(found[index]), "planted")


def _utterance(voice: int, sentence: int) -> Utterance:
    said = [WORDS[(sentence * 5 + at * (1 + sentence % 3)) % 6] for at in range(4)]
    words = [Interval(0.2 + 0.4 * at, 0.6 + 0.4 * at, word) for at, word in enumerate(said)]
    halves = [
        Interval(start, start + 0.2, label)
        for word in words
        for start, label in ((word.start, word.label[0]), (word.start + 0.2, word.label[-1]))
    ]
    text = f"{sentence}: {' '.join(said)}"
    rows = {"sentence": [Interval(0.2, 1.8, text)], "word": words, "phone": halves}
    return Utterance(f"{voice}-{sentence}", f"voice {voice}", text, 2.0, Tiers.of(rows.items(), 2.0))


def _clip(utterance: Utterance) -> Clip:
    seconds = np.arange(2 * RATE) / RATE
    pitch = 90 + 20 * int(utterance.speaker.split()[1])
    tone = sum(np.sin(2 * np.pi * pitch * k * seconds) / k for k in range(1, 6))
    return Clip.of(utterance.name, 0.1 * tone * (1 + 0.5 * np.sin(9 * seconds)), RATE)


def planted_task(rung: str | Rung, target: np.ndarray, labels: tuple[str, ...] = (), unseen: str = "") -> Task:
    """Items of 6 voices and 5 sentences; two voices and two sentences are tested."""
    kind = rungs()[rung] if isinstance(rung, str) else rung
    number = np.arange(len(target))
    voice, sentence = number % 6, (number // 6) % 5
    part = np.where((voice >= 4) & (sentence >= 3), TEST, np.where((voice == 3) & (sentence == 2), DEVELOP, TRAIN))
    division = Division((), (), (), unseen or kind.unseen, frozenset(), frozenset())
    spans = Stretches.of((int(at), 0.0, 0.0) for at in number)
    return Task(kind, labels, spans, target, part, voice, sentence, division)


def planted_vectors(target: np.ndarray, classes: int, width: int = 12, clear: float = 1.0, seed: int = 0) -> np.ndarray:
    """Vectors in which the class can be read as far as it is ``clear``; the rest is noise."""
    chance = np.random.default_rng(seed)
    middles = np.random.default_rng(99).normal(size=(classes, width))
    return (clear * middles[target] + chance.normal(size=(len(target), width))).astype(np.float32) * 3 + 5
