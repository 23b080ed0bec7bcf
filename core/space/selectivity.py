"""Does a unit tell one phone, voice, pitch or loudness from the rest? Judged on recordings held out, against chance.

The area under the ROC curve (AUROC) is the chance that a moment with the label lies above one without it: 0.5 tells
nothing, 1 and 0 tell all. Chance is measured by dealing the labels out anew, in the order of time that they have, for
neighbouring moments are alike; because many labels (and units) are asked
at once, a value counts only where it beats the furthest of all of them in the dealt-out worlds (Westfall & Young 1993),
and with some to spare for each further kind of label (Bonferroni).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64
from scipy.stats import rankdata

from core.space.bank import Bank
from core.space.directions import Direction, halves

About = Literal["phone", "speaker", "pitch", "loudness"]
DEALS = 199
FEWEST = 8  # moments with a label, and without it
RECORDINGS = 2  # that they come from
LEVEL = 0.05  # chance that anything at all is called selective where nothing is
LEAST_SPREAD = 1e-3


@dataclass(frozen=True)
class Finding:
    """How well one unit (or direction) tells one label from the rest, on recordings held out.

    unit    index of the column that was judged
    auroc   0 to 1; below 0.5 the label lies low
    p       chance of such a value, or one further from 0.5, anywhere among all that was asked, if labels meant nothing
    count   moments with the label
    """

    unit: int
    about: About
    label: str
    auroc: float
    p: float
    count: int

    @property
    def selective(self) -> bool:
        """Tell whether it is more than chance."""
        return self.p <= LEVEL


@dataclass(frozen=True, eq=False)
class _Question:
    """Labels that are asked together over the same moments, and how they are dealt out anew.

    rows     moments that are asked about
    masks    (labels, rows) True where a moment has the label
    """

    about: About
    labels: tuple[str, ...]
    rows: Int64[np.ndarray, " rows"]
    masks: Bool[np.ndarray, "labels rows"]
    recording: Int64[np.ndarray, " rows"]

    def dealt(self, random: np.random.Generator) -> Bool[np.ndarray, "labels rows"]:
        """Deal voices to whole recordings; turn everything else round in time within its recording.

        Labels stay beside their neighbours: what changes slowly would else look selective where nothing is.
        """
        if self.about == "speaker":
            names, first, place = np.unique(self.recording, return_index=True, return_inverse=True)
            return self.masks[:, first][:, random.permutation(len(names))][:, place]
        dealt = np.empty_like(self.masks)
        order = np.argsort(self.recording, kind="stable")  # moments of a recording stand in the order of time
        for rows in np.split(order, np.flatnonzero(np.diff(self.recording[order])) + 1):
            dealt[:, rows] = np.roll(self.masks[:, rows], int(random.integers(len(rows))), axis=1)
        return dealt


def auroc(
    mask: Bool[np.ndarray, "labels rows"], ranks: Float[np.ndarray, "rows units"]
) -> Float64[np.ndarray, "labels units"]:
    """Area under the ROC curve of every unit for every label, by its ranks over the rows (Mann & Whitney 1947)."""
    have = mask.sum(1)[:, None].astype(np.float64)
    lack = mask.shape[1] - have
    return (mask.astype(np.float64) @ ranks - have * (have + 1) / 2) / (have * lack)


def dissect(bank: Bank, stop: int, seed: int = 0) -> tuple[Finding, ...]:
    """Judge every unit of a stop; of each unit the label is kept that stands out most, most selective unit first."""
    values = bank.scores[stop][bank.segments.places("moment")].astype(np.float32)
    found = _judged(bank, values, halves(bank, seed)[1], seed)
    best: dict[int, Finding] = {}
    for one in found:
        if one.unit not in best or _order(one) < _order(best[one.unit]):
            best[one.unit] = one
    return tuple(sorted(best.values(), key=_order))


def judge(bank: Bank, found: Direction, seed: int = 0) -> tuple[Finding, ...]:
    """Judge one direction by all labels, what stands out most first, on recordings that it was not learned from."""
    return tuple(sorted(_judged(bank, found.values[:, None], halves(bank, seed)[1], seed), key=_order))


def _order(found: Finding) -> tuple[float, float]:
    return found.p, -abs(found.auroc - 0.5)


def _judged(
    bank: Bank, values: Float32[np.ndarray, "moments units"], held_out: frozenset[int], seed: int
) -> list[Finding]:
    """Judge all units by all labels; each kind of label is a family of its own, and there are few of them."""
    asked = list(_questions(bank, held_out))
    found = []
    for number, question in enumerate(asked):
        random = np.random.default_rng([seed, number])
        ranks = rankdata(values[question.rows], axis=0)
        area = auroc(question.masks, ranks)
        p = np.minimum(1.0, len(asked) * _chance(question, ranks, area, random))
        counts = question.masks.sum(1)
        found += [
            Finding(unit, question.about, label, float(area[row, unit]), float(p[row, unit]), int(counts[row]))
            for row, label in enumerate(question.labels)
            for unit in range(area.shape[1])
        ]
    return found


def _chance(
    question: _Question,
    ranks: Float[np.ndarray, "rows units"],
    area: Float64[np.ndarray, "labels units"],
    random: np.random.Generator,
) -> Float64[np.ndarray, "labels units"]:
    """Tell how often the furthest of all labels and units, in spreads of its label, beats each value by chance."""
    deals = np.stack([auroc(question.dealt(random), ranks) for _deal in range(DEALS)]).astype(np.float32)
    spread = np.maximum((deals - 0.5).std(axis=(0, 2)), LEAST_SPREAD)[:, None]
    furthest = np.sort((np.abs(deals - 0.5) / spread).max(axis=(1, 2)))
    # rounding may part values that are the same
    beaten = DEALS - np.searchsorted(furthest, np.abs(area - 0.5) / spread - 1e-5)
    return (1 + beaten) / (1 + DEALS)


def _questions(bank: Bank, held_out: frozenset[int]) -> Iterator[_Question]:
    """Ask about each phone, each voice, and whether pitch and loudness lie above their recording's middle."""
    moments, places = bank.of("moment"), bank.segments.places("moment")
    recording = moments.utterance
    inside = np.array([index in held_out for index in recording.tolist()], bool)
    spoken = np.array([bool(phone) for phone in moments.labels("phone")], bool)
    rows = np.flatnonzero(inside & spoken if spoken.any() else inside)
    for about, labels in (("phone", moments.labels("phone")), ("speaker", moments.labels("speaker"))):
        yield from _named(about, labels, rows, recording)  # type: ignore[arg-type]  # both are kinds of label
    voiced = rows[np.isfinite(bank.pitch[places][rows])]
    yield from _high("pitch", bank.pitch[places], voiced, recording)
    yield from _high("loudness", bank.loudness[places], rows, recording)


