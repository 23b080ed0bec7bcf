"""Sounds for one epoch: of similar length together, in a seeded order, with stretches of time hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.finetuning.transcription.front import Sound
from core.finetuning.transcription.options import TranscriptOptions

JITTER = 0.15  # of the length: sounds of about the same length change company from epoch to epoch


def batches(
    sounds: Mapping[int, Sound], indices: Sequence[int], size: int, chance: np.random.Generator
) -> list[tuple[int, ...]]:
    """Put sounds of about the same length together, so that little is padded; batches in random order."""
    lengths = [sounds[index].length * (1 + JITTER * chance.random()) for index in indices]
    sorted_indices = [indices[place] for place in np.argsort(lengths, kind="stable")]
    found = [tuple(sorted_indices[first : first + size]) for first in range(0, len(indices), size)]
    return [found[place] for place in chance.permutation(len(found))]


def hidden(sound: Sound, options: TranscriptOptions, chance: np.random.Generator) -> Sound:
    """Hide stretches of time, each ``stretch`` seconds and together at most the share ``masked`` (SpecAugment)."""
    frames = len(sound.features)
    length = min(frames, max(1, round(options.stretch * frames / sound.seconds)))
    count = round(options.masked * frames / length)
    if not count:
        return sound
    features = sound.features.clone()
    for first in chance.integers(0, frames - length + 1, count):
        features[first : first + length] = 0.0
    return replace(sound, features=features)
