"""Gather what every rung asks of a corpus, divided so that the test is new; refuse a rung where there is too little."""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64, Int64

from core.corpus.corpus import Corpus
from core.corpus.division import Division, divide
from core.errors import DatasetError, MethodError
from core.probing.rung import Item, Rung
from core.progress import Report, Step, silent
from core.text import _
from core.vectors.stretches import Stretches

TRAIN, DEVELOP, SPARE, TEST = range(4)
"""SPARE has nothing of the test, but something of develop: it is learned from once the strength is chosen."""
NOWHERE = -1


@dataclass(frozen=True)
class Most:
    """How many items a rung takes at most of each part (train with spare); of more of them some are drawn."""

    train: int = 4000
    develop: int = 800
    test: int = 2500


@dataclass(frozen=True, eq=False)
class Task:
    """What one rung asks of a corpus.

    labels     the classes; empty for values
    stretches  where the items lie, (n,)
    target     the class of each item (n,), or its values (n, values)
    part       TRAIN, DEVELOP, SPARE or TEST of each item, (n,)
    voice      number of the speaker of each item, (n,)
    sentence   number of the sentence of each item, (n,)
    division   of the utterances
    """

    rung: Rung
    labels: tuple[str, ...]
    stretches: Stretches
    target: Int64[np.ndarray, " n"] | Float64[np.ndarray, "n values"]
    part: Int64[np.ndarray, " n"]
    voice: Int64[np.ndarray, " n"]
    sentence: Int64[np.ndarray, " n"]
    division: Division

    def rows(self, part: int) -> Int64[np.ndarray, " some"]:
        """Places of the items of one part."""
        return np.flatnonzero(self.part == part)

    @property
    def taught(self) -> Int64[np.ndarray, " some"]:
        """Places of the items that probes learn from in the end: all that have nothing of the test."""
        return np.flatnonzero(self.part != TEST)


@dataclass(eq=False)
class _Found:
    """Items of one rung as they come, utterance by utterance."""

    rung: Rung
    division: Division
    sides: Int64[np.ndarray, " utterances"]
    rows: list[tuple[int, Item]] = field(default_factory=list)
    values: list[Float64[np.ndarray, "some values"]] = field(default_factory=list)


def gather(
    corpus: Corpus, rungs: Mapping[str, Rung], seed: int = 0, most: Most | None = None, report: Report = silent
) -> tuple[dict[str, Task], dict[str, str]]:
    """Return the tasks of the rungs that can be asked, and for the others a sentence that says what they need."""
    found: dict[str, _Found] = {}
    refused: dict[str, str] = {}
    for name, rung in rungs.items():
        try:
            division = divide(corpus, rung.unseen, seed)
            found[name] = _Found(rung, division, sides_of(corpus, division))
        except DatasetError as error:
            refused[name] = " ".join(filter(None, (str(error), error.hint)))
    for index, _utterance in enumerate(corpus.utterances):
        report(Step(index, len(corpus.utterances), _("What is said in the corpus")))
        _listen(corpus, index, list(found.values()), seed)
    tasks = {}
    for name, part in found.items():
        try:
            tasks[name] = _task(corpus, part, seed, most or Most())
        except MethodError as error:
            refused[name] = str(error)
    return tasks, {name: refused[name] for name in rungs if name in refused}


def _listen(corpus: Corpus, index: int, found: Sequence[_Found], seed: int) -> None:
    """Add the items of one utterance to every rung; its sound is decoded once, and only where one measures it."""
    asked = [part for part in found if part.sides[index] != NOWHERE]
    clip = corpus.clip(index) if any(part.rung.measure for part in asked) else None
    for part in asked:
        chance = np.random.default_rng([seed, _kind(part.rung), index])
        items = part.rung.items(corpus.utterances[index], chance)
        if part.rung.measure and clip is not None and items:
            values = part.rung.measure(clip, np.array([item.start for item in items]))
            known = np.isfinite(values).all(1)
            part.values.append(values[known])
            items = [item for item, there in zip(items, known, strict=True) if there]
        part.rows.extend((index, item) for item in items)


