"""Climb the ladder: ask every rung of every layer of a model, on one corpus."""

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Int64

from core.errors import MethodError
from core.probing.curve_of import Heard, curve_of
from core.probing.gathering import Most, Task, gather
from core.probing.ladder import Curve, Ladder
from core.probing.probe import Probe
from core.probing.reading import Opened
from core.probing.rungs import rungs
from core.progress import Report, between, silent
from core.text import _
from core.untaught import untaught
from core.vectors.collect import collect
from core.vectors.inputs import KINDS, collect_inputs
from core.vectors.stretches import Stretches
from core.vectors.vectors import Vectors

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.loading import LoadedModel
    from core.model_spec import ModelCard

Rows = Int64[np.ndarray, " some"]
Probes = Mapping[tuple[str, int], Probe]
SHARES = {"gather": 0.02, "model": 0.12, "random": 0.12, "inputs": 0.04, "curves": 0.7}  # of the time, about
PASS = 8e-10  # seconds for each second of sound and each number of a model
FRONT = 0.01  # seconds for each second of sound, whatever the model
PLAIN = 5.0  # seconds for the plain inputs of one rung
READ = 5.2  # seconds for one rung at one stop of width 1000, with random weights and control labels
FULL = 600.0  # seconds of speech from which on rungs have as many items as they take
CONVOLUTIONS = 7  # of the front ends that most models have


@dataclass(frozen=True)
class LadderSettings:
    """What to ask.

    rungs  names of rungs; empty for all
    seed   of every choice by chance: division, items, control labels, random weights
    most   items of a rung
    """

    rungs: tuple[str, ...] = ()
    seed: int = 0
    most: Most = field(default_factory=Most)


@dataclass(frozen=True, eq=False)
class Climbed:
    """A ladder, and the probes of the rungs that are kept, by rung and stop."""

    ladder: Ladder
    probes: Probes


def estimate(card: "ModelCard", corpus: "Corpus") -> float:
    """Guess how many seconds climbing takes on two cores, before it begins; right within about a factor of two."""
    hearing = 2 * corpus.seconds * (FRONT + PASS * card.parameters)
    stops = card.layers + 1 + CONVOLUTIONS
    reading = len(rungs()) * (PLAIN + READ * stops * card.width / 1000)
    return hearing + reading * min(1.0, corpus.seconds / FULL)


def climb(
    model: "LoadedModel",
    corpus: "Corpus",
    settings: LadderSettings | None = None,
    report: Report = silent,
    folder: Path | None = None,
) -> Climbed:
    """Ask every rung of every layer of a model, and of the same model with random weights, and of plain inputs.

    ``folder`` is where vectors lie on disk meanwhile. Raises MethodError where no rung can be asked, and ModelError,
    ClipError as hearing the corpus does; ``report`` may raise to stop.
    """
    begun, settings = time.monotonic(), settings or LadderSettings()
    told = _told(report)
    asked = {name: rung for name, rung in rungs().items() if not settings.rungs or name in settings.rungs}
    tasks, refused = gather(corpus, asked, settings.seed, settings.most, told["gather"])
    if not tasks:
        raise MethodError(_("No rung of the ladder can be asked of this corpus."), hint=next(iter(refused.values())))
    places, stretches = _joined(list(tasks.values()))
    chance = untaught(model, settings.seed)
    curves: dict[str, Curve] = {}
    probes: dict[tuple[str, int], Probe] = {}
    with (
        collect(model, corpus, stretches, folder=folder, report=told["model"]) as own,
        collect(chance, corpus, stretches, folder=folder, report=told["random"]) as random,
    ):
        inputs = {
            kind: collect_inputs(corpus, stretches, kind, _part(told["inputs"], at, len(KINDS)))
            for at, kind in enumerate(KINDS)
        }
        for number, (name, task) in enumerate(tasks.items()):
            rows = places[number]
            heard = Heard(
                _opened(own, rows), _opened(random, rows), {kind: _rows(inputs[kind], rows) for kind in KINDS}
            )
            note = _("Reading {rung} off every layer").format(rung=_(task.rung.title).lower())
            curves[name], found = curve_of(task, heard, settings.seed, _part(told["curves"], number, len(tasks)), note)
            probes |= {(name, probe.stop): probe for probe in found if task.rung.kept}
    ladder = _ladder(model, corpus, curves, refused, settings.seed, time.monotonic() - begun)
    return Climbed(ladder, probes)


def _ladder(
    model: "LoadedModel",
    corpus: "Corpus",
    curves: Mapping[str, Curve],
    refused: Mapping[str, str],
    seed: int,
    seconds: float,
) -> Ladder:
    return Ladder(
        model=model.card.title,
        source=model.spec.source,
        name=model.spec.name,
        weights="",
        corpus=corpus.name,
        corpus_title=corpus.title,
        corpus_fingerprint=corpus.fingerprint,
        layers=model.card.layers,
        convolutions=len(model.family.convolutions(model.module)),
        curves=curves,
        refused=refused,
        seed=seed,
        seconds=seconds,
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    import sklearn
    import torch
    import transformers

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


def _joined(tasks: Sequence[Task]) -> tuple[list[Rows], Stretches]:
    """Put the stretches of all tasks behind each other, each once, and tell for each task where its items lie."""
    parts = [np.stack([s.utterance, s.start, s.end], axis=1) for s in (task.stretches for task in tasks)]
    once, places = np.unique(np.concatenate(parts), axis=0, return_inverse=True)
    ends = np.cumsum([len(part) for part in parts])
    rows = np.split(places.reshape(-1), ends[:-1])
    return rows, Stretches(once[:, 0].astype(np.int64), once[:, 1].copy(), once[:, 2].copy())


def _opened(vectors: Vectors, rows: Rows) -> dict[int, Opened]:
    def at(stop: int) -> Opened:
        return lambda: vectors.of(stop)[rows]

    return {stop: at(stop) for stop in vectors.stops}


def _rows(vectors: Float32[np.ndarray, "n width"], rows: Rows) -> Opened:
    return lambda: vectors[rows]


def _told(report: Report) -> dict[str, Report]:
    """Give every part of the work its share of one whole."""
    edges = np.cumsum([0.0, *SHARES.values()])
    return {name: between(report, edges[at], edges[at + 1]) for at, name in enumerate(SHARES)}


def _part(report: Report, number: int, count: int) -> Report:
    """Report one of ``count`` parts of a report that counts to 1."""
    return between(report, number / count, (number + 1) / count)
