"""A small run for tests of before and after: a few tones, taught for real once."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.dataset.archive import read
from core.dataset.preparing import prepare
from core.dataset.splits import divide
from core.finetuning import runs
from core.finetuning.fine_tune import fine_tune
from core.finetuning.outcome import Outcome
from core.finetuning.runs import Asked, RunFolder
from core.finetuning.settings import FineTuneSettings, PrepareSettings, SplitSettings
from core.loading import load_model
from core.model_spec import ModelSpec
from core.progress import silent

SPEC = ModelSpec("bundled", "speech-tiny")


def teach(home: Path, archive: bytes, seed: int = 0) -> RunFolder:
    """Prepare an archive of sounds and teach a head on them for two epochs, with one sound kept after each."""
    data = prepare(read("Tones", archive), PrepareSettings(sample_rate=16_000), home, silent)
    split = SplitSettings()
    divisions = divide(data, split)
    place = divisions[0].test[0]
    asked = Asked(SPEC, data.key, data.title, FineTuneSettings(epochs=2, seed=seed), split, clip=place)
    run = runs.begin(asked, home)
    model = load_model(SPEC)
    fine_tune(model, data, divisions, split, asked.settings, run, silent, clip=data.clip(place))
    return run


def another(home: Path, run: RunFolder, outcome: Outcome) -> RunFolder:
    """Write an outcome down as that of a run of its own, asked for like ``run``."""
    own = runs.begin(run.asked, home)
    own.write_outcome(replace(outcome, run=own.token, tuned=own.tuned))
    return own


def guessing(outcome: Outcome) -> Outcome:
    """Replace the answers by ones that do not listen."""
    after = outcome.after
    chance = np.random.default_rng(3).random(after.probabilities.shape)
    chance[np.arange(len(chance)), (after.targets + np.arange(len(chance))) % len(after.labels)] += 1
    return replace(outcome, after=replace(after, probabilities=chance / chance.sum(1, keepdims=True)))