def _kind(rung: Rung) -> int:
    """Number what a rung reads: loudness and spectrum are asked of the same moments."""
    return zlib.crc32(f"{rung.items.__qualname__} {rung.tier} {rung.unseen}".encode())


def sides_of(corpus: Corpus, division: Division) -> Int64[np.ndarray, " utterances"]:
    """Tell for every utterance of a corpus to which part it belongs, or NOWHERE."""
    found = np.full(len(corpus.utterances), NOWHERE, np.int64)
    for index, utterance in enumerate(corpus.utterances):
        known = "voices" in division.unseen and (not utterance.speaker or utterance.speaker in division.speakers_test)
        known = known or ("sentences" in division.unseen and utterance.sentence in division.sentences_test)
        found[index] = NOWHERE if known else SPARE
    for part, members in ((TRAIN, division.train), (DEVELOP, division.develop), (TEST, division.test)):
        found[list(members)] = part
    return found


def _task(corpus: Corpus, found: _Found, seed: int, most: Most) -> Task:
    rung = found.rung
    sides = found.sides[[index for index, _item in found.rows]]
    names = [item.label for _index, item in found.rows]
    labels = _classes(rung, names, sides)
    known = np.array([rung.kind == "values" or name in labels for name in names], bool)
    _refuse(rung, labels, sides[known])
    chosen = _drawn(sides, known, most, np.random.default_rng([seed, _kind(rung)]))
    rows = [found.rows[place] for place in chosen]
    if rung.kind == "values":
        target = np.concatenate(found.values)[chosen]
    else:
        number = {name: place for place, name in enumerate(labels)}
        target = np.array([number[item.label] for _index, item in rows], np.int64)
    utterances = [corpus.utterances[index] for index, _item in rows]
    return Task(
        rung=rung,
        labels=labels,
        stretches=Stretches.of((index, item.start, item.end) for index, item in rows),
        target=target,
        part=sides[chosen],
        voice=_numbers([utterance.speaker for utterance in utterances]),
        sentence=_numbers([utterance.sentence for utterance in utterances]),
        division=found.division,
    )


def _classes(rung: Rung, names: Sequence[str], sides: Int64[np.ndarray, " n"]) -> tuple[str, ...]:
    """List the classes that occur often enough among what is learned from and what is tested."""
    if rung.kind == "values":
        return ()
    taught = Counter(name for name, side in zip(names, sides, strict=True) if side != TEST)
    tested = Counter(name for name, side in zip(names, sides, strict=True) if side == TEST)
    few = rung.fewest
    return tuple(sorted(name for name in taught if taught[name] >= few.taught and tested[name] >= few.tested))


def _refuse(rung: Rung, labels: tuple[str, ...], sides: Int64[np.ndarray, " n"]) -> None:
    few = rung.fewest
    taught, tested = int((sides != TEST).sum()), int((sides == TEST).sum())
    if len(labels) >= few.classes and taught >= few.items and tested >= few.test:
        return
    found = _("In this corpus: {taught} to learn from and {tested} to test on.").format(taught=taught, tested=tested)
    if few.classes:
        found = _(
            "In this corpus: {classes} that recur enough, {taught} to learn from and {tested} to test on."
        ).format(classes=len(labels), taught=taught, tested=tested)
    raise MethodError(" ".join((_(rung.need).format(**vars(few)), found)))


def _drawn(sides: np.ndarray, known: np.ndarray, most: Most, chance: np.random.Generator) -> Int64[np.ndarray, " some"]:
    chosen = []
    for parts, limit in (((TRAIN, SPARE), most.train), ((DEVELOP,), most.develop), ((TEST,), most.test)):
        places = np.flatnonzero(known & np.isin(sides, parts))
        chosen.append(chance.permutation(places)[:limit])
    return np.sort(np.concatenate(chosen))


def _numbers(names: Sequence[str]) -> Int64[np.ndarray, " n"]:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)
