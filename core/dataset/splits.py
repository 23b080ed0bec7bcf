"""Divide a prepared set: what is learned from, what decides when to stop, what tests.

By group where groups are known, by file otherwise; the classes evenly; the same seed gives the same division. Sounds
with the same content always stay on one side.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from core.dataset.division import Division
from core.dataset.naming import natural
from core.dataset.prepared import PreparedSet
from core.dataset.units import Unit, classes_of, give, items_of, kinds, mended, spread, units_of
from core.errors import DatasetError
from core.finetuning.settings import SplitSettings
from core.text import _, n_

FEWEST_GROUPS = 3  # that must be left for one of them to be spared for validation


def divide(data: PreparedSet, settings: SplitSettings) -> tuple[Division, ...]:
    """Divide a set: once for "hold-out", else one division per fold or per group, of which all are returned.

    Where the publisher gave test sounds, "hold-out" keeps to the publisher's sides. Sounds for validation come from
    what the test leaves: whole groups where at least three are left, files otherwise. Unlabelled sounds learn along,
    except those that are of a group, or have the content, of a test sound.

    Raises DatasetError where there are too few sounds, files of a class, or groups.
    """
    labelled = tuple(index for index, item in enumerate(data.items) if _is_known(data, index))
    if settings.kind == "leave-one-out":
        return tuple(_leaving_out(data, labelled, settings))
    if settings.kind == "hold-out" and (published := _published(data, labelled, settings)):
        return (published,)
    by_group = len(_groups(data, labelled)) > 1
    units = units_of(data, labelled, by_group)
    _demand_enough(data, units, labelled, by_group, settings)
    if settings.kind == "folds":
        return tuple(_folds(data, labelled, units, by_group, settings))
    return (_held_out(data, labelled, units, by_group, settings),)


def _is_known(data: PreparedSet, index: int) -> bool:
    item = data.items[index]
    return bool(item.label if data.task == "classes" else item.text)


def _groups(data: PreparedSet, indices: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted({data.items[index].group for index in indices} - {""}, key=natural))


def _demand_enough(
    data: PreparedSet, units: Sequence[Unit], labelled: Sequence[int], by_group: bool, settings: SplitSettings
) -> None:
    """Every class must be both learned and tested, so needs two units; a fold needs one of any class."""
    classes = classes_of(data, labelled)
    needed = settings.folds if settings.kind == "folds" else 2
    if len(units) < needed and by_group:
        tied = len(units) < len(_groups(data, labelled))
        raise DatasetError(
            n_(
                "There is {units} separate group, and {needed} are needed.",
                "There are {units} separate groups, and {needed} are needed.",
                len(units),
            ).format(units=len(units), needed=needed),
            hint=_("The same sound stands in several groups: remove the copies.")
            if tied
            else _("Choose fewer parts, or add sounds of other speakers."),
        )
    if len(units) < needed:
        raise DatasetError(
            n_(
                "There is {units} different sound, and {needed} are needed.",
                "There are {units} different sounds, and {needed} are needed.",
                len(units),
            ).format(units=len(units), needed=needed),
            hint=_("Add sounds, or choose fewer parts."),
        )
    holders = Counter(kind for unit in units for kind in kinds([unit], classes))
    if lonely := [kind for kind, count in holders.items() if count < 2]:
        raise _lonely(min(lonely, key=natural), by_group)


def _lonely(kind: str, by_group: bool) -> DatasetError:
    if by_group:
        return DatasetError(
            _("All sounds of “{label}” come from one group, so it cannot be both learned and tested.").format(
                label=kind
            ),
            hint=_("Add sounds of “{label}” by another speaker, or leave the groups out.").format(label=kind),
        )
    return DatasetError(
        _("“{label}” has only one sound, so it cannot be both learned and tested.").format(label=kind),
        hint=_("Add at least one different sound of “{label}”, or leave the class out.").format(label=kind),
    )


def _held_out(
    data: PreparedSet, labelled: Sequence[int], units: Sequence[Unit], by_group: bool, settings: SplitSettings
) -> Division:
    classes = classes_of(data, labelled)
    generator = np.random.default_rng(settings.seed)
    test, rest = spread(units, classes, (settings.test, 1 - settings.test), generator)
    _complete(test, rest, classes)
    return _division(data, "", "group" if by_group else "file", items_of(test), items_of(rest), settings)


def _complete(test: list[Unit], rest: list[Unit], classes: dict[int, str]) -> None:
    """See to it that every class is learned, and that every class is tested where whole groups allow it."""
    for kind in sorted(kinds(test, classes) - kinds(rest, classes), key=natural):
        tested = kinds(test, classes)
        if not any(give(test, rest, kind, keep, classes) for keep in (tested, {kind}, set())):
            raise _indivisible()
    for kind in sorted(kinds(rest, classes) - kinds(test, classes), key=natural):
        give(rest, test, kind, kinds(rest, classes), classes)
    if not test or not rest:
        raise _indivisible()


def _indivisible() -> DatasetError:
    return DatasetError(
        _("The sounds cannot be divided so that every class is learned and something is left for the test."),
        hint=_("Add sounds of other speakers, leave the groups out, or choose fewer parts."),
    )


def _folds(
    data: PreparedSet, labelled: Sequence[int], units: Sequence[Unit], by_group: bool, settings: SplitSettings
) -> Iterable[Division]:
    classes = classes_of(data, labelled)
    count = settings.folds
    spread_out = spread(units, classes, (1 / count,) * count, np.random.default_rng(settings.seed))
    parts = mended(spread_out, classes) if by_group else spread_out
    for place, part in enumerate(parts):
        if not part or _unlearned(part, parts, classes):
            raise _indivisible()
        rest = [unit for other in parts if other is not part for unit in other]
        name = _("Part {place} of {count}").format(place=place + 1, count=count)
        by = "group" if by_group else "file"
        yield _division(data, name, by, items_of(part), items_of(rest), settings, 1 + place)


def _unlearned(part: list[Unit], parts: Sequence[list[Unit]], classes: dict[int, str]) -> set[str]:
    """Classes that only one part holds: where it is the test, nobody learns them."""
    return kinds(part, classes) - kinds([unit for other in parts if other is not part for unit in other], classes)


def _leaving_out(data: PreparedSet, labelled: Sequence[int], settings: SplitSettings) -> Iterable[Division]:
    """Test one group after the other; whatever sounds the same elsewhere is not learned from then."""
    groups = _groups(data, labelled)
    if len(groups) < 2:
        raise DatasetError(
            n_(
                "There is {count} group with a name, and at least 2 are needed.",
                "There are {count} groups with a name, and at least 2 are needed.",
                len(groups),
            ).format(count=len(groups)),
            hint=_("Say who speaks in each sound, or choose another way to divide."),
        )
    classes = classes_of(data, labelled)
    for place, group in enumerate(groups):
        test = tuple(index for index in labelled if data.items[index].group == group)
        heard = {data.items[index].fingerprint for index in test}
        others = (index for index in labelled if data.items[index].group != group)
        rest = tuple(index for index in others if data.items[index].fingerprint not in heard)
        if missing := {classes[index] for index in test} - {classes[index] for index in rest}:
            raise _lonely(min(missing, key=natural), by_group=True)
        yield _division(data, group, "group", test, rest, settings, 1 + place)


def _published(data: PreparedSet, labelled: Sequence[int], settings: SplitSettings) -> Division | None:
    """Keep to the publisher's sides, copies across them included: finding those is up to whoever judges the set."""
    test = tuple(index for index in labelled if data.items[index].split == "test")
    validation = tuple(index for index in labelled if data.items[index].split == "validation")
    rest = tuple(index for index in labelled if data.items[index].split in ("", "train"))
    classes = classes_of(data, labelled)
    if not test or not rest:
        return None
    if missing := {classes[index] for index in test} - {classes[index] for index in rest}:
        raise DatasetError(
            _("The publisher's sounds for learning hold none of “{label}”.").format(label=min(missing, key=natural)),
            hint=_("Add some, or remove the folders train and test to divide the sounds anew."),
        )
    if validation:
        return Division("", "publisher", rest, validation, test, _unlabelled(data, (*test, *validation)))
    return _division(data, "", "publisher", test, rest, settings)


