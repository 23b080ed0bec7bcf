"""Utterances and networks whose truth is known, for the tests of inversion."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from jaxtyping import Float32

from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.tiers import Tiers

RATE = 16_000
VOICES, SENTENCES = 4, 4
WIDTHS = (80, 40, 20, 10, 5, 2)


def sung(voice: int, sentence: int, seconds: float = 0.8) -> Clip:
    """Harmonics of a voice's pitch under formants that a sentence moves, with pauses and a little noise."""
    chance = np.random.default_rng(100 * voice + sentence)
    at = np.arange(round(seconds * RATE)) / RATE
    pitch = (100 + 30 * voice) * (1 + 0.1 * np.sin(2 * np.pi * (1 + sentence) * at))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formant = 800 + 500 * np.sin(2 * np.pi * (0.7 + 0.6 * sentence) * at + sentence)
    wave = sum(np.sin(k * phase) * np.exp(-(((k * pitch - formant) / 500) ** 2)) for k in range(1, 25))
    loud = np.clip(np.sin(2 * np.pi * (2 + sentence) * at) + 0.5, 0, None)
    return Clip.of(f"{voice}-{sentence}", 0.1 * wave * loud + 0.001 * chance.normal(size=at.size), RATE)


def corpus(voices: int = VOICES, sentences: int = SENTENCES) -> Corpus:
    """Every voice sings every sentence."""
    clips = [sung(voice, sentence) for voice in range(voices) for sentence in range(sentences)]
    told = tuple(
        Utterance(clip.name, *clip.name.split("-"), clip.seconds, Tiers())  # type: ignore[call-arg]
        for clip in clips
    )
    return Corpus("planted", "Planted", "", "en", "CC0-1.0", told, clips.__getitem__, "planted")


def squeezed(
    pictures: Float32[np.ndarray, "columns bands"], seed: int = 0
) -> Mapping[int, Float32[np.ndarray, "columns _width"]]:
    """Pass pictures through ever narrower random matrices: what one lets go, none after it can have."""
    chance = np.random.default_rng(seed)
    found, values = {}, pictures
    for stop, width in enumerate(WIDTHS):
        values = (values @ chance.normal(size=(values.shape[1], width)) / np.sqrt(values.shape[1])).astype(np.float32)
        found[stop] = values
    return found


class MelNetwork(torch.nn.Module):
    """Four convolutions over a log-mel picture, each of which halves it: random weights, as in the reference."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        sizes = ((1, 8, 1), (8, 8, 2), (8, 8, 2), (8, 8, 2))
        self.steps = torch.nn.ModuleList(
            torch.nn.Conv2d(given, made, 3, stride, padding=1) for given, made, stride in sizes
        )

    def outputs(self, picture: torch.Tensor) -> Iterator[torch.Tensor]:
        """What every convolution makes of a picture (1, bands, columns)."""
        values = picture[:, None]
        for step in self.steps:
            values = torch.relu(step(values))
            yield values


def hooks_of(module: torch.nn.Module) -> list[int]:
    """Count the hooks of every part; transformers leaves some of its own after the first pass."""
    return [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules()]
