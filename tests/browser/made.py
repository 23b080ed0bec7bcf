"""A made-up clip and made-up rows whose every value is known, for looking at the strip and for testing it."""

from collections.abc import Callable

import numpy as np

from core.clip import Clip
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from pages._kit.colours import depth
from pages._kit.strip import Choice, Colours, Curve, Labels, Matrix, Row, Slice

RATE = 16_000  # Hz
LAYERS = 8
HEADS = 6
UNITS = 64
SECONDS = 3.0
WORDS = (
    ("the", 0.2, 0.4, ("dh", "ah")),
    ("cat", 0.4, 0.9, ("k", "ae", "t")),
    ("sat", 0.9, 1.4, ("s", "ae", "t")),
    ("quietly", 1.5, 2.2, ("k", "w", "ay", "ah", "t", "l", "iy")),
    ("down", 2.2, 2.8, ("d", "aw", "n")),
)


def tiers() -> Tiers:
    """Sentence, words and phones; phones share their word evenly."""
    words, phones = [], []
    for word, start, end, parts in WORDS:
        words.append(Interval(start, end, word))
        edges = np.linspace(start, end, len(parts) + 1)
        phones += [Interval(float(a), float(b), part) for a, b, part in zip(edges, edges[1:], parts, strict=False)]
    sentence = (Interval(WORDS[0][1], WORDS[-1][2], " ".join(word[0] for word in WORDS)),)
    return Tiers((("sentence", sentence), ("word", tuple(words)), ("phone", tuple(phones))))


def clip(seconds: float = SECONDS, name: str = "made") -> Clip:
    """A tone that steps up with every phone, over soft noise."""
    rng = np.random.default_rng(7)
    time = np.arange(int(seconds * RATE)) / RATE
    sound = 0.01 * rng.standard_normal(time.size)
    for index, item in enumerate(tiers()["phone"]):
        inside = (time >= item.start) & (time < item.end)
        shape = np.sin(np.pi * np.clip((time - item.start) / (item.end - item.start), 0, 1)) ** 0.5
        for harmonic in (1, 2, 3, 5, 8):
            sound += inside * shape * 0.25 / harmonic * np.sin(2 * np.pi * (130 + 24 * index) * harmonic * time)
    return Clip.of(name, np.clip(sound, -1, 1), RATE, tiers())


def picture(of: Clip, bands: int = 80, step: float = 0.01) -> Matrix:
    """A plain spectrogram in dB: ``bands`` evenly spaced frequencies up to 4 kHz."""
    count = int(of.seconds / step)
    window = np.hanning(512)
    starts = (np.arange(count) * step * RATE).astype(int)
    padded = np.pad(of.samples, 256)
    spectrum = np.abs(np.fft.rfft(np.stack([padded[at : at + 512] * window for at in starts]), 1024)) ** 2
    frequencies = np.linspace(0, 4000, bands)
    decibel = 10 * np.log10(spectrum[:, np.round(frequencies / RATE * 1024).astype(int)].T + 1e-6)
    ticks = tuple((hz / 4000 * (bands - 1), f"{hz // 1000} kHz") for hz in (1000, 2000, 3000))
    names = tuple(f"{hz:.0f} Hz" for hz in frequencies)
    top = float(decibel.max())
    return Matrix(
        "Spectrogram",
        decibel.astype(np.float32),
        TimeAxis(0.0, step, 0.032, count),
        top - 70,
        top,
        "dB",
        names,
        ticks,
        help="How strong each pitch is at each moment.",
    )


def frames(seconds: float = SECONDS) -> TimeAxis:
    """Frames of 20 ms, the first centred at 12.5 ms, like the bundled model's."""
    return TimeAxis(0.0125, 0.02, 0.025, int((seconds - 0.025) / 0.02) + 1)


def activations(layer: int, time: TimeAxis, units: int = UNITS) -> np.ndarray:
    """Smooth noise of one seed per layer: neighbouring frames are alike (correlation 0.8), as in real models."""
    rng = np.random.default_rng(layer)
    values = rng.standard_normal((units, time.count)).astype(np.float32)
    for frame in range(1, time.count):
        values[:, frame] = 0.8 * values[:, frame - 1] + 0.6 * values[:, frame]
    return values


def rows(seconds: float = SECONDS, units: int = UNITS, layers: int = LAYERS) -> tuple[Choice | Slice, ...]:
    """Rows of every kind, stacked by layer, and one stacked by layer and head."""
    time = frames(seconds)
    names = ("input", *(f"{layer} of {layers}" for layer in range(1, layers + 1)))
    colours = tuple(depth(layer, layers) for layer in range(layers + 1))
    values = [activations(layer, time, units) for layer in range(layers + 1)]

    def stack(make: Callable[[int], Row]) -> Choice:
        return Choice("layer", "Layer", tuple(make(layer) for layer in range(layers + 1)), names, colours, first=1)

    def activity(layer: int) -> Curve:
        line = np.abs(values[layer]).mean(0)
        return Curve("Activity", line, time, "σ", colour=colours[layer], chance=0.8, help="How far this layer moves.")

    def units_map(layer: int) -> Matrix:
        return Matrix(
            "Activation map",
            values[layer],
            time,
            low=-3.0,
            high=3.0,
            unit="σ",
            bands=tuple(f"unit {unit}" for unit in range(units)),
            upward=False,
            colours=f"layer:{layer}/{layers}",
            units=tuple(range(units)),
            levels=32,
            help="Units over time.",
        )

    def directions(layer: int) -> Colours:
        rgb = np.clip(128 + 50 * values[layer][:3].T, 0, 255).astype(np.uint8)
        return Colours("Directions", rgb, time, help="What is alike has a like colour.")

    def says(layer: int) -> Labels:
        phones = tiers()["phone"][: 3 + 2 * layer]
        sure = tuple(float(share) for share in np.linspace(0.2, 1.0, len(phones)))
        return Labels("Says", phones, sure, colours[layer], "What it would say.")

    def heads(layer: int) -> Choice:
        lines = [np.abs(activations(100 * layer + head, time, 1)[0]) for head in range(HEADS)]
        shown = tuple(Curve("Looked at", line, time, "%", colour=colours[layer]) for line in lines)
        return Choice("head", "Head", shown, tuple(f"{head + 1} of {HEADS}" for head in range(HEADS)))

    alone = Slice("One unit", "Activation map", help="The chosen unit alone.")
    return (stack(activity), stack(units_map), alone, stack(directions), stack(says), stack(heads))
