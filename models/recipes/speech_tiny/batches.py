"""Batches of augmented speech with their phones, as an endless stream."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset

from models.recipes.speech_tiny.augmentation import AugmentationSettings, Sound, augment
from models.recipes.speech_tiny.corpus import Shard, load_shards
from models.recipes.speech_tiny.utterance import RATE

HOP, FIELD = 320, 400
UNKNOWN = -100
# lengths (s) that clips are padded to: few different shapes let the processor's library keep its compiled kernels
LENGTHS = (0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.5, 10.0, 12.0)
# how often each voice group is drawn; real and converted voices carry over to people best
GROUP_WEIGHTS = {
    "flite-slt": 6.0, "flite-rms": 7.0, "flite-awb": 5.0, "flite-kal": 6.0, "flite-converted": 24.0, "recorded": 5.0,
    "recorded-converted": 9.0, "espeak-us": 9.0, "espeak-british": 4.0, "pico": 6.0, "festival-kal": 7.0,
    "festival-kal-converted": 18.0,
}  # fmt: skip


@dataclass(frozen=True)
class BatchSettings:
    """Where the corpus lies and how clips are cut, joined and put together.

    `seconds` is the length of a batch, padding included; `joined` and `cut` are shares of clips.
    """

    corpus: Path
    seed: int = 3
    seconds: float = 40.0
    longest: float = 10.0
    joined: float = 0.2
    cut: float = 0.25
    tight: float = 0.5
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)


@dataclass(frozen=True)
class Clip:
    """One clip for training: sound, labels (phones,), their starts and ends (s), and whether these are known."""

    samples: Sound
    labels: NDArray[np.int16]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    timed: bool


@dataclass(frozen=True)
class Batch:
    """Padded clips: input_values and attention_mask (clips, samples), labels (clips, phones), frames (clips, frames).

    Padding is 0 in the sound and -100 in labels and frames; frames are -100 too where times are not known.
    """

    input_values: torch.Tensor
    attention_mask: torch.Tensor
    labels: torch.Tensor
    frames: torch.Tensor
    seconds: float


def frame_count(samples: int) -> int:
    """Return how many frames the convolutions make of so many samples."""
    return max(0, (samples - FIELD) // HOP + 1)


def frame_labels(clip: Clip) -> NDArray[np.int64]:
    """Return the phone at the centre of each frame (0 in silences), or -100 where times are not known."""
    count = frame_count(len(clip.samples))
    if not clip.timed:
        return np.full(count, UNKNOWN)
    centres = (np.arange(count) * HOP + FIELD / 2) / RATE
    row = np.searchsorted(clip.starts, centres, side="right") - 1
    inside = (row >= 0) & (centres < clip.ends[np.maximum(row, 0)])
    return np.where(inside, clip.labels[np.maximum(row, 0)], 0).astype(np.int64)


class ClipStream:
    """Draws clips from the corpus, cuts and joins some, and augments them."""

    def __init__(self, settings: BatchSettings, seed: int) -> None:
        self._settings = settings
        self._source = np.random.default_rng(seed)
        self._shards = [shard for shard in load_shards(settings.corpus, "train") if shard.group in GROUP_WEIGHTS]
        weights = np.array([GROUP_WEIGHTS[shard.group] / self._parts(shard) for shard in self._shards])
        self._weights = weights / weights.sum()

    def draw(self) -> Clip:
        """Draw one clip that is long enough for its phones."""
        while True:
            clip = self._augmented(self._drawn())
            fits = len(clip.labels) > 0 and len(clip.samples) / RATE <= LENGTHS[-1]
            if fits and frame_count(len(clip.samples)) > 1.3 * len(clip.labels) + 2 and np.any(clip.samples):
                return clip

    def _parts(self, shard: Shard) -> int:
        return sum(other.group == shard.group for other in self._shards)

    def _drawn(self) -> Clip:
        clip = self._source_clip()
        if clip.timed and self._source.random() < self._settings.cut:
            return self._cut(clip)
        if self._source.random() < self._settings.tight and clip.timed:
            clip = _stretch_of(clip, 0, len(clip.labels), self._source.uniform(0, 0.08, 2))
        while self._source.random() < self._settings.joined:
            other = self._source_clip()
            if other.timed != clip.timed or len(clip.samples) + len(other.samples) > self._settings.longest * RATE:
                break
            clip = _joined(clip, other)
        return clip

    def _source_clip(self) -> Clip:
        shard = self._shards[self._source.choice(len(self._shards), p=self._weights)]
        index = int(self._source.integers(len(shard)))
        row = shard.phone_slice(index)
        samples = shard.clip(index).astype(np.float32) / np.float32(32768)
        return Clip(samples, shard.labels[row], shard.starts[row], shard.ends[row], shard.timed)

    def _cut(self, clip: Clip) -> Clip:
        count = int(self._source.integers(2, 13))
        first = int(self._source.integers(max(1, len(clip.labels) - count + 1)))
        return _stretch_of(clip, first, min(first + count, len(clip.labels)), self._source.uniform(0, 0.03, 2))

    def _augmented(self, clip: Clip) -> Clip:
        babble = np.concatenate([self._source_clip().samples for _ in range(2)])
        babble = babble + np.roll(babble, len(babble) // 3) + np.roll(babble, len(babble) // 2)
        changed = augment(clip.samples, self._settings.augmentation, self._source, babble)
        return Clip(changed.samples, clip.labels, changed.moved(clip.starts), changed.moved(clip.ends), clip.timed)


def _stretch_of(clip: Clip, first: int, last: int, margins: NDArray[np.float64]) -> Clip:
    """Cut out the phones first..last with margins (s) that stay inside the neighbouring silences."""
    begin = max(clip.starts[first] - margins[0], clip.ends[first - 1] if first else 0.0)
    end = clip.ends[last - 1] + margins[1]
    end = min(end, clip.starts[last]) if last < len(clip.starts) else min(end, len(clip.samples) / RATE)
    low, high = int(begin * RATE), int(end * RATE)
    shift = np.float32(low / RATE)
    return Clip(
        clip.samples[low:high], clip.labels[first:last], clip.starts[first:last] - shift,
        clip.ends[first:last] - shift, clip.timed,
    )  # fmt: skip


def _joined(one: Clip, two: Clip) -> Clip:
    shift = np.float32(len(one.samples) / RATE)
    return Clip(
        np.concatenate([one.samples, two.samples]), np.concatenate([one.labels, two.labels]),
        np.concatenate([one.starts, two.starts + shift]), np.concatenate([one.ends, two.ends + shift]), one.timed,
    )  # fmt: skip


def normalised(samples: Sound) -> Sound:
    """Give mean 0 and variance 1, as transformers' Wav2Vec2FeatureExtractor does."""
    return ((samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)).astype(np.float32)


