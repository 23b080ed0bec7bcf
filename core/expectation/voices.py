"""Which moments of a corpus of other voices are most like what a model expects in a hole."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Int64

from core.clip import Clip
from core.corpus.corpus import Corpus
from core.errors import MethodError
from core.expectation.contrast import unit
from core.expectation.hearing import choices, frames_of
from core.expectation.region import Expected
from core.progress import Report, Step, silent
from core.text import _
from core.timeline import TimeAxis
from core.trace import told

if TYPE_CHECKING:
    from core.loading import LoadedModel

MOST = 6  # moments that are named, each of another utterance


@dataclass(frozen=True, eq=False)
class Coded:
    """A corpus in the codes of a model: a few bytes a frame instead of its sound.

    codes    of all frames, utterance after utterance
    first    where each utterance begins in them; one more for the end
    times    the frames of each utterance
    book     every pair of codes that occurs, and number: which of them each frame has
    vectors  what predictions are compared with, one for each pair
    """

    number: Int64[np.ndarray, " frames"]
    book: Int64[np.ndarray, "pairs groups"]
    vectors: Float32[np.ndarray, "pairs width"]
    first: Int64[np.ndarray, " utterances_and_one"]
    times: tuple[TimeAxis, ...]


@dataclass(frozen=True)
class Elsewhere:
    """A stretch of an utterance, in seconds, and its mean cosine with what was expected."""

    utterance: int
    start: float
    end: float
    similarity: float


def code(model: "LoadedModel", corpus: Corpus, report: Report = silent) -> Coded:
    """Write a corpus in codes; only the convolutions run.

    Errors as of ``frames_of``, or where ``report`` raises; MethodError where no recording is long enough.
    """
    codes: list[np.ndarray] = []
    vectors: list[np.ndarray] = []
    times: list[TimeAxis] = []
    for index, utterance in enumerate(corpus.utterances):
        report(Step(index, len(corpus.utterances)))
        if utterance.seconds < model.card.shortest:
            times.append(TimeAxis(0.0, 1.0, 0.0, 0))
            continue
        clip = corpus.clip(index)
        times.append(frames_of(model, clip))
        found, projected = _coded(model, clip)
        codes.append(found)
        vectors.append(projected)
    report(Step(1, 1))
    if not codes:
        raise MethodError(
            _("No recording of this corpus is long enough for {name}.").format(name=model.card.title),
            hint=_("Choose another corpus."),
        )
    book, place, number = np.unique(np.concatenate(codes), axis=0, return_index=True, return_inverse=True)
    first = np.concatenate([[0], np.cumsum([time.count for time in times])])
    return Coded(number.reshape(-1), book, np.concatenate(vectors)[place], first, tuple(times))


def _coded(model: "LoadedModel", clip: Clip) -> tuple[Int64[np.ndarray, "frames groups"], np.ndarray]:
    import torch

    with told(model.card.title):
        inputs = model.inputs(clip)
    with model.exclusive() as lent, torch.no_grad(), told(model.card.title), choices(lent) as found:
        module: Any = lent
        heard = module.wav2vec2.feature_extractor(inputs["input_values"]).transpose(1, 2)
        vectors, _perplexity = module.quantizer(module.wav2vec2.feature_projection(heard)[1])
        projected = module.project_q(vectors.to(module.project_q.weight.dtype))[0].float().cpu().numpy()
        return found[0], projected


def elsewhere(expected: Expected, coded: Coded) -> tuple[Elsewhere, ...]:
    """Find the stretches that fit best over the hole, frame on frame, each in another utterance."""
    frames = expected.contrast.frames
    per_pair = unit(expected.heard.predicted[frames]) @ unit(coded.vectors).T
    found = []
    for index in range(len(coded.times)):
        number = coded.number[coded.first[index] : coded.first[index + 1]]
        count = len(number) - len(frames) + 1
        if count < 1:
            continue
        rows = np.arange(len(frames))
        scores = per_pair[rows, number[np.arange(count)[:, None] + rows]].mean(1)
        found.append((float(scores.max()), index, int(scores.argmax())))
    best = sorted(found, key=lambda row: -row[0])[:MOST]
    return tuple(_placed(coded.times[index], index, at, len(frames), score) for score, index, at in best)


def _placed(time: TimeAxis, index: int, at: int, length: int, score: float) -> Elsewhere:
    start = time.start + time.step * (at - 0.5)
    return Elsewhere(index, max(0.0, start), start + length * time.step, score)
