"""A small corpus of noise and made-up words, and tasks made of planted arrays, for tests that need no model."""

import numpy as np

from core.corpus.division import Division
from core.probing.gathering import DEVELOP, TEST, TRAIN, Task
from core.probing.rung import Rung
from core.probing.rungs import rungs
from core.vectors.stretches import Stretches


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
