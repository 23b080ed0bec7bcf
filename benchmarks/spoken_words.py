"""Clips in which the reason is known: five spoken words, one of which may be a keyword that alone decides the class."""

import hashlib
import multiprocessing
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.clip import Clip
from core.dataset.home import home
from core.family import transformers_class
from core.loading import LoadedModel, load_folder
from core.model_spec import ModelSpec
from core.tiers import Interval, Tiers
from models import FAMILIES
from models.recipes.speech_tiny.synthesis import espeak
from models.recipes.speech_tiny.utterance import RATE

KEYWORDS = ("tiger", "lemon", "window")
NONE = len(KEYWORDS)  # class of the clips without a keyword
OTHERS = (
    "river", "apple", "doctor", "garden", "paper", "silver", "monkey", "table", "yellow", "music", "bottle", "summer",
    "candle", "pocket", "winter", "leather",
)  # fmt: skip
WORDS = 5  # of a clip
BANDS = 40


@dataclass(frozen=True)
class Plan:
    """How many clips are spoken, by whom, and how long the network learns.

    none    some clips have no keyword, and that is a class of its own
    voices  variants of espeak-ng's American voice; the same ones speak what is learned and what is tested
    """

    taught: int = 1_800
    epochs: int = 10
    batch: int = 32
    none: bool = True
    voices: tuple[str, ...] = ("", "m1", "m3", "m7", "f1", "f2", "f3", "f5")
    seed: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes."""
        return (*KEYWORDS, "none") if self.none else KEYWORDS


@dataclass(frozen=True, eq=False)
class Planted:
    """A clip with its words as tiers, its class, and the word that decides it (index; None: no keyword)."""

    clip: Clip
    label: int
    at: int | None

    @property
    def keyword(self) -> Interval:
        """Where the keyword lies."""
        return self.clip.tiers["word"][self.at]


def planted(plan: Plan, count: int, seed: int, labels: Sequence[int]) -> list[Planted]:
    """Speak clips, class after class; the same every time.

    espeak-ng's voices waver on from where the last clip stopped, so it starts in a process of its own.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_speak, plan, count, seed, tuple(labels)).result()


def _speak(plan: Plan, count: int, seed: int, labels: tuple[int, ...]) -> list[Planted]:
    source, engine = random.Random(seed), espeak.Espeak()
    return [_one(engine, plan, labels[at % len(labels)], source) for at in range(count)]


def _one(engine: espeak.Espeak, plan: Plan, label: int, source: random.Random) -> Planted:
    words, at = source.sample(OTHERS, WORDS), None
    if label < NONE:
        at = source.randrange(WORDS)
        words[at] = KEYWORDS[label]
    voice = espeak.EspeakVoice(
        "en-us", source.choice(plan.voices), source.randint(130, 190), source.randint(30, 70), source.randint(30, 70)
    )
    samples, phones, spoken = engine.record(" ".join(words), voice)
    last = max(phone.end for phone in phones if not phone.label.startswith("_"))
    tier = [replace(word, end=min(word.end, last)) for word in spoken if word.label and word.start < last]
    samples = samples / 32_768 * 10 ** (source.uniform(-12, 0) / 20)
    return Planted(Clip.of(" ".join(words), samples, RATE, Tiers.of([("word", tier)])), label, at)


def taught(plan: Plan) -> LoadedModel:
    """Teach a small convolutional network the classes, or load it where this very code has taught it before."""
    folder = home() / "benchmarks" / f"planted-words-{_identity(plan)}"
    if not (folder / "model.safetensors").is_file():
        _teach(plan, folder)
    return load_folder(folder, ModelSpec("folder", str(folder)))


def _identity(plan: Plan) -> str:
    from models.networks import convolutions, extractor, log_mel_cnn, network

    used = (sys.modules[__name__], espeak, convolutions, extractor, log_mel_cnn, network)
    digest = hashlib.blake2b(repr(plan).encode(), digest_size=8)
    for module in used:
        digest.update(Path(module.__file__).read_bytes())
    return digest.hexdigest()


def _teach(plan: Plan, folder: Path) -> None:
    family = FAMILIES["log-mel-cnn"]
    names = dict(enumerate(plan.labels))
    config = transformers_class(family.config)(
        widths=[16, 24, 32, 48], pools=[[2, 2], [2, 2], [2, 2], [2, 1]], dropout=0.1, num_mel_bins=BANDS,
        id2label=names, label2id={name: at for at, name in names.items()},
    )  # fmt: skip
    extractor = transformers_class(family.extractor)(feature_size=BANDS)
    module = family.random(family.classifier, config, plan.seed)
    clips = planted(plan, plan.taught, plan.seed + 1, range(len(plan.labels)))
    features = [torch.from_numpy(extractor.log_mel(item.clip.samples)) for item in clips]
    _learn(module, features, torch.tensor([item.label for item in clips]), plan)
    module.save_pretrained(folder)
    extractor.save_pretrained(folder)


def _learn(module: Any, features: Sequence[Tensor], labels: Tensor, plan: Plan) -> None:
    chance = torch.Generator().manual_seed(plan.seed)
    module.requires_grad_(True).train()
    steps = plan.epochs * -(-len(features) // plan.batch)
    optimiser = torch.optim.AdamW(module.parameters(), lr=3e-3, weight_decay=1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps, pct_start=0.2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        for _epoch in range(plan.epochs):
            for places in torch.randperm(len(features), generator=chance).split(plan.batch):
                batch = [features[at] for at in places]
                mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(part)) for part in batch], batch_first=True)
                values = torch.nn.utils.rnn.pad_sequence(batch, batch_first=True)
                logits = module(input_features=values, attention_mask=mask).logits
                loss = torch.nn.functional.cross_entropy(logits, labels[places])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                rate.step()
    module.requires_grad_(False).eval()


def heard(model: LoadedModel, clips: Sequence[Planted]) -> np.ndarray:
    """Return what the network says of each clip, (clips, classes) logits."""
    with model.exclusive() as module, torch.no_grad():
        return np.concatenate([module(**model.inputs(item.clip)).logits.numpy() for item in clips])
