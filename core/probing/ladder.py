"""The ladder of a model: how well each rung can be read off every layer, beside what that has to be compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.corpus.division import Unseen
from core.probing.rung import Kind, MetricName


@dataclass(frozen=True)
class Score:
    """A number with the interval that holds its true value in 95 of 100 such tests, drawn again by voice and sentence.

    Shares lie from 0 to 1; R² is at most 1 and may lie below 0, which is worse than always saying the mean.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """One rung over the depth of a model, on voices or sentences (or both) that no probe learned from.

    rung       name of the rung
    stops      where it was read: below 0 the convolutions, 0 what block 1 receives, above 0 the blocks
    score      of the model itself, one per stop
    control    of probes with control labels: cells of the sound's log-mel, each with one fixed random label of the
               real distribution; what a probe gains by learning by heart; one per stop
    random     of the same architecture with random weights, one per stop
    inputs     of the plain inputs: "log-mel", "log-mel in context", "MFCC"
    majority   of always saying the commonest class (of values: their mean)
    shuffled   of a probe at ``best`` that learned from shuffled labels
    balanced   balanced accuracy at every stop; empty for values
    train, develop, test   items learned from (in the end those of develop too), chosen by, and tested on
    classes    classes told apart (chance is about 1 / classes); for values how many there are at once
    voices, sentences      different ones in the test
    cells      of the control labels
    strength   how strongly the probes are held back (lambda of the mean loss): one for all stops
    strength_random, strength_inputs  the same for what they are compared with, each the best for itself
    caution    a sentence where less could be held apart than was wanted; else empty
    """

    rung: str
    kind: Kind
    metric: MetricName
    unseen: Unseen
    stops: tuple[int, ...]
    score: tuple[Score, ...]
    control: tuple[Score, ...]
    random: tuple[Score, ...]
    inputs: Mapping[str, Score]
    majority: float
    shuffled: Score
    train: int
    develop: int
    test: int
    classes: int
    voices: int
    sentences: int
    cells: int
    strength: float
    strength_random: float
    strength_inputs: Mapping[str, float]
    balanced: tuple[float, ...] = ()
    caution: str = ""

    @property
    def best(self) -> int:
        """The stop with the highest score; the first of them where several are alike."""
        return max(self.stops, key=lambda stop: (self.at(stop).value, -stop))

    @property
    def interior(self) -> bool:
        """Tell whether the highest score lies neither at the first nor at the last stop."""
        return self.stops[0] < self.best < self.stops[-1]

    def at(self, stop: int) -> Score:
        """Score of the model at one stop."""
        return self.score[self.stops.index(stop)]

    def control_at(self, stop: int) -> Score:
        """Score with control labels at one stop."""
        return self.control[self.stops.index(stop)]

    def random_at(self, stop: int) -> Score:
        """Score of the same architecture with random weights at one stop."""
        return self.random[self.stops.index(stop)]

    def selectivity(self, stop: int) -> float:
        """Score less that of control labels (Hewitt & Liang 2019)."""
        return self.at(stop).value - self.control_at(stop).value

    @property
    def best_input(self) -> tuple[str, Score]:
        """The plain input from which most can be read, and how much."""
        name = max(self.inputs, key=lambda name: self.inputs[name].value)
        return name, self.inputs[name]


@dataclass(frozen=True, eq=False)
class Ladder:
    """What can be read off every layer of one model, measured on one corpus.

    model, source, name   title, and the source and name of its ModelSpec
    weights               identity of the weights where they are files of a folder; else empty
    corpus, corpus_title, corpus_fingerprint   what it was measured on
    layers, convolutions  of the model
    curves                by name of the rung, lowest rung first, those beside the ladder last
    refused               rungs that could not be asked, and what they would need, in a sentence
    seconds               how long it took
    versions              of the libraries that compute
    """

    model: str
    source: str
    name: str
    weights: str
    corpus: str
    corpus_title: str
    corpus_fingerprint: str
    layers: int
    convolutions: int
    curves: Mapping[str, Curve]
    refused: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def stops(self) -> tuple[int, ...]:
        """Every stop of the model, first convolution to last block."""
        return tuple(range(-self.convolutions, self.layers + 1))
