"""How a linear classifier mixes the layers of a model for what a rung asks; kept beside the ladder."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import MethodError
from core.evaluation.intervals import Estimate
from core.layer_use import LayerUse, layer_use
from core.layer_use import Task as Mixed
from core.model_spec import ModelSpec
from core.probing.gathering import DEVELOP, TEST, TRAIN, Task, gather
from core.probing.rungs import rungs
from core.progress import Report, between, silent
from core.sources import CHECKPOINTS
from core.stored_beside import readable
from core.text import _
from core.vectors.collect import collect
from core.vectors.vectors import Vectors

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.loading import LoadedModel

MIXTURE = "layer_use.json"
ARRAYS = ("weights", "contribution", "by_run")
ESTIMATES = ("mixture", "single")
DIGITS = 5
LEAST = 3  # layers of one width
HEARING = 0.5  # of the time, about, goes into hearing the corpus


def mixture(
    model: "LoadedModel", corpus: "Corpus", rung: str = "phone", seed: int = 0, report: Report = silent
) -> LayerUse:
    """Learn how much of each layer a linear classifier mixes for one rung of classes.

    Raises MethodError where the corpus has too little of it, or where fewer than three layers have one width.
    """
    tasks, refused = gather(corpus, {rung: rungs()[rung]}, seed)
    if rung in refused:
        raise MethodError(_("There is too little in this corpus to learn which layers are mixed."), hint=refused[rung])
    task = tasks[rung]
    blocks = range(model.card.layers + 1)
    with collect(model, corpus, task.stretches, stops=blocks, report=between(report, 0.0, HEARING)) as vectors:
        _check(vectors)
        return layer_use(vectors, _mixed(task), report=between(report, HEARING, 1.0))


def _check(vectors: Vectors) -> None:
    """Refuse a mixture of hardly anything: layers can only be summed where they have one width."""
    if sum(width == vectors.widths[-1] for width in vectors.widths) < LEAST:
        raise MethodError(
            _("Fewer than three layers of this model have one width, so there is nothing to mix."),
            hint=_("Choose a model with a transformer in it."),
        )


def _mixed(task: Task) -> Mixed:
    return Mixed(
        name=task.rung.name,
        labels=task.target.astype(np.int64),
        classes=task.labels,
        train=task.rows(TRAIN),
        develop=task.rows(DEVELOP),
        test=task.rows(TEST),
        groups=tuple(str(voice) for voice in task.voice.tolist()),
    )


def write_mixture(folder: Path, found: LayerUse) -> None:
    """Write it into the folder of a checkpoint."""
    values: dict[str, Any] = asdict(found)
    values |= {name: np.round(values[name], DIGITS).tolist() for name in ARRAYS}
    (folder / MIXTURE).write_text(json.dumps(values, ensure_ascii=False) + "\n", "utf-8")


def read_mixture(path: Path) -> LayerUse:
    """Read it back; ModelError where the file is none."""
    with readable(path):
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        values |= {name: np.array(values[name]) for name in ARRAYS}
        values |= {name: Estimate(**values[name]) for name in ESTIMATES}
        return LayerUse(**{**values, "stops": tuple(values["stops"])})


def stored_mixture(spec: ModelSpec) -> LayerUse | None:
    """Return what ships with a bundled model, or None."""
    path = CHECKPOINTS / spec.name / MIXTURE
    return read_mixture(path) if spec.source == "bundled" and path.is_file() else None