def collate(clips: list[Clip], longest: int) -> Batch:
    """Pad clips to one batch, `longest` samples wide."""
    phones = max(len(clip.labels) for clip in clips)
    values, mask = np.zeros((len(clips), longest), np.float32), np.zeros((len(clips), longest), np.int64)
    labels = np.full((len(clips), phones), UNKNOWN, np.int64)
    frames = np.full((len(clips), frame_count(longest)), UNKNOWN, np.int64)
    for row, clip in enumerate(clips):
        values[row, : len(clip.samples)] = normalised(clip.samples)
        mask[row, : len(clip.samples)] = 1
        labels[row, : len(clip.labels)] = clip.labels
        known = frame_labels(clip)
        frames[row, : len(known)] = known
    seconds = sum(len(clip.samples) for clip in clips) / RATE
    return Batch(
        torch.from_numpy(values), torch.from_numpy(mask), torch.from_numpy(labels), torch.from_numpy(frames), seconds
    )  # fmt: skip


class BatchStream(IterableDataset[Batch]):
    """Endless batches of nearly equal length, made in the process that iterates."""

    def __init__(self, settings: BatchSettings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def __iter__(self) -> Iterator[Batch]:
        stream = ClipStream(self._settings, self._seed)
        waiting: dict[float, list[Clip]] = {length: [] for length in LENGTHS}
        while True:
            clip = stream.draw()
            length = next(length for length in LENGTHS if len(clip.samples) <= length * RATE)
            waiting[length].append(clip)
            if len(waiting[length]) >= self._settings.seconds / length:
                yield collate(waiting.pop(length), round(length * RATE))
                waiting[length] = []


def _quiet_worker(_index: int) -> None:
    torch.set_num_threads(1)


def batches(settings: BatchSettings, seed: int) -> Iterator[Batch]:
    """Make batches in one process of its own, a few ahead."""
    loader = DataLoader(
        BatchStream(settings, seed), batch_size=None, num_workers=1, prefetch_factor=8, worker_init_fn=_quiet_worker,
        multiprocessing_context="fork",
    )  # fmt: skip
    return iter(loader)
