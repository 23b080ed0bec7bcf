"""A made-up but plausible ladder, and probes that fit it, for what has to be drawn without a model."""

import numpy as np

from core.probing.ladder import Curve, Ladder, Score
from core.probing.probe import Probe

STOPS = tuple(range(-7, 9))
PHONES = ("aa", "iy", "m", "s", "t", "–")
WORDS = ("cat", "mat", "sun", "wind")
# rung: kind, metric, unseen, lowest, highest, where it peaks, plain input in context, control, random weights
SHAPES = {
    "spectrum": ("values", "R2", "voices and sentences", 0.35, 0.92, -5, 1.0, 0.10, 0.55),
    "loudness": ("values", "R2", "voices and sentences", 0.50, 0.97, -4, 0.99, 0.12, 0.60),
    "pitch": ("values", "R2", "voices and sentences", 0.15, 0.70, -2, 0.58, 0.05, 0.20),
    "phone": ("classes", "accuracy", "voices and sentences", 0.20, 0.85, 6, 0.45, 0.16, 0.13),
    "syllable": ("classes", "accuracy", "voices and sentences", 0.15, 0.78, 7, 0.40, 0.12, 0.12),
    "word": ("classes", "accuracy", "voices and sentences", 0.12, 0.80, 8, 0.42, 0.10, 0.12),
    "speaker": ("classes", "accuracy", "sentences", 0.40, 0.95, -3, 0.90, 0.20, 0.60),
    "stress": ("classes", "balanced accuracy", "voices and sentences", 0.60, 0.82, 3, 0.72, 0.52, 0.62),
}


def planted_ladder() -> Ladder:
    """Curves that rise to a peak and fall again; the rung "sentence" is refused."""
    return Ladder(
        model="speech-tiny",
        source="bundled",
        name="speech-tiny",
        weights="0123456789abcdef",
        corpus="voices",
        corpus_title="Twenty-four voices",
        corpus_fingerprint="fedcba9876543210",
        layers=8,
        convolutions=7,
        curves={rung: planted_curve(rung) for rung in SHAPES},
        refused={"sentence": "This needs at least 5 sentences that each are said by 3 of the voices."},
        seconds=321.0,
        versions={"scikit-learn": "1.9.1"},
    )


def planted_curve(rung: str, stops: tuple[int, ...] = STOPS) -> Curve:
    """One of the curves."""
    kind, metric, unseen, lowest, highest, peak, plain, control, chance = SHAPES[rung]
    nearness = np.exp(-((np.array(stops) - peak) ** 2) / 20)
    score = tuple(_score(lowest + (highest - lowest) * float(near)) for near in nearness)
    return Curve(
        rung=rung,
        kind=kind,
        metric=metric,
        unseen=unseen,
        stops=stops,
        score=score,
        control=tuple(_score(control) for _ in stops),
        random=tuple(_score(chance) for _ in stops),
        inputs={
            "log-mel": _score(plain - 0.08),
            "log-mel in context": _score(plain),
            "MFCC": _score(plain - 0.15),
        },
        majority=0.0 if kind == "values" else 0.06,
        shuffled=_score(-0.01 if kind == "values" else 0.05),
        train=4000,
        develop=900,
        test=2000,
        classes=1 if kind == "values" else 40,
        voices=8,
        sentences=12,
        cells=200,
        strength=0.01,
        strength_random=0.1,
        strength_inputs={"log-mel": 0.01, "log-mel in context": 0.01, "MFCC": 0.001},
        balanced=() if kind == "values" else tuple(item.value - 0.03 for item in score),
    )


def planted_probes(widths: dict[int, int], seed: int = 0) -> dict[tuple[str, int], Probe]:
    """Random probes of phone and word for stops of these widths, by (rung, stop)."""
    chance = np.random.default_rng(seed)
    return {
        (rung, stop): Probe(
            rung=rung,
            stop=stop,
            labels=labels,
            mean=np.zeros(width, np.float32),
            scale=np.ones(width, np.float32),
            weight=chance.normal(size=(len(labels), width)).astype(np.float32),
            bias=np.zeros(len(labels), np.float32),
        )
        for rung, labels in (("phone", PHONES), ("word", WORDS))
        for stop, width in widths.items()
    }


def _score(value: float) -> Score:
    return Score(value, value - 0.03, value + 0.03)
