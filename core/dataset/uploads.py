"""Labelled sounds that came one by one: files uploaded per class, and recordings made in the page."""

from collections.abc import Mapping, Sequence
from functools import partial

from core.dataset.bounds import BOUNDS, Bounds, too_large, too_many, too_much
from core.dataset.collection import Collection, Example, Skipped
from core.dataset.naming import clean, demand_classes, settled, shown
from core.text import _


def collect(
    title: str,
    files: Mapping[str, Sequence[tuple[str, bytes]]],
    groups: Mapping[str, str] | None = None,
    merge_case: bool = False,
    bounds: Bounds = BOUNDS,
) -> Collection:
    """Gather files per class; the class "" holds clips without a label.

    files   for each class its files as (name, bytes)
    groups  by file name, or by class/name where names repeat: who speaks, or what else belongs together

    Raises DatasetError where labels differ only in case and are not to be merged, and where fewer than two classes are.
    """
    given = [(label, name, data) for label, entries in files.items() for name, data in entries]
    if len(given) > bounds.files:
        raise too_many(bounds)
    if (total := sum(len(data) for _label, _name, data in given)) > bounds.total_bytes:
        raise too_much(total, bounds)
    skipped = [Skipped(clean(label), _("It holds no sound, so it is no class.")) for label in files if not files[label]]
    skipped += [
        Skipped(shown(name), too_large(len(data), bounds)) for _l, name, data in given if len(data) > bounds.file_bytes
    ]
    known = groups or {}
    examples = settled(
        [
            Example(
                shown(name),
                partial(bytes, data),
                label=label,
                group=clean(known.get(f"{label}/{name}", known.get(name, ""))),
            )
            for label, name, data in given
            if len(data) <= bounds.file_bytes
        ],
        merge_case,
    )
    demand_classes(examples, skipped, "classes")
    return Collection(clean(title) or _("sounds"), examples, skipped=tuple(skipped))
