"""The labelled sounds on the table: gathered, prepared, divided."""

from collections import Counter
from dataclasses import dataclass

from core.dataset.collection import Collection
from core.dataset.division import Division
from core.dataset.home import home
from core.dataset.prepared import PreparedSet
from core.errors import DatasetError
from core.finetuning.settings import PrepareSettings, SplitSettings
from core.text import _
from pages._kit import engine, errors, present, session

SIDES = ("train", "validation", "test", "unlabelled")


@dataclass(frozen=True)
class Tally:
    """How many of what; ``voices`` counts the known groups, ``classes`` maps each label to its sounds."""

    sounds: int
    voices: int
    classes: dict[str, int]


def tally(found: Collection | PreparedSet) -> Tally:
    """Count sounds, voices and classes."""
    given = found.examples if isinstance(found, Collection) else found.items
    counts = Counter(item.label for item in given if item.label)
    order = sorted(counts) if isinstance(found, Collection) else found.labels
    return Tally(
        len(given), len({item.group for item in given if item.group}), {label: counts[label] for label in order}
    )


def gathered() -> Collection | None:
    """What was put together in this session and is not prepared yet."""
    return session.recall("gathered")


def gather(found: Collection | None) -> None:
    """Put a collection on the table, or clear it; nothing prepared stays chosen."""
    session.remember("gathered", found)
    session.choose(dataset="", run="")


def settings() -> PrepareSettings:
    """How sounds are made ready; at the rate of the chosen model unless another was asked for."""
    return session.recall("prepare") or PrepareSettings(sample_rate=present.card().sample_rate)


def opened() -> PreparedSet | None:
    """The prepared set that is chosen; None where none is.

    Raises DatasetError, once, where its folder is gone; a run that was taught on it stays chosen.
    """
    from core.dataset.preparing import open_prepared

    key = session.chosen().dataset
    if not key:
        return None
    folder = home() / "sets" / key
    if not folder.is_dir():
        session.choose(dataset="")
        raise DatasetError(
            _("The sounds that this link speaks of are not on this computer."), hint=_("Choose other sounds.")
        )
    return engine.store().get(("set", key), lambda: open_prepared(folder))


def shown() -> PreparedSet | None:
    """The prepared set that is chosen; where its folder is gone, that is shown, and there is none."""
    with errors.shown():
        return opened()
    return None


def take(data: PreparedSet) -> None:
    """Choose a set that was just prepared."""
    session.choose(dataset=data.key, run="")


def split() -> SplitSettings:
    """How the sounds are divided."""
    return session.recall("split", SplitSettings())


def divisions(data: PreparedSet) -> tuple[Division, ...]:
    """Divide the set as it is asked for; DatasetError where that cannot be."""
    from core.dataset.splits import divide

    wanted = split()
    return engine.store().get(("divisions", data.key, wanted), lambda: divide(data, wanted))


def shared_voices(data: PreparedSet, division: Division) -> frozenset[str]:
    """Name the voices that stand on the side for learning and on the side of the test."""
    sides = [{data.items[at].group for at in side} - {""} for side in (division.train, division.test)]
    return frozenset(sides[0] & sides[1])
