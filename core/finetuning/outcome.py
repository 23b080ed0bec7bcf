"""Everything that a finished run leaves: what was asked, what happened, and what is needed to judge it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from core.dataset.division import Division
from core.evaluation.predictions import Predictions
from core.finetuning.history import History
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.model_spec import ModelSpec


@dataclass(frozen=True, eq=False)
class Inside:
    """What changed inside the model; arrays are empty where a thing cannot be measured.

    drift          (layers+1,) unbiased linear CKA of every layer before and after, on held-out sounds; 1 is unchanged
    layer_weights  (layers+1,) share of each layer in what the head reads, corrected for the layers' size; sums to one
    span_before, span_after  (layers, heads) mean distance in seconds over which each head looks
    frames         how many frames the drift was measured on
    """

    drift: Float64[np.ndarray, " _layers"]
    layer_weights: Float64[np.ndarray, " _layers"]
    span_before: Float64[np.ndarray, "_blocks _heads"]
    span_after: Float64[np.ndarray, "_blocks _heads"]
    frames: int = 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished run, before and after on the same held-out sounds.

    run        token of the run's folder
    data       key of the prepared set; ``title`` its name for people
    divisions  one, or one per part or group; ``after`` then holds the tests of all of them
    before     what it is compared with, the pretrained model first where it has the head for the task
    histories  one per division
    tuned      folder of the taught copy, as transformers and Strata open it
    """

    run: str
    model: ModelSpec
    data: str
    title: str
    settings: FineTuneSettings
    split: SplitSettings
    divisions: tuple[Division, ...]
    histories: tuple[History, ...]
    before: tuple[Predictions, ...]
    after: Predictions
    inside: Inside
    tuned: Path
    seconds: float
    versions: Mapping[str, str] = field(default_factory=dict)
