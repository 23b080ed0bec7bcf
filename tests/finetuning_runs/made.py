"""An outcome that no run made, for the tests of what happens to outcomes."""

from pathlib import Path

import numpy as np

from core.dataset.division import Division
from core.evaluation.predictions import Predictions
from core.finetuning.history import Epoch, History
from core.finetuning.outcome import Inside, Outcome
from core.finetuning.runs import Asked
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.model_spec import ModelSpec

ASKED = Asked(
    ModelSpec("bundled", "speech-tiny"),
    "d" * 32,
    "Digits",
    FineTuneSettings(options=(("layers", "last"),), augment=("noise",)),
    SplitSettings(seed=3),
    clip=7,
)
EPOCHS = (Epoch(1, 0.5, 1.2, 0.4, 1e-3, 1.1, 0.5), Epoch(2, 0.4, 0.8, 0.7, 5e-4))
LABELS = ("no", "ja – \N{SNOWMAN}")


def predictions(name: str, right: float, items: tuple[int, ...] = (4, 2, 9)) -> Predictions:
    targets = np.arange(len(items)) % 2
    probabilities = np.full((len(items), 2), 1 - right)
    probabilities[np.arange(len(items)), targets] = right
    return Predictions(name, np.array(items), targets, probabilities, LABELS, ("ann", "", "ben")[: len(items)])


def outcome(run: str, tuned: Path, after: Predictions | None = None) -> Outcome:
    return Outcome(
        run=run,
        model=ASKED.model,
        data=ASKED.data,
        title=ASKED.title,
        settings=ASKED.settings,
        split=ASKED.split,
        divisions=(Division("", "group", (0, 1), (3,), (4, 2, 9), (5,)),),
        histories=(History(EPOCHS, 2, "early", "No more gain."),),
        before=(predictions("majority", 0.4),),
        after=after or predictions("after", 0.9),
        inside=Inside(np.array([1.0, 0.8]), np.array([0.25, 0.75]), np.full((1, 2), 0.1), np.full((1, 2), 0.2), 700),
        tuned=tuned,
        seconds=12.5,
        versions={"torch": "2.13"},
    )
