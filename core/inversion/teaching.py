"""Teach the decoders of a model, and those of its untaught twin, on a corpus; nothing of the corpus is held."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.corpus.corpus import Corpus
from core.corpus.division import Division, divide
from core.errors import ClipError, DatasetError
from core.inversion.decoder import Decoder
from core.inversion.frames import frames, stops, times
from core.inversion.inversion import SEED, Inversion, Lesson, Recovered
from core.inversion.judging import Judge
from core.inversion.linear import fit, smaller
from core.inversion.moments import Moments
from core.inversion.picture import columns, picture
from core.loading import LoadedModel
from core.progress import Report, Step, silent
from core.text import _
from core.timeline import TimeAxis
from core.trace import Trace, trace
from core.untaught import untaught

Pair = tuple[Float32[np.ndarray, "frames numbers"], Float32[np.ndarray, "frames targets"]]
SOLVING = 0.15  # of the time, beside the passes


def teach(model: LoadedModel, corpus: Corpus, report: Report = silent, seed: int = SEED) -> Inversion:
    """Learn what can be read off every stop of a model and of its untaught twin, and test it.

    The corpus is divided so that test voices and sentences are met in the test alone; strengths are chosen on voices
    and sentences apart from both. One utterance is heard at a time and the model is free in between. Raises
    DatasetError where the corpus is too small, CancelledError where ``report`` does.
    """
    division = divide(corpus, seed=seed)
    twins = (model, untaught(model, seed))
    total = len(twins) * sum(map(len, (division.train, division.develop, division.test)))
    pace = _Pace(report, total)
    found = [_learn(twin, corpus, division, pace) for twin in twins]
    return Inversion(
        model.spec.name, _lesson(corpus, division), found[0][0], found[0][1], found[1][0], found[1][1], seed
    )


def estimate(model: LoadedModel, corpus: Corpus) -> float:
    """Say how many seconds ``teach`` will take here, by the time that one utterance takes."""
    middle = sorted(range(len(corpus.utterances)), key=lambda index: corpus.utterances[index].seconds)
    clip = corpus.clip(middle[len(middle) // 2])
    begun = time.perf_counter()
    gathered(hearing(model, corpus, [middle[len(middle) // 2]], silent))
    each = (time.perf_counter() - begun) / clip.seconds
    return 2 * (1 + SOLVING) * each * corpus.seconds


class _Pace:
    """Counts utterances over all that has to be heard."""

    def __init__(self, report: Report, total: int) -> None:
        self.report, self.total, self.done = report, total, 0

    def __call__(self, _step: Step) -> None:
        self.done += 1
        self.report(Step(self.done, self.total))


def _learn(
    model: LoadedModel, corpus: Corpus, division: Division, report: Report
) -> tuple[Mapping[int, Decoder], Mapping[int, Recovered]]:
    train = gathered(hearing(model, corpus, division.train, report))
    develop = gathered(hearing(model, corpus, division.develop, report))
    if not train:
        raise DatasetError(_("No sound of this corpus suits the model."), hint=_("Choose another corpus."))
    decoders = {stop: smaller(fit(stop, train[stop], develop.get(stop)), train[stop]) for stop in train}
    return decoders, judged(decoders, hearing(model, corpus, division.test, report))


@dataclass(frozen=True, eq=False)
class Heard:
    """One utterance as a model hears it."""

    speaker: str
    clip: Clip
    trace: Trace
    _pictures: dict[TimeAxis, Float32[np.ndarray, "columns bands"]] = field(default_factory=dict)

    def pair(self, stop: int) -> Pair:
        """What ``stop`` says of every frame, and the picture of that frame."""
        at = times(self.trace)[stop]
        if at not in self._pictures:
            self._pictures[at] = picture(self.clip, columns(at))
        return frames(self.trace, stop), self._pictures[at].reshape(at.count, -1)


def hearing(model: LoadedModel, corpus: Corpus, indices: Sequence[int], report: Report) -> Iterator[Heard]:
    """Hear utterances one after the other.

    What is shorter than the model's frame, or longer than it hears at once, is left out.
    """
    for index in indices:
        clip = corpus.clip(index)
        try:
            yield Heard(corpus.utterances[index].speaker, clip, trace(model, clip))
        except ClipError:
            continue
        finally:
            report(Step(1, 1))


def gathered(utterances: Iterable[Heard]) -> dict[int, Moments]:
    """Sum up what was heard, stop by stop."""
    sums: dict[int, Moments] = {}
    for heard in utterances:
        for stop in stops(heard.trace):
            x, y = heard.pair(stop)
            sums.setdefault(stop, Moments(x.shape[1], y.shape[1])).add(x, y)
    return sums


def judged(decoders: Mapping[int, Decoder], utterances: Iterable[Heard]) -> Mapping[int, Recovered]:
    """Test decoders on what was heard; DatasetError where that is nothing."""
    judges: dict[int, Judge] = {stop: Judge() for stop in decoders}
    for heard in utterances:
        for stop in decoders:
            x, y = heard.pair(stop)
            judges[stop].add(heard.speaker, decoders[stop].rows(x), y)
    if not all(judge.counts for judge in judges.values()):
        raise DatasetError(_("No sound that is kept for the test suits the model."), hint=_("Choose another corpus."))
    return {stop: judge.verdict() for stop, judge in judges.items()}


def _lesson(corpus: Corpus, division: Division) -> Lesson:
    told = [corpus.utterances[index] for index in division.test]
    return Lesson(
        corpus=corpus.title,
        fingerprint=corpus.fingerprint,
        unseen=division.unseen,
        learned=sum(corpus.utterances[index].seconds for index in division.train),
        tested=sum(one.seconds for one in told),
        utterances=len(told),
        voices=len({one.speaker for one in told} - {""}),
        sentences=len({one.sentence for one in told}),
        caution=division.caution,
    )
