"""Kept probes are asked of a clip: frame by frame, or stretch by stretch where it is known where they lie."""

from itertools import pairwise

import numpy as np
import pytest

from core.errors import MethodError
from core.grid import TokenGrid
from core.probing.decoding import decode
from core.probing.probe import Probe
from core.probing.rung import PAUSE
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from core.trace import Trace

TIME = TimeAxis(start=0.01, step=0.02, field=0.025, count=50)
LABELS = ("m", "s", PAUSE)
TIERS = Tiers.of(
    {
        "word": [Interval(0.2, 0.6, "mat"), Interval(0.6, 0.8, "sun")],
        "phone": [Interval(0.2, 0.6, "m"), Interval(0.6, 0.8, "s")],
    }.items(),
    1.0,
)


def _trace() -> Trace:
    """Unit 0 is 1 while "m" is said, unit 1 while "s" is, at every stop; else they are 0."""
    centres = TIME.centres()
    said = np.stack([(centres >= 0.2) & (centres < 0.6), (centres >= 0.6) & (centres < 0.8)], axis=1).astype(np.float32)
    grids = (TokenGrid(TIME), TokenGrid(TIME))
    return Trace("planted", "clip", 1.0, (said, 2 * said), grids, (), (3 * said,), None)


def _probe(rung: str, stop: int, labels: tuple[str, ...]) -> Probe:
    """Answers class 0 where unit 0 is high, 1 where unit 1 is, else 2."""
    weight = np.array([[9, 0], [0, 9], [0, 0]], np.float32)[: len(labels)]
    bias = np.array([0, 0, 3], np.float32)[: len(labels)]
    return Probe(rung, stop, labels, np.zeros(2, np.float32), np.ones(2, np.float32), weight, bias)


@pytest.mark.parametrize("stop", [-1, 0, 1])
def test_every_frame_is_asked_which_phone_it_is_and_silence_counts_as_a_pause(stop: int) -> None:
    reads = decode({("phone", stop): _probe("phone", stop, LABELS)}, _trace(), "phone", stop, TIERS)
    assert len(reads) == 50
    assert all(read.right for read in reads)
    assert [read.label for read in reads[::5]] == [PAUSE] * 2 + ["m"] * 4 + ["s"] * 2 + [PAUSE] * 2
    assert reads[0].start == 0.0
    assert reads[-1].end == pytest.approx(1.0)
    assert all(first.end == pytest.approx(second.start) for first, second in pairwise(reads))


def test_a_probability_is_that_of_the_softmax() -> None:
    reads = decode({("phone", 0): _probe("phone", 0, LABELS)}, _trace(), "phone", 0)
    assert reads[0].probability == pytest.approx(np.exp(3) / (np.exp(3) + 2))
    assert reads[15].probability == pytest.approx(np.exp(9) / (np.exp(9) + np.exp(3) + 1), rel=1e-4)
    assert {read.truth for read in reads} == {""}


def test_words_are_asked_from_edge_to_edge_and_one_that_no_probe_knows_is_marked() -> None:
    probes = {("word", 1): _probe("word", 1, ("mat", "cat"))}
    mat, sun = decode(probes, _trace(), "word", 1, TIERS)
    assert (mat.start, mat.end, mat.label, mat.right, mat.known) == (0.2, 0.6, "mat", True, True)
    assert (sun.label, sun.truth, sun.right, sun.known) == ("cat", "sun", False, False)


def test_without_tiers_words_are_asked_of_even_stretches() -> None:
    reads = decode({("word", 1): _probe("word", 1, ("mat", "cat"))}, _trace(), "word", 1)
    assert [round(read.end - read.start, 3) for read in reads] == [0.333] * 3
    assert not any(read.truth for read in reads)


def test_stress_is_asked_of_syllables_of_which_nobody_says_whether_they_are_stressed() -> None:
    tiers = Tiers.of([("syllable", [Interval(0.2, 0.4, "m ae t"), Interval(0.5, 0.7, "s ah n")])])
    reads = decode({("stress", 1): _probe("stress", 1, ("stressed", "unstressed"))}, _trace(), "stress", 1, tiers)
    assert [(read.start, read.end) for read in reads] == [(0.2, 0.4), (0.5, 0.7)]
    assert not any(read.truth for read in reads)


def test_values_are_recovered_frame_by_frame() -> None:
    probe = _probe("loudness", 0, ())
    loud = Probe(
        "loudness", 0, (), probe.mean, probe.scale, np.array([[10, 20]], np.float32), np.array([-40], np.float32)
    )
    reads = decode({("loudness", 0): loud}, _trace(), "loudness", 0)
    assert [read.value for read in reads[5:45:10]] == [-40, -30, -30, -20]


def test_a_probe_that_was_not_kept_is_refused_in_words() -> None:
    with pytest.raises(MethodError, match="No probe"):
        decode({}, _trace(), "phone", 0)
