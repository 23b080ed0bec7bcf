"""Take parts of an explanation away from what a model is given, and ask it again."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Float64, Int
from torch import Tensor

from core.attribution.question import Question
from core.attribution.ranking import Ranking
from core.audible import Span, filtered, removed
from core.input_plane import InputPlane
from core.progress import Report, Step, silent
from core.spectrogram import power
from core.text import _
from core.timeline import TimeAxis

FINE = 512  # samples that are transformed at once when loudness is measured
Parts = Bool[np.ndarray, " parts"]


def asked_without(
    question: Question, ranking: Ranking, gone: Sequence[Parts], report: Report = silent
) -> Float[Tensor, "times ..."]:
    """Ask the model once for each choice of parts to take away: logits, without gradients.

    Pieces of time, and parts of a waveform, are taken out of the sound itself and leave silence. Cells of a model that
    is given a spectrogram are taken out of that spectrogram: the mean of their band over the clip stands in their
    place, as loud as usual and at no moment in particular.
    """
    found = []
    for values in _batches(question, ranking, gone):
        with torch.no_grad():
            found.append(question.logits(values))
        report(Step(min(len(found) * question.at_once, len(gone)), len(gone)))
    return torch.cat(found)


def on_spectrogram(question: Question, ranking: Ranking) -> bool:
    """Tell whether parts are taken out of a spectrogram that the model is given, not out of the sound."""
    return not (question.plane.waveform or ranking.segments)


def replacement(question: Question, ranking: Ranking) -> str:
    """Say what stands in the place of what is taken away."""
    return _("the average of each band of frequency") if on_spectrogram(question, ranking) else _("silence")


def _batches(question: Question, ranking: Ranking, gone: Sequence[Parts]) -> Iterator[Float[Tensor, "some ..."]]:
    owner = _owner_on(question.plane, ranking) if on_spectrogram(question, ranking) else None
    for first in range(0, len(gone), question.at_once):
        group = gone[first : first + question.at_once]
        if owner is None:
            yield question.encode([sound_without(question, ranking, parts) for parts in group])
        else:
            yield _levelled(question, np.stack([np.append(parts, False)[owner] for parts in group]))


def _owner_on(plane: InputPlane, ranking: Ranking) -> Int[np.ndarray, "bands columns"]:
    """Give every cell of the input to the part whose cell holds its middle."""
    columns = _nearest(plane.time.centres(), ranking.time)
    if not ranking.edges:
        return np.repeat(ranking.owner[:1, columns], plane.bands, 0)
    middles = (np.array(plane.edges[:-1]) + np.array(plane.edges[1:])) / 2
    bands = np.clip(np.searchsorted(ranking.edges, middles, side="right") - 1, 0, len(ranking.owner) - 1)
    return ranking.owner[np.ix_(bands, columns)]


def _nearest(seconds: Float64[np.ndarray, " columns"], time: TimeAxis) -> Int[np.ndarray, " columns"]:
    return np.clip(np.round((seconds - time.start) / time.step), 0, time.count - 1).astype(int)


def _levelled(question: Question, gone: Bool[np.ndarray, "times bands columns"]) -> Float[Tensor, "times ..."]:
    laid = question.plane.place(question.values)
    lost = torch.from_numpy(gone).to(laid.device)
    values = torch.where(lost, laid.mean(-1, keepdim=True), laid)
    whole = question.values.expand(len(gone), *question.values.shape[1:])
    return question.plane.fill(whole, values)


def sound_without(question: Question, ranking: Ranking, gone: Parts) -> Float32[np.ndarray, " time"]:
    """Take parts out of the sound; silence is left."""
    if not ranking.edges:
        return removed(question.samples, question.rate, spans(ranking, gone))
    kept = (~ranking.mask(gone)).astype(np.float64)
    return filtered(question.samples, question.rate, kept, ranking.time, ranking.edges)


def spans(ranking: Ranking, parts: Parts) -> list[Span]:
    """List the stretches of time in seconds that chosen parts cover, in order; neighbours are joined."""
    if ranking.segments:
        return [(piece.start, piece.end) for piece, there in zip(ranking.segments, parts, strict=True) if there]
    there = np.r_[False, ranking.mask(parts).any(0), False]
    edges = np.flatnonzero(there[1:] != there[:-1]).reshape(-1, 2)
    border = ranking.time.start - ranking.time.step / 2
    return [(border + first * ranking.time.step, border + stop * ranking.time.step) for first, stop in edges.tolist()]


def loudness(question: Question, ranking: Ranking) -> Float64[np.ndarray, " parts"]:
    """Measure the power of the sound in every part."""
    hop = FINE // 4
    fine = power(question.samples, FINE, hop).astype(np.float64)
    running = np.concatenate([np.zeros((len(fine), 1)), np.cumsum(fine, axis=1)], axis=1)
    time = ranking.time
    borders = time.start + time.step * (np.arange(time.count + 1) - 0.5)
    places = np.clip(borders * question.rate / hop + 0.5, 0, fine.shape[1])
    within = np.stack([np.diff(np.interp(places, np.arange(running.shape[1]), row)) for row in running])
    cells = within.sum(0, keepdims=True)
    if ranking.edges:
        upto = np.concatenate([np.zeros((1, time.count)), np.cumsum(within, axis=0)])
        bins = np.clip(np.array(ranking.edges) * FINE / question.rate + 0.5, 0, len(fine))
        low = np.floor(bins).astype(int).clip(0, len(fine) - 1)
        cells = np.diff(upto[low] + (bins - low)[:, None] * (upto[low + 1] - upto[low]), axis=0)
    known = ranking.owner >= 0
    return np.bincount(ranking.owner[known], cells[known], minlength=ranking.count)
