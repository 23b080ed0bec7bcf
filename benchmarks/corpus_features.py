"""What every layer says of an hour of speech: length-sorted batches against one clip at a time with transformers.

A few pieces spread over the hour stand for it; STRATA_WHOLE_HOUR=1 takes all of them. Both sides get the same decoded
clips and the same threads. Strata also writes every frame of every layer to disk, which the other side need not.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

import core.audio_backend  # noqa: F401  before transformers
from benchmarks.figure import Figure
from core.clip import Clip
from core.corpus.corpus import Corpus
from core.vectors.stretches import Stretches

NAME = "speech-tiny"
HOUR = 3600.0  # seconds
PIECES, ROUNDS = 5, 3
STEP = 0.02  # seconds from one asked moment to the next


@dataclass(frozen=True, eq=False)
class Piece:
    """Utterances of about one length, decoded, and every moment of them."""

    corpus: Corpus
    clips: Sequence[Clip]
    moments: Stretches


def measure() -> Iterator[Figure]:
    """Yield how many times faster, the time for an hour, and the largest difference between both."""
    import torch
    from transformers import Wav2Vec2ForCTC

    from core.corpus.shipped import DEFAULT, open_corpus, shipped
    from core.loading import load_model
    from core.model_spec import ModelSpec
    from core.sources import resolve
    from core.vectors.collect import collect
    from core.vectors.passing import stops_of

    model = load_model(ModelSpec("bundled", NAME))
    plain = Wav2Vec2ForCTC.from_pretrained(resolve(model.spec)).eval()
    pieces = _pieces(open_corpus(shipped()[DEFAULT]))
    layers = tuple(range(model.card.layers + 1))

    def ours(piece: Piece, stops: Sequence[int] = layers) -> None:
        collect(model, piece.corpus, piece.moments, stops=stops).close()

    @torch.no_grad()
    def theirs(piece: Piece) -> None:
        for clip in piece.clips:
            inputs = model.extractor(clip.samples, sampling_rate=clip.sample_rate, return_tensors="pt")
            plain(**inputs, output_hidden_states=True)

    everything = stops_of(model)
    taken = _in_turn(pieces, [ours, theirs, lambda piece: ours(piece, everything)])
    told = f"{NAME}, {len(pieces)} pieces of an hour, {sum(piece.corpus.seconds for piece in pieces):.0f} s in all"
    yield Figure(
        "features of all layers against one clip at a time",
        median(other / own for own, other, _all in taken),
        "times",
        least=1.5,
        note=told,
    )
    ratio = median(other / whole for _own, other, whole in taken)
    yield Figure("the same with the convolutions, which transformers does not return", ratio, "times", note=told)
    share = sum(piece.corpus.seconds for piece in pieces) * ROUNDS / HOUR
    yield Figure("features of all layers of an hour of speech", sum(row[0] for row in taken) / share, "s", note=told)
    with collect(model, pieces[0].corpus, pieces[0].moments, stops=layers) as found:
        apart = max(_apart(found.of(layer), layer, pieces[0], model, plain) for layer in layers)
    yield Figure("largest difference of a layer of a corpus to transformers", apart, "", 1e-4, note=NAME)


def _pieces(corpus: Corpus) -> list[Piece]:
    """Repeat a corpus until it is an hour long, put it in order of length, and cut it into what fits one pass."""
    from core.vectors.collect import SECONDS_AT_ONCE

    lengths = [utterance.seconds for utterance in corpus.utterances]
    hour = np.resize(np.arange(len(lengths)), int(len(lengths) * HOUR / sum(lengths)))
    cut: list[list[int]] = [[]]
    for index in sorted(hour.tolist(), key=lambda index: -lengths[index]):
        if cut[-1] and lengths[cut[-1][0]] * (len(cut[-1]) + 1) > SECONDS_AT_ONCE:
            cut.append([])
        cut[-1].append(index)
    if not os.environ.get("STRATA_WHOLE_HOUR"):
        cut = [cut[place] for place in np.linspace(0, len(cut) - 1, PIECES + 2).astype(int)[1:-1]]
    return [_piece(corpus, indices) for indices in cut]


def _piece(corpus: Corpus, indices: Sequence[int]) -> Piece:
    clips = [corpus.clip(index) for index in indices]
    part = replace(corpus, utterances=tuple(corpus.utterances[index] for index in indices), read=clips.__getitem__)
    moments = ((place, STEP * at) for place, clip in enumerate(clips) for at in range(int(clip.seconds / STEP)))
    return Piece(part, clips, Stretches.moments(moments))


def _in_turn(pieces: Sequence[Piece], calls: Sequence[Callable[[Piece], None]]) -> list[tuple[float, ...]]:
    """Seconds of every call on every piece, in turn, so that what else the machine does meets all of them."""
    for call in calls:
        call(pieces[0])
    found = []
    for turn in range(ROUNDS):
        for piece in pieces:
            order = list(range(len(calls)))
            order = order[turn % len(order) :] + order[: turn % len(order)]
            seconds = {which: _seconds(calls[which], piece) for which in order}
            found.append(tuple(seconds[which] for which in range(len(calls))))
    return found


def _seconds(call: Callable[[Piece], None], piece: Piece) -> float:
    begin = time.perf_counter()
    call(piece)
    return time.perf_counter() - begin


def _apart(found: Any, layer: int, piece: Piece, model: Any, plain: Any) -> float:
    """Largest difference of one layer of the first clips of a piece to what transformers returns of each alone."""
    import torch

    apart = 0.0
    for place, clip in enumerate(piece.clips[:3]):
        rows = np.flatnonzero(piece.moments.utterance == place)
        with torch.no_grad():
            inputs = model.extractor(clip.samples, sampling_rate=clip.sample_rate, return_tensors="pt")
            frames = plain(**inputs, output_hidden_states=True).hidden_states[layer][0].numpy()
        time_axis = model.family.grids(model.module, model.extractor, clip.samples.size)[0].time
        wanted = frames[[time_axis.nearest(second) for second in piece.moments.start[rows]]]
        apart = max(apart, float(np.abs(found[rows] - wanted).max()))
    return apart
