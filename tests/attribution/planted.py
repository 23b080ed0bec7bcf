"""Small networks that were taught to hear a target tone, and clips in which it is known where that lies."""

from functools import cache

from benchmarks.tones import Planted, lent, planted
from core.loading import LoadedModel

CLIPS_SEED = 100  # far from those that the networks were taught on
CNN, CRNN, AST = "log-mel-cnn", "log-mel-crnn", "audio-spectrogram-transformer"


@cache
def network(name: str) -> LoadedModel:
    """Lend a taught network; taught once, within a minute, and kept for other runs."""
    return lent(name)


@cache
def clips(count: int) -> tuple[Planted, ...]:
    """Make clips that no network was taught on, each with a target and a louder distractor."""
    return planted(count, CLIPS_SEED)
