"""Phone error rates with their intervals, on held-out words, an unseen voice and real people."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray

from models.recipes.speech_tiny.batches import normalised
from models.recipes.speech_tiny.corpus import load_shards, trained_words
from models.recipes.speech_tiny.phones import BLANK, PHONES, vocabulary
from models.recipes.speech_tiny.sentences import common_words
from models.recipes.speech_tiny.utterance import RATE

DIGIT_PHONES = {
    "0": ("z iy r ow", "z ih r ow"), "1": ("w ah n",), "2": ("t uw",), "3": ("th r iy",), "4": ("f ao r",),
    "5": ("f ay v",), "6": ("s ih k s",), "7": ("s eh v ah n",), "8": ("ey t",), "9": ("n ay n",),
}  # fmt: skip
_RESAMPLES = 1000
_CHECKED = 25


@dataclass(frozen=True)
class Edits:
    """What turns what was heard into what was said: counts, and the number of phones said."""

    substitutions: int
    deletions: int
    insertions: int
    phones: int

    @property
    def rate(self) -> float:
        """Phone error rate: all edits over the phones said."""
        return (self.substitutions + self.deletions + self.insertions) / self.phones


@dataclass(frozen=True)
class Spoken:
    """One test recording: sound at 16 kHz, who speaks, and the phone strings that count as right."""

    samples: NDArray[np.float32]
    speaker: str
    references: tuple[tuple[str, ...], ...]


def edits(said: Sequence[str], heard: Sequence[str]) -> Edits:
    """Count the fewest substitutions, deletions and insertions (Levenshtein 1966)."""
    row = [(j, 0, 0, j) for j in range(len(heard) + 1)]
    for i, wanted in enumerate(said, start=1):
        above, row = row, [(i, 0, i, 0)]
        for j, found in enumerate(heard, start=1):
            cost, s, d, n = above[j - 1]
            match = (cost, s, d, n) if wanted == found else (cost + 1, s + 1, d, n)
            cost, s, d, n = above[j]
            deleted = (cost + 1, s, d + 1, n)
            cost, s, d, n = row[j - 1]
            row.append(min(match, deleted, (cost + 1, s, d, n + 1)))
    _, substitutions, deletions, insertions = row[-1]
    return Edits(substitutions, deletions, insertions, len(said))


def total(parts: Iterable[Edits]) -> Edits:
    """Add up edits."""
    rows = list(parts)
    names = ("substitutions", "deletions", "insertions", "phones")
    return Edits(*(sum(getattr(row, name) for row in rows) for name in names))


def best_edits(spoken: Spoken, heard: Sequence[str]) -> Edits:
    """Count edits against the accepted pronunciation that fits best."""
    return min((edits(reference, heard) for reference in spoken.references), key=lambda e: e.rate)


@torch.no_grad()
def recognise(model: torch.nn.Module, sounds: Sequence[NDArray[np.float32]]) -> list[list[str]]:
    """Return the phones heard in each sound: the best symbol of each frame, repeats and blanks removed."""
    symbols = {index: phone for phone, index in vocabulary().items()}
    heard = []
    for sound in sounds:
        values = torch.from_numpy(normalised(sound))[None]
        best = model(values).logits[0].argmax(-1)
        heard.append([symbols[i] for i in torch.unique_consecutive(best).tolist() if symbols[i] != BLANK])
    return heard


def synthetic(corpus: Path, split: str, *, test: bool) -> list[Spoken]:
    """Return the held-out utterances of a split: odd ones for the tests, even ones to watch training.

    Left out are the few that share a content word with the recorded prompts, whose texts nobody could choose.
    """
    known = trained_words(corpus) - common_words()
    chosen = []
    for shard in load_shards(corpus, split):
        for index in range(int(test), len(shard), 2):
            if known & set(shard.texts[index].split()):
                continue
            phones = tuple(PHONES[label - 1] for label in shard.labels[shard.phone_slice(index)])
            chosen.append(Spoken(shard.clip(index).astype(np.float32) / np.float32(32768), shard.group, (phones,)))
    return chosen


def digits(folder: Path, recordings: Container[int] | None = None) -> list[Spoken]:
    """Return the spoken digits of a folder of files named digit_speaker_recording.wav, all or some recordings."""
    chosen = []
    for path in sorted(folder.glob("[0-9]_*_*.wav")):
        digit, speaker, recording = path.stem.split("_")
        if recordings is not None and int(recording) not in recordings:
            continue
        references = tuple(tuple(phones.split()) for phones in DIGIT_PHONES[digit])
        chosen.append(Spoken(read_sound(path), speaker, references))
    return chosen


def read_sound(path: Path) -> NDArray[np.float32]:
    """Read a file as mono at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(samples.mean(1), rate, RATE, quality="HQ").astype(np.float32)


def measure(model: torch.nn.Module, spoken: Sequence[Spoken], seed: int = 0) -> dict[str, object]:
    """Return the error rate, its parts, a 95 % interval by resampling utterances, and the rate of each speaker."""
    heard = recognise(model, [item.samples for item in spoken])
    rows = [best_edits(item, phones) for item, phones in zip(spoken, heard, strict=True)]
    whole, speakers = total(rows), sorted({item.speaker for item in spoken})
    low, high = interval(rows, seed)
    return {
        "phone_error_rate": whole.rate, "low": low, "high": high, "substitutions": whole.substitutions,
        "deletions": whole.deletions, "insertions": whole.insertions, "phones": whole.phones, "utterances": len(rows),
        "speakers": {
            name: total(row for row, item in zip(rows, spoken, strict=True) if item.speaker == name).rate
            for name in speakers
        },
    }  # fmt: skip


def interval(rows: Sequence[Edits], seed: int) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % points of the rate when utterances are drawn again with replacement."""
    wrong = np.array([row.substitutions + row.deletions + row.insertions for row in rows])
    phones = np.array([row.phones for row in rows])
    drawn = np.random.default_rng(seed).integers(len(rows), size=(_RESAMPLES, len(rows)))
    rates = wrong[drawn].sum(1) / phones[drawn].sum(1)
    return float(np.quantile(rates, 0.025)), float(np.quantile(rates, 0.975))


def quick_rates(model: torch.nn.Module, corpus: Path) -> dict[str, float]:
    """Return error rates on the part of the held-out speech that is there to watch training."""
    rates = {}
    for split in ("seen", "unseen"):
        watched = synthetic(corpus, split, test=False)
        step = max(1, len(watched) // _CHECKED)
        part = watched[::step]
        heard = recognise(model, [item.samples for item in part])
        rates[split] = round(total(best_edits(i, h) for i, h in zip(part, heard, strict=True)).rate, 4)
    return rates
