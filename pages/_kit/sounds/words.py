"""What the first step says in sentences."""

from core.dataset.collection import Collection
from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.text import _, n_
from pages._kit.sounds import sets
from pages._kit.sounds.sets import Tally


def nothing_yet() -> str:
    """Say what the step is for."""
    return _("Choose sounds that are sorted into classes: a copy of the model will learn to tell the classes apart.")


def on_the_way() -> str:
    """Say that sounds are being fetched or prepared."""
    return _("The sounds are on their way. This page can be left; what was begun goes on.")


def found(collection: Collection) -> str:
    """Say what was gathered."""
    return _("{amount} were found. Prepared once, they are at hand for every run.").format(
        amount=amount(sets.tally(collection), collection.task)
    )


def ready(data: PreparedSet, divisions: tuple[Division, ...]) -> str:
    """Say what is ready and whether the test is fair."""
    if not divisions:
        return _("{amount} are prepared, but cannot be divided yet.").format(amount=amount(sets.tally(data), data.task))
    said = _("{amount} are ready; {fair}.")
    return said.format(amount=amount(sets.tally(data), data.task), fair=_fair(data, divisions))


def amount(count: Tally, task: str) -> str:
    """Count sounds, classes, and voices or groups, in bold; what has a transcript is spoken by voices."""
    sounds = n_("**{count} sound**", "**{count} sounds**", count.sounds).format(count=count.sounds)
    if task == "transcripts" or not count.classes:
        voices = n_("{count} voice", "{count} voices", count.voices).format(count=count.voices)
        return _("{sounds} by {voices}").format(sounds=sounds, voices=voices) if count.voices else sounds
    classes = n_("{count} class", "{count} classes", len(count.classes)).format(count=len(count.classes))
    if not count.voices:
        return _("{sounds} of {classes}").format(sounds=sounds, classes=classes)
    groups = n_("{count} voice or group", "{count} voices or groups", count.voices).format(count=count.voices)
    return _("{sounds} of {classes} by {groups}").format(sounds=sounds, classes=classes, groups=groups)


def _fair(data: PreparedSet, divisions: tuple[Division, ...]) -> str:
    if not any(item.group for item in data.items):
        return _("no voices or groups are named, so the same one may stand on both sides")
    shared = max(len(sets.shared_voices(data, division)) for division in divisions)
    if shared:
        return n_(
            "{count} voice or group stands on both sides, so the test says little about new ones",
            "{count} voices or groups stand on both sides, so the test says little about new ones",
            shared,
        ).format(count=shared)
    return _("nothing of one voice or group stands on both sides")
