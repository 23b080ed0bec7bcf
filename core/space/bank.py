"""What every layer of one model says of chosen stretches of one corpus, small enough to be kept in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float16, Float32

from core.activity import spread
from core.corpus.corpus import Corpus
from core.errors import MethodError
from core.progress import Report, Step, between, silent
from core.space.choosing import Choice, choose
from core.space.heard import Heard, hear, level, pitch_of, sound_of
from core.space.segments import Kind, Segments
from core.vectors.stretches import Stretches

if TYPE_CHECKING:
    from core.loading import LoadedModel
    from core.vectors.vectors import Vectors

LARGEST = 96 * 1024**2  # bytes of vectors that one bank may hold
FEWEST_MOMENTS = 400
HEARING = 0.2  # of the work is listening, the rest is the two networks'
SEED = 0  # of the random weights


@dataclass(frozen=True, eq=False)
class Bank:
    """Stretches of a corpus and what is known of each; every array is read-only.

    model     hashable identity of the weights
    corpus    fingerprint of the corpus
    stops     places on the way through the model, as ``core.vectors`` counts them
    segments  phones, words, whole utterances and single moments
    heard     the recordings they are taken from, by index in the corpus
    sound     mean log-mel spectrum of every stretch in dB, (n, bands)
    loudness  dB, (n,)
    pitch     Hz, NaN where it is not voiced, (n,)
    scores    what each stop says, every unit from its mean over all stretches in its own spread, (n, units)
    means     that mean, by stop; spreads: that standard deviation (0 where a unit stands still)
    untaught  the same stretches, but for the moments, heard by the same network with random weights; None where there
              is no memory for a second network
    """

    model: object
    corpus: str
    stops: tuple[int, ...]
    segments: Segments
    heard: Mapping[int, Heard]
    sound: Float32[np.ndarray, "n bands"]
    loudness: Float32[np.ndarray, " n"]
    pitch: Float32[np.ndarray, " n"]
    scores: Mapping[int, Float16[np.ndarray, "_n _units"]]
    means: Mapping[int, Float32[np.ndarray, " _units"]]
    spreads: Mapping[int, Float32[np.ndarray, " _units"]]
    untaught: "Bank | None" = None

    def vectors(self, stop: int, kind: Kind) -> Float32[np.ndarray, "some units"]:
        """What a stop says of all stretches of one kind, in the model's own numbers (to a thousandth of a spread)."""
        chosen = self.scores[stop][self.segments.places(kind)].astype(np.float32)
        return chosen * self.spreads[stop] + self.means[stop]

    def of(self, kind: Kind) -> Segments:
        """The stretches of one kind, in the order of ``vectors``."""
        return self.segments.taken(self.segments.places(kind))


def gather(model: "LoadedModel", corpus: Corpus, choice: Choice | None = None, report: Report = silent) -> Bank:
    """Run the chosen utterances of a corpus through a model once, and keep what is said of the chosen stretches.

    Raises DatasetError where the corpus is too small; what a pass refuses (ClipError, ModelError) is passed on.
    """
    from core.untaught import untaught

    segments = _bounded(choose(corpus, choice or Choice()), model)
    heard = _heard(corpus, segments, between(report, 0.0, HEARING))
    own = _asked(model, corpus, segments, heard, between(report, HEARING, (1 + HEARING) / 2))
    try:
        twin = untaught(model, SEED)
    except MethodError:
        return own
    plain = segments.taken(np.flatnonzero([row.kind != "moment" for row in segments.rows]).astype(np.int64))
    return replace(own, untaught=_asked(twin, corpus, plain, heard, between(report, (1 + HEARING) / 2, 1.0)))


def _asked(
    model: "LoadedModel", corpus: Corpus, segments: Segments, heard: Mapping[int, Heard], report: Report
) -> Bank:
    """Run the recordings through one network."""
    from core.vectors.collect import collect

    stretches = Stretches(segments.utterance, segments.start, segments.end)
    with collect(model, corpus, stretches, report=report) as vectors:
        scores, means, spreads = _scored(vectors)
    sound, loudness, pitch = _measured(segments, heard)
    return Bank(
        model=model.spec,
        corpus=corpus.fingerprint,
        stops=tuple(scores),
        segments=segments,
        heard=heard,
        scores=scores,
        means=means,
        spreads=spreads,
        sound=sound,
        loudness=loudness,
        pitch=pitch,
    )


def _bounded(segments: Segments, model: "LoadedModel") -> Segments:
    """Leave moments out, evenly, where the layers of a large model would not fit."""
    most = LARGEST // (2 * model.card.width * (model.card.layers + 8))
    moments = segments.places("moment")
    others = np.setdiff1d(np.arange(len(segments)), moments)
    kept = max(FEWEST_MOMENTS, most - len(others))
    if kept >= len(moments):
        return segments
    return segments.taken(np.r_[others, moments[np.linspace(0, len(moments) - 1, kept).astype(int)]])


def _heard(corpus: Corpus, segments: Segments, report: Report) -> dict[int, Heard]:
    found = {}
    utterances = sorted(set(segments.utterance.tolist()))
    for done, index in enumerate(utterances):
        report(Step(done, len(utterances)))
        found[index] = hear(corpus.clip(index))
    return found


def _measured(
    segments: Segments, heard: Mapping[int, Heard]
) -> tuple[Float32[np.ndarray, "n bands"], Float32[np.ndarray, " n"], Float32[np.ndarray, " n"]]:
    """Measure sound, loudness and pitch of every stretch."""
    sound = np.stack([sound_of(heard[item.utterance], item) for item in segments.rows])
    pitch = np.array([pitch_of(heard[item.utterance], item) for item in segments.rows], np.float32)
    measured = (sound, level(sound), pitch)
    for values in measured:
        values.setflags(write=False)
    return measured


def _scored(
    vectors: "Vectors",
) -> tuple[
    dict[int, Float16[np.ndarray, "_n _units"]],
    dict[int, Float32[np.ndarray, " _units"]],
    dict[int, Float32[np.ndarray, " _units"]],
]:
    """Take each stop from disk alone, and keep it in half the bytes: its units measured in their own spread."""
    scores, means, spreads = {}, {}, {}
    for stop in vectors.stops:
        values = vectors.of(stop)
        mean = values.mean(0, dtype=np.float64)
        deviation = spread(values - mean, mean)
        scores[stop] = ((values - mean) / deviation).astype(np.float16)
        means[stop] = mean.astype(np.float32)
        spreads[stop] = np.where(np.isfinite(deviation), deviation, 0.0).astype(np.float32)
        for held in (scores[stop], means[stop], spreads[stop]):
            held.setflags(write=False)
    return scores, means, spreads
