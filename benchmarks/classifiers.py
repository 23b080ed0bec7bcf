"""The three classifiers that ship, on real digits by the speaker they never heard, and on sounds that are no speech.

The test by leaving speakers out trains twelve networks; it belongs to the recipe (python -m
models.recipes.sound_classifiers), whose figures are read from the cards' evaluation.json and only told here.
"""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.figure import Figure
from benchmarks.sounds_on_disk import recordings

NAMES = ("sound-tiny", "sound-cnn", "sound-crnn")


def measure() -> Iterator[Figure]:
    """Yield the share right of every network on both tests, its calibration error, and its figure by leaving out."""
    import torch

    from core.sources import CHECKPOINTS
    from models.recipes.sound_classifiers.digits import recorded
    from models.recipes.sound_classifiers.evaluation import unheard_sounds
    from models.recipes.sound_classifiers.export import LEFT_OUT

    torch.set_num_threads(1)  # one clip at a time is too little for two
    digits = [sound for sound in recorded(recordings()) if sound.group == LEFT_OUT]
    tests = {f"digits by {LEFT_OUT}, never heard": digits, "sounds by makers never heard": unheard_sounds()}
    for name in NAMES:
        for title, heard in tests.items():
            yield from _figures(name, title, heard)
        report = json.loads((CHECKPOINTS / name / "evaluation.json").read_text("utf-8"))
        yield _left_out(name, report["leave_one_out"])


def _figures(name: str, title: str, heard: list[Any]) -> Iterator[Figure]:
    from core.evaluation.calibration import ECE
    from core.evaluation.intervals import estimate
    from core.evaluation.metrics import ACCURACY, score
    from core.loading import load_model
    from core.model_spec import ModelSpec
    from models.recipes.sound_classifiers.evaluation import answered

    model = load_model(ModelSpec("bundled", name))
    with model.exclusive() as module:
        said = answered(module, model.extractor, heard)
    found = estimate(ACCURACY, said)
    note = f"{100 * found.low:.1f} to {100 * found.high:.1f}; {found.n} clips"
    yield Figure(f"{name}: {title}", 100 * found.value, "%", note=note)
    yield Figure(f"{name}: calibration error, {title}", float(score(ECE, said)), "")


def _left_out(name: str, found: dict[str, Any]) -> Figure:
    speakers = ", ".join(f"{speaker} {100 * share:.1f}" for speaker, share in found["speakers"].items())
    note = f"{100 * found['low']:.1f} to {100 * found['high']:.1f}; {speakers}; trained four times by the recipe"
    return Figure(f"{name}: real digits, speakers left out", 100 * found["accuracy"], "%", note=note)
