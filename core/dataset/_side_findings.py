"""What the doctor sees in how a set is divided: leaks, speakers who give the class away, a test that is too small."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from core.dataset.division import Division
from core.dataset.duplicates import components
from core.dataset.findings import Finding, listed
from core.dataset.prepared import PreparedSet
from core.evaluation.intervals import FEW_GROUPS, wilson
from core.progress import Report, silent
from core.text import _, n_

EXAMPLE_SHARE = 0.8  # right, when it is said how wide an interval will be
WIDE, VERY_WIDE = 0.05, 0.10  # half widths
FEW_TAUGHT = 5  # sounds of a class for learning


def of_groups(data: PreparedSet, divisions: Sequence[Division]) -> Iterator[Finding]:
    """Look whether who is tested was learned from, and whether who spoke is known."""
    unknown = tuple(index for index, item in enumerate(data.items) if not item.group)
    if unknown:
        yield _unknown(unknown, len(data.items))
    groups = [item.group for item in data.items]
    shared: dict[str, set[int]] = defaultdict(set)
    for division in divisions:
        learned = {groups[index] for index in (*division.train, *division.validation, *division.unlabelled)} - {""}
        for index in division.test:
            if groups[index] in learned:
                shared[groups[index]].add(index)
    if shared:
        yield Finding(
            "group on both sides",
            "warning",
            n_(
                "{count} speaker or group stands on both sides, for learning and for the test: {names}.",
                "{count} speakers or groups stand on both sides, for learning and for the test: {names}.",
                len(shared),
            ).format(count=len(shared), names=listed(sorted(shared))),
            _("Split by speaker or group; else the result looks better than it will be with new speakers."),
            tuple(sorted(set().union(*shared.values()))),
        )
    elif not unknown and len(set(groups)) > 1:
        yield Finding("groups apart", "good", _("No speaker or group of the test was learned from."))


def _unknown(unknown: tuple[int, ...], whole: int) -> Finding:
    sentence = (
        _("Who spoke, or which recording a sound was cut from, is not known.")
        if len(unknown) == whole
        else n_(
            "Of {count} sound it is not known who spoke or what it was cut from.",
            "Of {count} sounds it is not known who spoke or what they were cut from.",
            len(unknown),
        ).format(count=len(unknown))
    )
    return Finding(
        "groups unknown",
        "note",
        sentence,
        _("Name a speaker or group for each sound; else one of them may stand on both sides, and nobody would know."),
        unknown,
    )


def of_copies(data: PreparedSet, divisions: Sequence[Division], report: Report = silent) -> Iterator[Finding]:
    """Look for the same sound on both sides, and for one sound under two labels."""
    both: set[int] = set()
    torn: set[int] = set()
    all_copies: set[int] = set()
    for same in components(data, report):
        members = set(same)
        all_copies |= members
        if len({data.items[index].label for index in same} - {""}) > 1:
            torn |= members
        for division in divisions:
            learned = members.intersection((*division.train, *division.validation, *division.unlabelled))
            tested = members.intersection(division.test)
            both |= learned | tested if learned and tested else set()
    if divisions and not both:
        yield Finding("no copies", "good", _("No sound of the test, nor a slightly changed copy, is learned from."))
    for name, its in (("same sound on both sides", both), ("two labels", torn), ("copies", all_copies - both - torn)):
        if its:
            yield _about_copies(name, tuple(sorted(its)))


def _about_copies(name: str, places: tuple[int, ...]) -> Finding:
    count = len(places)
    if name == "same sound on both sides":
        sentence = n_(
            "{count} sound stands, (nearly) the same, on both sides, for learning and for the test.",
            "{count} sounds stand, (nearly) the same, on both sides, for learning and for the test.",
            count,
        )
        advice = _("Remove the copies, or give all sounds cut from one recording the same group.")
    elif name == "two labels":
        sentence = n_(
            "{count} sound is (nearly) the same as one with another label.",
            "{count} sounds are (nearly) the same as others with another label.",
            count,
        )
        advice = _("Listen to them and keep the right label.")
    else:
        sentence = n_(
            "{count} sound is there more than once, on one side.",
            "{count} sounds are there more than once, on one side.",
            count,
        )
        advice = _("Copies teach nothing new; remove them.")
    return Finding(name, "note" if name == "copies" else "warning", sentence.format(count=count), advice, places)


def of_confounding(data: PreparedSet) -> Iterator[Finding]:
    """Look whether the speaker gives the class away."""
    speakers: dict[str, set[str]] = defaultdict(set)
    classes: dict[str, set[str]] = defaultdict(set)
    for item in data.items:
        if item.label and item.group:
            speakers[item.label].add(item.group)
            classes[item.group].add(item.label)
    if len(classes) < 2 or len(speakers) < 2:
        return
    single = sorted(label for label, its in speakers.items() if len(its) == 1)
    repeated = any(count > 1 for count in Counter(item.group for item in data.items if item.group).values())
    if repeated and all(len(its) == 1 for its in classes.values()):
        yield Finding(
            "class follows group",
            "warning",
            _("Every speaker or group has sounds of one class only: the class can be told from who it is."),
            _("Record every class with every speaker; else it may be the voice that is learned."),
        )
    elif single:
        yield Finding(
            "class with one group",
            "warning",
            n_(
                "{count} class was recorded by one speaker or group only: {names}.",
                "{count} classes were recorded by one speaker or group only: {names}.",
                len(single),
            ).format(count=len(single), names=listed(single)),
            _("Record these classes with more speakers: one alone cannot be both learned from and tested."),
            tuple(index for index, item in enumerate(data.items) if item.label in single),
        )


def of_sizes(data: PreparedSet, divisions: Sequence[Division]) -> Iterator[Finding]:
    """Look whether there is enough to learn from, and whether the test can show anything."""
    tested = [index for division in divisions for index in division.test]
    if not tested or any(not division.train for division in divisions):
        yield Finding(
            "empty side",
            "stop",
            _("The split leaves nothing for the test or nothing for learning."),
            _("Add sounds or speakers, or choose another split."),
        )
        return
    yield from _missing(data, divisions)
    low, high = (float(end) for end in wilson(EXAMPLE_SHARE * len(tested), float(len(tested))))
    if (high - low) / 2 > WIDE:
        yield Finding(
            "small test",
            "warning" if (high - low) / 2 > VERY_WIDE else "note",
            n_(
                "With {count} sound to test on, a result of 80 % means: anything from {low:.0%} to {high:.0%}.",
                "With {count} sounds to test on, a result of 80 % means: anything from {low:.0%} to {high:.0%}.",
                len(tested),
            ).format(count=len(tested), low=low, high=high),
            _("Add sounds, or test each part in turn, so that every sound is tested once."),
        )
    heard = len({data.items[index].group for index in tested} - {""})
    if 0 < heard < FEW_GROUPS:
        yield Finding(
            "few groups in test",
            "note",
            n_(
                "The test holds {count} speaker or group: how it does with new ones cannot be assessed.",
                "The test holds {count} speakers or groups: how it does with new ones cannot be assessed.",
                heard,
            ).format(count=heard),
            _("Add speakers, or test on each in turn; from {count} on it can be estimated.").format(count=FEW_GROUPS),
        )


def _missing(data: PreparedSet, divisions: Sequence[Division]) -> Iterator[Finding]:
    scarce, untested = set(), set(data.labels)
    for division in divisions:
        taught = Counter(data.items[index].label for index in division.train)
        scarce |= {label for label in data.labels if taught[label] < FEW_TAUGHT}
        untested -= {data.items[index].label for index in division.test}
    for name, labels, sentence in (
        ("few for learning", scarce, _("Fewer than {least} sounds to learn from in: {names}.")),
        ("class not tested", untested, _("No sound in the test of: {names}.")),
    ):
        if labels:
            yield Finding(
                name,
                "warning",
                sentence.format(least=FEW_TAUGHT, names=listed(sorted(labels))),
                _("Add sounds of these classes, by more speakers, or choose another split."),
            )
