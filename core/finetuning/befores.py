"""What the taught copy is compared with: the model as it came where it can do the task, and honest simple ways."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.evaluation import baselines
from core.evaluation.compare import PRETRAINED
from core.evaluation.predictions import Predictions
from core.finetuning.settings import FineTuneSettings
from core.progress import Report, Step, silent
from core.text import _

if TYPE_CHECKING:
    from core.loading import LoadedModel

TOLD_EVERY = 8  # sounds


def asked(
    model: "LoadedModel", data: PreparedSet, division: Division, settings: FineTuneSettings, report: Report = silent
) -> tuple[Predictions, ...]:
    """Ask everyone about the test of a division, the model as it came first where it knows all classes by name."""
    places = known_classes(model, data)
    simple = (
        baselines.majority(data, division, report, settings.seed),
        baselines.log_mel(data, division, report, settings.seed),
        baselines.centroid(untouched(model, data, division, report), data, division, report, settings.seed),
    )
    return (pretrained(model, data, division, places, report), *simple) if places else simple


def known_classes(model: "LoadedModel", data: PreparedSet) -> tuple[int, ...]:
    """Find the classes of a set among those that a model can name, whatever their case; empty where one is missing."""
    names = {label.strip().casefold(): place for place, label in enumerate(model.card.labels)}
    wanted = [label.strip().casefold() for label in data.labels]
    return tuple(names[label] for label in wanted) if all(label in names for label in wanted) else ()


def pretrained(
    model: "LoadedModel", data: PreparedSet, division: Division, places: Sequence[int], report: Report = silent
) -> Predictions:
    """Ask the model as it came; what it gives to classes that the set does not have is left out."""
    import torch

    rows = []
    for done, index in enumerate(division.test):
        if done % TOLD_EVERY == 0:
            report(Step(done, len(division.test), _("The model as it came is asked")))
        inputs = model.inputs(data.clip(index))
        with model.exclusive() as module, torch.no_grad():
            logits = module(**inputs, **model.family.call).logits[0, list(places)]
        rows.append(logits.double().softmax(0).cpu().numpy())
    return Predictions.of_test(PRETRAINED, data, division, np.stack(rows))


def untouched(
    model: "LoadedModel", data: PreparedSet, division: Division, report: Report = silent
) -> Float64[np.ndarray, "items features"]:
    """Average the last layer of the untouched model over every sound for learning and testing, (items, width)."""
    from core.finetuning import pupils
    from core.finetuning.features import Features

    pupil = pupils.copy(model, data.labels, FineTuneSettings(strategy="linear"))
    indices = (*division.train, *division.test)
    rows = Features.of(pupil, data, "pooled").rows(indices, report)
    found = np.zeros((len(data.items), rows[0].shape[-1]))
    found[list(indices)] = np.stack([row[-1] for row in rows])
    return found


def joined(parts: Sequence[Predictions]) -> Predictions:
    """Put the tests of several divisions together; each sound was tested once."""
    return Predictions(
        parts[0].name,
        np.concatenate([part.items for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        parts[0].labels,
        tuple(group for part in parts for group in part.groups),
    )
