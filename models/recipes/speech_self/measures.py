"""How well masked frames are expected: accuracy among distractors, beside chance and beside a copy of the edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.recipes.speech_self.batches import KEPT_GROUPS, made
from models.recipes.speech_self.network import Learner, contrasted
from models.recipes.speech_tiny.augmentation import Sound
from models.recipes.speech_tiny.corpus import Shard, load_shards
from models.recipes.speech_tiny.utterance import RATE

SECONDS = 3.0
SPAN = 10
_AT_ONCE = 8


@dataclass(frozen=True)
class Measures:
    """Shares of masked frames whose own code was the most similar among itself and its distractors.

    `copied` takes the nearest frame that is heard for the prediction; `chance` draws blindly among what is compared
    (distractors of the same code are left out). `perplexity` is that of the two halves of the codes, summed; `codes`
    counts the different pairs. `spread` is the standard error of `accuracy` over clips.
    """

    accuracy: float
    spread: float
    copied: float
    chance: float
    loss: float
    perplexity: float
    codes: int
    frames: int
    clips: int


def held_out(corpus: Path) -> dict[str, list[Sound]]:
    """Return stretches of 3 s of the speech that no step learned from, by test set."""
    shards = load_shards(corpus, "train")
    return {
        "known voices, new sentences": _stretches(load_shards(corpus, "seen"), 40),
        "a new voice, new sentences (Festival's ked)": _stretches(load_shards(corpus, "unseen"), 60),
        "a new voice, words known from others (Pico)": _stretches([s for s in shards if s.group in KEPT_GROUPS], 60),
    }


def quick(corpus: Path) -> list[Sound]:
    """Return the few stretches that training is watched on: other clips than those of the tests."""
    shards = [*load_shards(corpus, "seen"), *load_shards(corpus, "unseen")]
    return _stretches(shards, 8, first=100)


def _stretches(shards: Sequence[Shard], each: int, first: int = 0) -> list[Sound]:
    length, found = round(SECONDS * RATE), []
    for shard in shards:
        long = [i for i in range(first, min(first + 100, len(shard))) if len(shard.clip(i)) >= length][:each]
        found += [shard.clip(i)[:length].astype(np.float32) / np.float32(32768) for i in long]
    return found


@torch.no_grad()
def measure(learner: Learner, sounds: Sequence[Sound], seed: int = 1) -> Measures:
    """Mask about half of every clip in spans of 200 ms, once, and count."""
    learner.eval()
    source, rows, usage = np.random.default_rng(seed), [], []
    for start in range(0, len(sounds), _AT_ONCE):
        batch = made(list(sounds[start : start + _AT_ONCE]), SPAN, source)
        predicted, codes, targets = learner.compared(batch.values, batch.mask, None)
        copies = torch.from_numpy(np.stack([nearest_heard(mask) for mask in batch.mask.numpy()]))
        copied = targets.gather(1, copies[..., None].expand_as(targets))
        asked = contrasted(predicted, targets, codes.codes, batch.distractors, learner.model.config)
        plain = contrasted(copied, targets, codes.codes, batch.distractors, learner.model.config)
        rows += [_counted(a[m], p[m]) for a, p, m in zip(asked, plain, batch.mask, strict=True)]
        usage.append(codes.codes[batch.mask].numpy())
    return _summed(np.array(rows), np.concatenate(usage))


def nearest_heard(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each frame the nearest one that is not masked, of two the earlier."""
    heard = np.flatnonzero(~mask)
    if not len(heard):
        return np.arange(len(mask))
    return heard[np.abs(np.arange(len(mask))[:, None] - heard).argmin(1)]


def _counted(asked: torch.Tensor, plain: torch.Tensor) -> tuple[float, ...]:
    """Count frames, hits, hits of the copy, blind hits, and sum the loss of one clip."""
    compared = torch.isfinite(asked).sum(-1)
    loss = torch.nn.functional.cross_entropy(asked, torch.zeros(len(asked), dtype=torch.long), reduction="sum")
    return float(len(asked)), hits(asked), hits(plain), float((1 / compared).sum()), float(loss)


def hits(logits: torch.Tensor) -> float:
    """Count the rows whose first entry is above all others; a tie with n others counts 1 / (n + 1)."""
    best = logits >= logits.amax(-1, keepdim=True) - 1e-5
    return float((best[:, 0] / best.sum(-1)).sum())


def _summed(rows: NDArray[np.float64], codes: NDArray[np.int64]) -> Measures:
    frames, right, copied, blind, loss = rows.sum(0)
    rates = rows[:, 1] / rows[:, 0]
    perplexity = sum(_perplexity(group) for group in codes.T)
    return Measures(
        accuracy=right / frames, spread=float(rates.std(ddof=1) / np.sqrt(len(rates))) if len(rates) > 1 else 0.0,
        copied=copied / frames, chance=blind / frames, loss=loss / frames, perplexity=perplexity,
        codes=len(np.unique(codes, axis=0)), frames=int(frames), clips=len(rows),
    )  # fmt: skip


def _perplexity(codes: NDArray[np.int64]) -> float:
    share = np.bincount(codes) / len(codes)
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))
