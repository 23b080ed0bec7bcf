"""Batches of speech without labels, with the frames that are masked and the distractors of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset

from models.recipes.speech_self.network import DISTRACTORS
from models.recipes.speech_tiny.augmentation import AugmentationSettings, Sound, augment
from models.recipes.speech_tiny.batches import GROUP_WEIGHTS, frame_count, normalised
from models.recipes.speech_tiny.corpus import Shard, load_shards
from models.recipes.speech_tiny.utterance import RATE

# voices that are kept for the tests, beside the voice that speech-tiny keeps
KEPT_GROUPS = frozenset({"pico"})
LENGTHS = (2.0, 2.5, 3.0, 4.0)
SPANS = (4, 7, 10)
MASKED = 0.65


def quiet_changes() -> AugmentationSettings:
    """Return changes that vary voices and channels and hardly ever hide the speech."""
    return AugmentationSettings(
        untouched=0.4, speed=0.7, padding=0.0, room=0.05, noise=0.15, noise_decibels=(20.0, 45.0), equaliser=0.3,
        telephone=0.1, narrowing=0.05, clipping=0.0, mu_law=0.0, gap=0.0,
    )  # fmt: skip


@dataclass(frozen=True)
class BatchSettings:
    """Where the corpus lies, and how many seconds of speech are in a batch; all clips of one are equally long (s)."""

    corpus: Path
    seconds: float = 20.0
    lengths: tuple[float, ...] = LENGTHS
    spans: tuple[int, ...] = SPANS
    augmentation: AugmentationSettings = field(default_factory=quiet_changes)


@dataclass(frozen=True)
class Batch:
    """Sound (clips, samples), masked frames (clips, frames), and their distractors (clips, frames, K)."""

    values: torch.Tensor
    mask: torch.Tensor
    distractors: torch.Tensor
    seconds: float


def draw_mask(clips: int, frames: int, span: int, source: np.random.Generator) -> NDArray[np.bool_]:
    """Mask spans of so many frames that begin anywhere: about half of all frames, equally many of each clip.

    Source: Baevski et al. 2020, arXiv:2006.11477, section 3.1; equal numbers as in transformers.
    """
    count = max(1, round(MASKED * frames / span))
    mask = np.zeros((clips, frames), bool)
    for row in mask:
        for start in source.choice(frames - span + 1, min(count, frames - span + 1), replace=False):
            row[start : start + span] = True
    return mask


def draw_distractors(mask: NDArray[np.bool_], count: int, source: np.random.Generator) -> NDArray[np.int64]:
    """Draw for each masked frame other masked frames of its clip, each equally often, with replacement."""
    drawn = np.zeros((*mask.shape, count), np.int64)
    for row, masked in enumerate(mask):
        places = np.flatnonzero(masked)
        steps = source.integers(1, max(2, len(places)), (len(places), count))
        drawn[row, places] = places[(np.arange(len(places))[:, None] + steps) % len(places)]
    return drawn


def made(sounds: list[Sound], span: int, source: np.random.Generator) -> Batch:
    """Put equally long sounds together with masks and distractors."""
    values = np.stack([normalised(sound) for sound in sounds])
    mask = draw_mask(len(sounds), frame_count(values.shape[1]), span, source)
    distractors = draw_distractors(mask, DISTRACTORS, source)
    return Batch(
        torch.from_numpy(values), torch.from_numpy(mask), torch.from_numpy(distractors), values.size / RATE
    )  # fmt: skip


class BatchStream(IterableDataset[Batch]):
    """Endless batches, made in the process that iterates."""

    def __init__(self, settings: BatchSettings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def __iter__(self) -> Iterator[Batch]:
        settings, source = self._settings, np.random.default_rng(self._seed)
        crops = Crops(settings, source)
        while True:
            length = round(float(source.choice(settings.lengths)) * RATE)
            count = max(2, round(settings.seconds * RATE / length))
            span = int(source.choice(settings.spans))
            yield made([crops.draw(length) for _ in range(count)], span, source)


class Crops:
    """Draws stretches of single utterances, by voice group, and changes them a little."""

    def __init__(self, settings: BatchSettings, source: np.random.Generator) -> None:
        self._settings, self._source = settings, source
        wanted = GROUP_WEIGHTS.keys() - KEPT_GROUPS
        self._shards = [shard for shard in load_shards(settings.corpus, "train") if shard.group in wanted]
        parts = [sum(other.group == shard.group for other in self._shards) for shard in self._shards]
        shares = np.array([GROUP_WEIGHTS[s.group] / n for s, n in zip(self._shards, parts, strict=True)])
        self._shares = shares / shares.sum()
        self._sizes = [np.diff(shard.clip_ends, prepend=0) for shard in self._shards]

    def draw(self, samples: int) -> Sound:
        """Draw one stretch of so many samples in which something sounds."""
        while True:
            sound = self._changed(self._stretch(round(1.3 * samples)))
            if len(sound) >= samples:
                start = int(self._source.integers(len(sound) - samples + 1))
                sound = sound[start : start + samples]
                if sound.std() > 1e-3:
                    return sound

    def _stretch(self, longest: int) -> Sound:
        place = int(self._source.choice(len(self._shards), p=self._shares))
        shard, sizes = self._shards[place], self._sizes[place]
        fitting = np.flatnonzero(sizes >= longest / 1.3)
        if not len(fitting):
            return np.zeros(0, np.float32)
        return self._cut(shard, int(self._source.choice(fitting)), longest)

    def _cut(self, shard: Shard, index: int, longest: int) -> Sound:
        clip = shard.clip(index)
        start = int(self._source.integers(max(1, len(clip) - longest + 1)))
        return clip[start : start + longest].astype(np.float32) / np.float32(32768)

    def _changed(self, sound: Sound) -> Sound:
        if not len(sound):
            return sound
        return augment(sound, self._settings.augmentation, self._source, np.roll(sound, len(sound) // 2)).samples


def _quiet_worker(_index: int) -> None:
    torch.set_num_threads(1)


def batches(settings: BatchSettings, seed: int) -> Iterator[Batch]:
    """Make batches in one process of its own, a few ahead."""
    loader = DataLoader(
        BatchStream(settings, seed), batch_size=None, num_workers=1, prefetch_factor=8, worker_init_fn=_quiet_worker,
        multiprocessing_context="fork",
    )  # fmt: skip
    return iter(loader)
