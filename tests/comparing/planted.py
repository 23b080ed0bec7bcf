"""A corpus of planted tones with phones, and a comparison whose numbers are known."""

import numpy as np

from core.cca import Common
from core.clip import Clip
from core.comparing.comparison import Comparison, Side
from core.corpus.corpus import Corpus, Utterance
from core.intrinsic_dimension import Dimension
from core.rsa import Agreement
from core.similarity_grams import CrossLikeness
from core.tiers import Interval, Tiers

RATE, PHONE, PHONES = 16_000, 0.125, 16
TONES = {"a": 300.0, "e": 600.0, "i": 1200.0, "o": 2400.0}


def corpus(voices: int = 8, sentences: int = 12, phones: bool = True) -> Corpus:
    """Eight voices say twelve sentences of two seconds: sixteen tones each, a voice shifts them all."""
    pairs = [(voice, sentence) for voice in range(voices) for sentence in range(sentences)]

    def labels(sentence: int) -> list[str]:
        return [str(name) for name in np.random.default_rng(sentence).choice(list(TONES), PHONES)]

    def read(index: int) -> Clip:
        voice, sentence = pairs[index]
        time = np.arange(round(PHONE * RATE)) / RATE
        shift = 1 + 0.05 * voice
        parts = [np.sin(2 * np.pi * shift * TONES[label] * time) for label in labels(sentence)]
        noise = np.random.default_rng(index).normal(0, 0.1, len(time) * PHONES)
        return Clip.of(f"u{index}", 0.2 * (np.concatenate(parts) + noise), RATE)

    def tiers(sentence: int) -> Tiers:
        row = [Interval(at * PHONE, (at + 1) * PHONE, label) for at, label in enumerate(labels(sentence))]
        return Tiers.of([("phone", row)]) if phones else Tiers()

    said = tuple(
        Utterance(f"u{at}", f"v{voice}", f"s{sentence}", PHONE * PHONES, tiers(sentence))
        for at, (voice, sentence) in enumerate(pairs)
    )
    return Corpus("planted", "Planted tones", "", "", "", said, read, "planted")


def side(model: str = "alpha", layers: int = 3, untaught: bool = False, noisy: int = -1) -> Side:
    """A model whose numbers rise with depth; at layer ``noisy`` noise is counted along."""
    stops = range(layers + 1)
    dimension = tuple(
        Dimension(5.0 + at, 4.5 + at, 5.5 + at, 1500, (1500, 750), (5.0 + at, 4.0 + at), at == noisy) for at in stops
    )
    common = {
        name: tuple(Common(0.5 + 0.1 * at, 0.4, 0.95, np.array([0.5, 0.5]), 0.01, 300) for at in stops)
        for name in ("log-mel", "phone")
    }
    return Side(model, untaught, layers, dimension, common)


def comparison(other: str = "", untaught: bool = False, layers: int = 3, noisy: int = -1) -> Comparison:
    """Compare planted models: likeness falls by a tenth with each layer of distance in depth; 0.9 at most for two."""
    first = side(layers=3, noisy=noisy)
    second = side(other, layers, untaught) if other else first
    apart = np.abs(first.depths[:, None] - second.depths[None]) * 3
    matrix = (0.9 if other else 1.0) - 0.1 * apart
    cka = CrossLikeness(matrix, matrix - 0.05, np.minimum(matrix + 0.05, 1), 0.01, 1800)
    rsa = Agreement(matrix - 0.2, matrix - 0.3, matrix - 0.1, np.full(matrix.shape, 0.08), 60)
    return Comparison(first, second, cka, rsa, "Planted tones", 1800, 60, 12)
