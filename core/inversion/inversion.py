"""What was learned of all layers of one model, and how well it does on voices and sentences it never met."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.errors import MethodError
from core.inversion.decoder import Decoder
from core.inversion.frames import frames, stops, times
from core.inversion.picture import columns
from core.text import _
from core.timeline import TimeAxis
from core.trace import Trace

SEED = 0  # of the random weights of the untaught network


@dataclass(frozen=True)
class Recovered:
    """Share of the variance of the picture that a straight-line reading recovers, on what was kept for the test.

    r2         of all of it: 1 is everything, 0 is what the mean picture tells, below 0 is worse than that
    low, high  ends of its 95 % interval; voices were drawn again where several are known, else utterances
    loudness, shape, detail   of how loud each moment is, of the broad shape over frequency (coefficients 1 to 12 of
               the cosine transform over bands), and of what is finer, such as the stripes of a voice's pitch
    """

    r2: float
    low: float
    high: float
    loudness: float
    shape: float
    detail: float


@dataclass(frozen=True)
class Lesson:
    """What it was learned and tested on.

    corpus, fingerprint   title and identity by content
    unseen                in what the test is apart: voices, sentences, or both
    learned, tested       seconds of sound
    voices, sentences     different ones in the test
    utterances            in the test
    """

    corpus: str
    fingerprint: str
    unseen: str
    learned: float
    tested: float
    utterances: int
    voices: int
    sentences: int
    caution: str = ""


@dataclass(frozen=True, eq=False)
class Inversion:
    """Decoders of every stop, for the model and for the same network with random weights, each with its score.

    seed     of these weights
    weights  digest of the model's own weights; empty where nobody took it
    """

    model: str
    lesson: Lesson
    decoders: Mapping[int, Decoder]
    scores: Mapping[int, Recovered]
    untaught: Mapping[int, Decoder]
    untaught_scores: Mapping[int, Recovered]
    seed: int = SEED
    weights: str = ""

    @property
    def stops(self) -> tuple[int, ...]:
        """Places on the way through the model, in order."""
        return tuple(sorted(self.decoders))


@dataclass(frozen=True, eq=False)
class Echo:
    """What was recovered from one stop: (columns, 80) in decibels, and where the columns lie."""

    stop: int
    values: Float32[np.ndarray, "columns bands"]
    time: TimeAxis


def echoes(decoders: Mapping[int, Decoder], trace: Trace) -> Mapping[int, Echo]:
    """Recover the picture from every stop of a trace; MethodError where another model was learned."""
    if set(decoders) != set(stops(trace)):
        raise MethodError(_("What was learned belongs to a model of another depth."), hint=_("Let it be learned anew."))
    lie = times(trace)
    return {stop: Echo(stop, decoders[stop].picture(frames(trace, stop)), columns(lie[stop])) for stop in stops(trace)}


def alike(found: Float32[np.ndarray, "columns bands"], true: Float32[np.ndarray, "columns bands"]) -> float:
    """Correlation (Pearson's) of all cells of two pictures; 0 where one of them has no contrast."""
    one, other = (values.astype(np.float64).ravel() - float(values.mean()) for values in (found, true))
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 1e-9 else 0.0


def explained(
    found: Float32[np.ndarray, "columns bands"],
    true: Float32[np.ndarray, "columns bands"],
    usual: Float32[np.ndarray, "one bands"],
) -> float:
    """Share of a clip's squared distance to the ``usual`` picture that was recovered; nan where it has no contrast.

    The usual picture itself scores 0, as in the test; the true one 1.
    """
    away = float(np.square(true - usual, dtype=np.float64).sum())
    if float(true.std()) < 1e-6 or away < 1e-6:
        return float("nan")
    return 1 - float(np.square(true - found, dtype=np.float64).sum()) / away