def _named(
    about: About, labels: Sequence[str], rows: Int64[np.ndarray, " rows"], recording: Int64[np.ndarray, " moments"]
) -> Iterator[_Question]:
    names = sorted({labels[row] for row in rows.tolist()} - {""})
    masks = np.array([[labels[row] == name for row in rows.tolist()] for name in names], bool).reshape(len(names), -1)
    kept = [place for place, mask in enumerate(masks) if _enough(mask, recording[rows])]
    if kept:
        yield _Question(about, tuple(names[place] for place in kept), rows, masks[kept], recording[rows])


def _high(
    about: About,
    values: Float32[np.ndarray, " moments"],
    rows: Int64[np.ndarray, " rows"],
    recording: Int64[np.ndarray, " moments"],
) -> Iterator[_Question]:
    """Ask what lies above the middle of its own recording, so that it is not the voice that is asked about."""
    middle = _by_recording(values[rows], recording[rows], np.median)
    mask = (values[rows] > middle)[None]
    if rows.size and _enough(mask[0], recording[rows]):
        yield _Question(about, ("high",), rows, mask, recording[rows])


def _by_recording(
    values: Float32[np.ndarray, " rows"],
    recording: Int64[np.ndarray, " rows"],
    of: Callable[[Float32[np.ndarray, " _some"]], np.floating],
) -> Float64[np.ndarray, " rows"]:
    found = np.empty(len(values), np.float64)
    for index in np.unique(recording):
        found[recording == index] = of(values[recording == index])
    return found


def _enough(mask: Bool[np.ndarray, " rows"], recording: Int64[np.ndarray, " rows"]) -> bool:
    recordings = len(set(recording[mask].tolist()))
    return int(mask.sum()) >= FEWEST and int((~mask).sum()) >= FEWEST and recordings >= RECORDINGS