def _division(
    data: PreparedSet,
    name: str,
    by: str,
    test: tuple[int, ...],
    rest: Sequence[int],
    settings: SplitSettings,
    number: int = 0,
) -> Division:
    """Choose sounds for validation from what the test leaves."""
    validation, train = _spared(data, sorted(rest), settings, np.random.default_rng((settings.seed, 1 + number)))
    return Division(name, by, train, validation, tuple(sorted(test)), _unlabelled(data, (*test, *validation)))


def _spared(
    data: PreparedSet, rest: Sequence[int], settings: SplitSettings, generator: np.random.Generator
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Choose whole groups for validation where enough are left and every class is still learned; else files."""
    classes = classes_of(data, rest)
    if settings.validation == 0:
        return (), tuple(rest)
    for by_group in (True, False) if len(_groups(data, rest)) >= FEWEST_GROUPS else (False,):
        units = units_of(data, rest, by_group)
        spared, kept = spread(units, classes, (settings.validation, 1 - settings.validation), generator)
        for kind in sorted(kinds(spared, classes) - kinds(kept, classes), key=natural):
            if kind in kinds(spared, classes) - kinds(kept, classes):
                moved = next(unit for unit in spared if kind in kinds([unit], classes))
                spared.remove(moved)
                kept.append(moved)
        if spared:
            break
    return items_of(spared), items_of(kept)


def _unlabelled(data: PreparedSet, held: Iterable[int]) -> tuple[int, ...]:
    """Sounds without a label that have nothing to do with those that judge: not their side, group or content."""
    items = [data.items[index] for index in held]
    groups, heard = {item.group for item in items} - {""}, {item.fingerprint for item in items}
    return tuple(
        index
        for index, item in enumerate(data.items)
        if not _is_known(data, index)
        and item.split in ("", "train")
        and item.group not in groups
        and item.fingerprint not in heard
    )
