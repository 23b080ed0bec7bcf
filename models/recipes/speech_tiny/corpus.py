"""The corpus on disk: speech of many voices with its phones, in a few large files a voice."""

import json
import multiprocessing
import random
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.recipes.speech_tiny.phones import spoken, vocabulary
from models.recipes.speech_tiny.sentences import Texts, draw_held_out, draw_text, read_texts
from models.recipes.speech_tiny.utterance import Utterance
from models.recipes.speech_tiny.voices import VOICES, VoiceGroup

SILENT = 0
_FASTEST = 22.0  # phones a second


@dataclass(frozen=True)
class CorpusSettings:
    """How much speech to make; `scale` multiplies the hours of every voice."""

    folder: Path
    seed: int = 20
    scale: float = 1.0
    processes: int = 2
    test_utterances: int = 150


@dataclass(frozen=True)
class Part:
    """A slice of one voice group that one process makes."""

    group: str
    split: str
    number: int
    seconds: float
    seed: int


@dataclass(frozen=True)
class Shard:
    """Speech of one part: sound end to end, and where each utterance and each phone lies.

    samples: int16 at 16 kHz; clip_ends: (clips,) in samples; phone_ends: (clips,) in phones; labels, starts, ends:
    (phones,), the times in seconds from the start of the clip; timed: whether the times are known.
    """

    samples: NDArray[np.int16]
    clip_ends: NDArray[np.int64]
    phone_ends: NDArray[np.int64]
    labels: NDArray[np.int16]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    timed: bool
    group: str
    texts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.clip_ends)

    def clip(self, index: int) -> NDArray[np.int16]:
        """Return the sound of one utterance."""
        return self.samples[self.clip_ends[index - 1] if index else 0 : self.clip_ends[index]]

    def phone_slice(self, index: int) -> slice:
        """Return where the phones of one utterance lie in labels, starts and ends."""
        return slice(int(self.phone_ends[index - 1]) if index else 0, int(self.phone_ends[index]))


def make_corpus(settings: CorpusSettings) -> None:
    """Speak all parts with several processes; parts that are there already are kept."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    parts = [part for part in _parts(settings) if not _path(settings.folder, part).with_suffix(".json").exists()]
    trained, kept = read_texts()
    context = multiprocessing.get_context("fork")
    with context.Pool(settings.processes, maxtasksperchild=1) as pool:
        jobs = [(settings, part, trained, kept) for part in parts]
        for done in pool.imap_unordered(_make_part, jobs, chunksize=1):
            print(done, flush=True)


def load_shards(folder: Path, split: str) -> list[Shard]:
    """Open every part of a split; the sound stays on disk until it is used."""
    return [_load(path) for path in sorted(folder.glob(f"{split}-*.json"))]


def _parts(settings: CorpusSettings) -> Iterator[Part]:
    for group in VOICES:
        seconds = group.hours * 3600 * settings.scale
        count = max(1, round(seconds / 1800)) if group.trained else 0
        for number in range(count):
            yield Part(group.name, "train", number, seconds / count, _seed(settings.seed, group.name, number))
        if group.tested:
            yield Part(group.name, group.test_split, 0, 0.0, _seed(settings.seed + 1, group.name, 0))


def _seed(seed: int, name: str, number: int) -> int:
    return zlib.crc32(f"{seed}/{name}/{number}".encode())


def _path(folder: Path, part: Part) -> Path:
    return folder / f"{part.split}-{part.group}-{part.number:02d}"


def _make_part(job: tuple[CorpusSettings, Part, Texts, Texts]) -> str:
    settings, part, trained, kept = job
    group = next(group for group in VOICES if group.name == part.group)
    source = random.Random(part.seed)
    if part.split == "train":
        draw: Callable[[], str] = lambda: draw_text(trained, source)  # noqa: E731
        utterances = _until(group.speak(draw, source), part.seconds)
    else:
        wanted = settings.test_utterances
        utterances = _first(group.speak(lambda: draw_held_out(kept, source), source), wanted)
    return _save(_path(settings.folder, part), group, utterances)


def _until(utterances: Iterable[Utterance], seconds: float) -> list[Utterance]:
    taken, total = [], 0.0
    for utterance in utterances:
        taken.append(utterance)
        total += utterance.seconds
        if total >= seconds:
            break
    return taken


def _first(utterances: Iterable[Utterance], count: int) -> list[Utterance]:
    return [utterance for utterance, _ in zip(utterances, range(count), strict=False)]


def _save(path: Path, group: VoiceGroup, utterances: list[Utterance]) -> str:
    index = vocabulary()
    kept = [u for u in utterances if _plausible(u)]
    phones = [[p for p in u.phones if p.label] for u in kept]
    np.save(path.with_suffix(".npy"), np.concatenate([u.samples for u in kept]))
    np.savez(
        path.with_suffix(".npz"),
        clip_ends=np.cumsum([len(u.samples) for u in kept]),
        phone_ends=np.cumsum([len(p) for p in phones]),
        labels=np.array([index[p.label] for row in phones for p in row], np.int16),
        starts=np.array([p.start for row in phones for p in row], np.float32),
        ends=np.array([p.end for row in phones for p in row], np.float32),
    )
    facts: dict[str, Any] = {
        "group": group.name, "timed": all(u.timed for u in kept), "clips": len(kept),
        "seconds": sum(u.seconds for u in kept), "words": len({w for u in kept for w in u.text.split()}),
        "voices": sorted({u.voice for u in kept}), "texts": [u.text for u in kept],
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(facts))
    return f"{path.name}: {facts['clips']} clips, {facts['seconds'] / 60:.1f} min"


def _plausible(utterance: Utterance) -> bool:
    """Tell whether something is said, no faster than a person could."""
    count = len(spoken(utterance.phones))
    return 0 < count <= _FASTEST * utterance.seconds


def _load(path: Path) -> Shard:
    facts = json.loads(path.read_text())
    samples = np.load(path.with_suffix(".npy"), mmap_mode="r")
    with np.load(path.with_suffix(".npz")) as arrays:
        fields = {name: arrays[name] for name in ("clip_ends", "phone_ends", "labels", "starts", "ends")}
    return Shard(samples=samples, timed=facts["timed"], group=facts["group"], texts=tuple(facts["texts"]), **fields)


def trained_words(folder: Path) -> frozenset[str]:
    """Return every word of the texts that were trained on, recorded prompts included."""
    texts = (text for path in folder.glob("train-*.json") for text in json.loads(path.read_text())["texts"])
    return frozenset(word for text in texts for word in re.findall(r"[a-z']+", text.lower()))


def describe(folder: Path, split: str) -> dict[str, object]:
    """Sum up a split: hours, clips, different words, voices, and the hours of each group."""
    facts = [json.loads(path.read_text()) for path in sorted(folder.glob(f"{split}-*.json"))]
    groups: dict[str, float] = {}
    for fact in facts:
        groups[fact["group"]] = groups.get(fact["group"], 0.0) + fact["seconds"] / 3600
    return {
        "hours": sum(groups.values()),
        "clips": sum(fact["clips"] for fact in facts),
        "words": len({word for fact in facts for text in fact["texts"] for word in text.split()}),
        "voices": len({voice for fact in facts for voice in fact["voices"]}),
        "hours_of_group": groups,
    }
