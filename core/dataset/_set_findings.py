"""What the doctor sees in the sounds and labels of a set, before they are divided."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from core.dataset.findings import Finding, Severity, listed
from core.dataset.prepared import PreparedSet
from core.text import _, n_

FEW_IN_CLASS = 10
UNEVEN, VERY_UNEVEN = 3.0, 10.0  # largest class over smallest
SILENT_DECIBELS = -60.0
CLIPPED_SHARE = 0.001
SHORTEST_SECONDS = 0.025  # one frame of a speech model
ODD_LENGTH = 3.0  # times longer or shorter than the middle one


def of_labels(data: PreparedSet) -> Iterator[Finding]:
    """Look at the classes: enough of them, enough in each, spelled alike."""
    counts = Counter(item.label for item in data.items if item.label)
    if len(counts) < 2:
        yield Finding(
            "one class",
            "stop",
            _("All labelled sounds are of one class: there is nothing to tell apart."),
            _("Add sounds of at least one other class, such as background noise."),
        )
        return
    yield from _spelling(data, counts)
    scarce = sorted(label for label, count in counts.items() if count < FEW_IN_CLASS)
    if scarce:
        yield Finding(
            "few clips",
            "warning",
            n_(
                "{count} class has fewer than {least} sounds: {names}.",
                "{count} classes have fewer than {least} sounds: {names}.",
                len(scarce),
            ).format(count=len(scarce), least=FEW_IN_CLASS, names=listed(scarce)),
            _("Add sounds of these classes; 20 or more of each, by several speakers, are a start."),
            tuple(index for index, item in enumerate(data.items) if item.label in scarce),
        )
    yield from _balance(counts)


def _spelling(data: PreparedSet, counts: Counter[str]) -> Iterator[Finding]:
    alike = defaultdict(list)
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        alike[" ".join(label.casefold().replace("_", " ").replace("-", " ").split())].append(label)
    for spelled in alike.values():
        if len(spelled) > 1:
            rare = set(spelled[1:])
            yield Finding(
                "labels alike",
                "warning",
                _("These labels differ in spelling only, and count as different classes: {names}.").format(
                    names=listed(spelled)
                ),
                _("If they mean the same, rename them all to {label}.").format(label=spelled[0]),
                tuple(index for index, item in enumerate(data.items) if item.label in rare),
            )


def _balance(counts: Counter[str]) -> Iterator[Finding]:
    (largest, most), (smallest, least) = counts.most_common()[0], counts.most_common()[-1]
    if most < UNEVEN * least:
        return
    yield Finding(
        "imbalance",
        "warning" if most >= VERY_UNEVEN * least else "note",
        _("The classes are out of balance: {largest} has {most} sounds, {smallest} has {least}.").format(
            largest=largest, most=most, smallest=smallest, least=least
        ),
        _(
            "Add sounds of the small classes, keep the balancing of classes on, and read the score in which every "
            "class counts the same."
        ),
    )


def of_sounds(data: PreparedSet) -> Iterator[Finding]:
    """Look at the sounds: silence, overload, odd lengths."""
    seconds = np.array([item.count for item in data.items]) / data.sample_rate
    middle = float(np.median(seconds))
    marked = {
        "silence": np.array([item.loudness < SILENT_DECIBELS for item in data.items]),
        "clipping": np.array([item.clipped > CLIPPED_SHARE for item in data.items]),
        "too short": seconds < SHORTEST_SECONDS,
        "odd length": (seconds > ODD_LENGTH * middle) | (seconds < middle / ODD_LENGTH),
    }
    for name, marks in marked.items():
        places = tuple(int(place) for place in np.flatnonzero(marks))
        if places:
            yield _about_sounds(name, places, middle)


def _about_sounds(name: str, places: tuple[int, ...], middle: float) -> Finding:
    count = len(places)
    if name == "silence":
        sentence = n_("{count} sound is (nearly) silent.", "{count} sounds are (nearly) silent.", count)
        advice = _("Listen to them; leave them out, unless silence is what their class means.")
    elif name == "clipping":
        sentence = n_(
            "{count} sound is overloaded: it stands at full scale.",
            "{count} sounds are overloaded: they stand at full scale.",
            count,
        )
        advice = _("Record them again with less gain. If it is one class above all, the model may learn the overload.")
    elif name == "too short":
        sentence = n_(
            "{count} sound is shorter than one frame of a model (25 ms).",
            "{count} sounds are shorter than one frame of a model (25 ms).",
            count,
        )
        return Finding(name, "stop", sentence.format(count=count), _("Leave them out, or record longer ones."), places)
    else:
        sentence = n_(
            "{count} sound is over three times longer or shorter than the middle one ({middle:.2f} s).",
            "{count} sounds are over three times longer or shorter than the middle one ({middle:.2f} s).",
            count,
        )
        advice = _("Listen to them; cut long ones into pieces of one recording, trim silence, or set one length.")
    severity: Severity = "note" if name == "odd length" else "warning"
    return Finding(name, severity, sentence.format(count=count, middle=middle), advice, places)
