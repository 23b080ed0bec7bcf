"""Compare all layers of one model with those of another, or of its own, on the same moments of a corpus."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from core import cca
from core.activity import z_scores
from core.comparing.comparison import Comparison, Side
from core.comparing.moments import Moments, choose
from core.corpus.corpus import Corpus
from core.errors import MethodError
from core.intrinsic_dimension import Dimension, dimension
from core.loading import LoadedModel
from core.progress import Report, Step, silent
from core.rsa import agreement
from core.similarity_grams import cross_likeness
from core.text import _
from core.trace import trace
from core.vectors.collect import collect
from core.vectors.inputs import collect_inputs

Layers = list[Float32[np.ndarray, "moments _width"]]


@dataclass(frozen=True)
class Settings:
    """How much of the corpus is compared, and by which chance it is drawn."""

    moments: int = 3000
    utterances: int = 240
    seed: int = 0


PLAIN = Settings()
THINKING = 0.35  # seconds per layer for what is not a pass, with layers of 192 numbers; it grows with their width


@dataclass(frozen=True, eq=False)
class _Found:
    """What every layer of a model says: (moments, width) and (utterances, width) each."""

    moments: Layers
    utterances: list[Float32[np.ndarray, "utterances _width"]]


def compare(
    first: LoadedModel,
    second: LoadedModel | None,
    corpus: Corpus,
    settings: Settings = PLAIN,
    report: Report = silent,
    untaught: bool = False,
) -> Comparison:
    """Compare two models, or one with itself where there is no ``second``; the models are free between passes.

    untaught  the second has random weights

    Raises MethodError where the corpus has too little, CancelledError where ``report`` does.
    """
    models = [first] if second is None else [first, second]
    longest = min(model.card.longest for model in models)
    chosen = choose(corpus, settings.moments, settings.utterances, longest, settings.seed)
    found = [_heard(model, corpus, chosen, report) for model in models]
    described = _described(corpus, chosen, report)
    other = None if second is None else found[1].moments
    cka = cross_likeness(found[0].moments, other, chosen.stretches.utterance[: chosen.count], settings.seed, report)
    rsa = agreement(found[0].utterances, found[-1].utterances, settings.seed, report)
    sides, cautions = [], list[str]()
    for model, layers in zip(models, found, strict=True):
        sides.append(_side(model, layers, chosen, described, cautions, report))
    if second is not None:
        sides[-1] = replace(sides[-1], untaught=untaught)
    voices = len({corpus.utterances[index].speaker for index in chosen.utterances} - {""})
    counts = chosen.count, len(chosen.utterances), voices
    return Comparison(sides[0], sides[-1], cka, rsa, corpus.title, *counts, tuple(dict.fromkeys(cautions)))


def estimate(models: Sequence[LoadedModel], corpus: Corpus, settings: Settings = PLAIN) -> float:
    """Say how many seconds ``compare`` takes here, by the time that one utterance takes each model."""
    chosen = choose(corpus, settings.moments, settings.utterances, min(model.card.longest for model in models))
    lengths = sorted(chosen.utterances, key=lambda index: corpus.utterances[index].seconds)
    clip, total = corpus.clip(lengths[len(lengths) // 2]), sum(corpus.utterances[index].seconds for index in lengths)
    seconds = 0.0
    for model in models:
        begun = time.perf_counter()
        trace(model, clip)
        seconds += (time.perf_counter() - begun) / clip.seconds * total
        seconds += THINKING * (model.card.layers + 1) * max(1.0, model.card.width / 192) ** 2
    return seconds


def _heard(model: LoadedModel, corpus: Corpus, chosen: Moments, report: Report) -> _Found:
    stops = range(model.card.layers + 1)
    with collect(model, corpus, chosen.stretches, stops=list(stops), report=report) as vectors:
        rows = [np.array(vectors.of(stop)) for stop in stops]
    return _Found([values[: chosen.count] for values in rows], [values[chosen.count :] for values in rows])


def _described(corpus: Corpus, chosen: Moments, report: Report) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Say what layers are held against: the rows that count, and what is known of each."""
    if chosen.parts is None:
        return {}
    report(Step(0, 1, _("What the sound itself says of the corpus")))
    moments = chosen.stretches.taken(np.arange(chosen.count))
    every, known = np.ones(chosen.count, bool), chosen.labels >= 0
    found = {"log-mel": (every, collect_inputs(corpus, moments, "log-mel"))}
    if len(chosen.phones) > 1:
        found["phone"] = (known, cca.one_hot(chosen.labels, len(chosen.phones)))
    return found


def _side(
    model: LoadedModel,
    layers: _Found,
    chosen: Moments,
    described: dict[str, tuple[np.ndarray, np.ndarray]],
    cautions: list[str],
    report: Report,
) -> Side:
    common: dict[str, tuple[cca.Common, ...]] = {}
    sizes = list[Dimension]()
    try:
        for layer, values in enumerate(layers.moments):
            report(Step(layer, len(layers.moments), _("Counting dimensions")))
            sizes.append(dimension(z_scores(values), chosen.stretches.utterance[: chosen.count]))
    except MethodError as error:
        cautions.append(f"{error} {error.hint}")
        sizes = []
    for name, (rows, what) in described.items():
        try:
            common[name] = tuple(_common(layers.moments, what, rows, chosen.parts, report))
        except MethodError as error:
            cautions.append(f"{error} {error.hint}")
    return Side(model.card.title, False, model.card.layers, tuple(sizes), common)


def _common(
    layers: Layers, what: np.ndarray, rows: np.ndarray, parts: cca.Parts | None, report: Report
) -> list[cca.Common]:
    assert parts is not None  # else nothing is described
    train, develop, test = (side[rows[side]] for side in (parts.train, parts.develop, parts.test))
    kept, found = cca.Parts(train, develop, test, parts.utterances), []
    for layer, values in enumerate(layers):
        report(Step(layer, len(layers), _("What layers have in common with the sound and with phones")))
        found.append(cca.common(z_scores(values), what, kept))
    return found
