"""Make sounds ready, once: decode, resample, trim, normalise, keep as float32, so that every run starts at once."""

import errno
import hashlib
import io
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from core.clip import Clip
from core.dataset import table
from core.dataset.collection import Collection, Example, Skipped
from core.dataset.conditioning import Samples, clipped, conditioned, demand_possible, loudness
from core.dataset.naming import demand_classes, natural
from core.dataset.prepared import SAMPLES, TABLE, Item, PreparedSet
from core.decoder import Limits
from core.errors import ClipError, DatasetError
from core.finetuning.needed import needed_sets
from core.finetuning.settings import PrepareSettings
from core.memory import available_memory, free_disk, plain_size
from core.progress import Report, Step, silent
from core.room import BUDGET, make_room, use
from core.sound import decode
from core.text import _

LIMITS = Limits()
FORMAT = 1  # part of every key: changes when the same sounds would be prepared otherwise
SPARE_DISK = 200_000_000  # bytes that are never filled
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SETS, UNFINISHED = "sets", ".unfinished-"
FORGOTTEN_SECONDS = 86_400.0  # after which what a killed process left behind is removed


@dataclass(frozen=True)
class Survey:
    """What one look at the bytes of every sound tells: the key of the set, and about how long the sounds are together.

    seconds  by the headers of the files; those that do not tell count nothing
    """

    key: str
    seconds: float


def prepare(collection: Collection, settings: PrepareSettings, home: Path, report: Report = silent) -> PreparedSet:
    """Prepare a collection in ``home``/sets/<key>; what was prepared before is found there, and nothing is decoded.

    report  hears two steps per sound, one for looking and one for decoding; may raise to stop

    Where all sets take more than ``room.BUDGET``, those unused for longest leave, but for those of kept runs.
    Sounds that cannot be used are listed as skipped. Raises DatasetError where too few are left, where the set would
    fit neither into memory nor on the disk, and where the disk fills up; nothing unfinished stays behind.
    """
    demand_possible(settings)
    if len(collection.examples) > table.MOST_ITEMS:
        raise DatasetError(
            _("There are {count} sounds.").format(count=len(collection.examples)),
            hint=_("At most {most} can be prepared: take a part of them.").format(most=table.MOST_ITEMS),
        )
    survey = survey_of(collection, settings, report)
    folder = home / SETS / survey.key
    if not _is_whole(folder):
        _demand_room(survey.seconds, settings, home)
        _make(collection, settings, folder, report)
    report(Step(2 * len(collection.examples), 2 * len(collection.examples)))
    use(folder)
    found = open_prepared(folder)
    return replace(found, title=collection.title, licence=collection.licence, source=collection.source)


def open_prepared(folder: Path) -> PreparedSet:
    """Open a folder that ``prepare`` wrote, here or elsewhere; DatasetError where it is none or damaged."""
    return table.opened(folder)


def find(key: str, home: Path) -> PreparedSet:
    """Open a prepared set by its key; DatasetError where there is none."""
    folder = home / SETS / key
    if not table.KEY.fullmatch(key) or not folder.is_dir():
        raise DatasetError(
            _("These prepared sounds are not here any more."), hint=_("Choose or prepare the sounds again.")
        )
    use(folder)
    return open_prepared(folder)


def survey_of(collection: Collection, settings: PrepareSettings, report: Report = silent) -> Survey:
    """Read every sound once, without decoding it: what the set's key is made from, and how long the sounds are."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([FORMAT, collection.task, asdict(settings)]).encode())
    seconds, total = 0.0, 2 * len(collection.examples)
    for place, example in enumerate(collection.examples):
        data = _bytes(example)
        known = [example.name, example.label, example.group, example.split, example.text, data is None]
        digest.update(json.dumps(known).encode())
        digest.update(hashlib.blake2b(data or b"", digest_size=16).digest())
        seconds += _told_seconds(data or b"", settings)
        report(Step(place + 1, total, example.name))
    return Survey(digest.hexdigest(), seconds)


def _is_whole(folder: Path) -> bool:
    """Tell whether a set is there; one that was damaged since is removed, and will be prepared anew."""
    if not folder.is_dir():
        return False
    try:
        open_prepared(folder)
    except DatasetError:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _bytes(example: Example) -> bytes | None:
    try:
        return example.read()
    except DatasetError:
        return None


def _told_seconds(data: bytes, settings: PrepareSettings) -> float:
    """Length by the header; what is longer than can be opened will be skipped, so counts nothing."""
    try:
        seconds = soundfile.info(io.BytesIO(data)).duration if data else 0.0
    except (soundfile.SoundFileError, ValueError, OverflowError, ZeroDivisionError):
        return 0.0
    return 0.0 if seconds > LIMITS.seconds else settings.seconds or seconds


def _demand_room(seconds: float, settings: PrepareSettings, home: Path) -> None:
    """Refuse before any work what cannot fit."""
    needed = round(seconds * settings.sample_rate) * table.SAMPLE_BYTES
    if not make_room(home / SETS, needed, BUDGET, needed_sets(home)):
        raise DatasetError(
            _("Prepared, these sounds take {needed}, more than there is place for.").format(needed=plain_size(needed)),
            hint=_("All prepared sounds may take {most}: remove kept runs, or wait an hour, or take fewer.").format(
                most=plain_size(BUDGET)
            ),
        )
    disk, memory = max(0, free_disk(home) - SPARE_DISK), available_memory()
    if needed <= min(disk, memory):
        return
    sizes = {"needed": plain_size(needed), "free": plain_size(min(disk, memory))}
    if disk < memory:
        sentence = _("Prepared, these sounds take {needed}, and {free} are free on the disk.").format(**sizes)
    else:
        sentence = _("Prepared, these sounds take {needed}, and {free} of memory are free.").format(**sizes)
    raise DatasetError(sentence, hint=_("Take fewer or shorter sounds, or a lower sample rate."))


def _make(collection: Collection, settings: PrepareSettings, folder: Path, report: Report) -> None:
    """Write the set into a folder of its own, which gets its name only once it is whole."""
    with _unfinished(folder) as place:
        skipped = list(collection.skipped)
        items = tuple(_items(collection.examples, settings, place / SAMPLES, skipped, report))
        kept = [Example(item.name, bytes, label=item.label, text=item.text) for item in items]
        demand_classes(kept, skipped, collection.task)
        skipped += [
            Skipped(label, _("None of its sounds could be used, so it is no class."))
            for label in sorted({example.label for example in collection.examples} - {item.label for item in items})
            if label
        ]
        made = PreparedSet(
            folder=folder,
            key=folder.name,
            title=collection.title,
            task=collection.task,
            sample_rate=settings.sample_rate,
            settings=settings,
            items=items,
            labels=labels_of(items) if collection.task == "classes" else (),
            licence=collection.licence,
            source=collection.source,
            skipped=tuple(skipped),
        )
        (place / TABLE).write_bytes(table.written(made))
        _put(place, folder)


def labels_of(items: Sequence[Item]) -> tuple[str, ...]:
    """List the classes as people order them: 2 before 10."""
    return tuple(sorted({item.label for item in items} - {""}, key=natural))


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Lend a folder beside ``folder`` that is gone afterwards, whatever happens."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder.parent, ignore_cleanup_errors=True) as place:
            yield Path(place)
    except OSError as cause:
        if cause.errno in FULL:
            raise DatasetError(
                _("The disk became full before all sounds were prepared; nothing of them was kept."),
                hint=_("Make room, or set STRATA_HOME to a folder on a larger disk."),
            ) from cause
        raise DatasetError(
            _("The prepared sounds could not be kept: {reason}.").format(reason=cause.strerror or cause),
            hint=_("Check that {folder} can be written, or set STRATA_HOME to another folder.").format(
                folder=folder.parent
            ),
        ) from cause


def _sweep(sets: Path) -> None:
    """Remove what a killed process left behind long ago."""
    for place in sets.glob(f"{UNFINISHED}*"):
        if time.time() - place.stat().st_mtime > FORGOTTEN_SECONDS:
            shutil.rmtree(place, ignore_errors=True)


def _put(place: Path, folder: Path) -> None:
    """Give the folder its name; where another run was faster, its folder stays."""
    inner = place / folder.name
    inner.mkdir(mode=0o700)
    for name in (SAMPLES, TABLE):
        (place / name).rename(inner / name)
    try:
        inner.rename(folder)
    except OSError:
        if not (folder / TABLE).is_file():
            raise


def _items(
    examples: Sequence[Example], settings: PrepareSettings, path: Path, skipped: list[Skipped], report: Report
) -> Iterator[Item]:
    """Decode one sound after the other and append it to the file; what cannot be used is listed."""
    start, total = 0, 2 * len(examples)
    with path.open("wb") as file:
        for place, example in enumerate(examples):
            report(Step(len(examples) + place, total, example.name))
            try:
                clip = decode(example.name, example.read(), LIMITS).clip
            except (ClipError, DatasetError) as cause:
                skipped.append(Skipped(example.name, str(cause)))
                continue
            samples = conditioned(clip, settings)
            if free_disk(path.parent) - SPARE_DISK < samples.nbytes:
                raise OSError(errno.ENOSPC, "no space left")
            file.write(samples.astype("<f4").tobytes())
            yield _item(example, clip, samples, settings.sample_rate, start)
            start += samples.size


def _item(example: Example, clip: Clip, samples: Samples, sample_rate: int, start: int) -> Item:
    return Item(
        name=example.name,
        label=example.label,
        group=example.group,
        split=example.split,
        text=example.text,
        start=start,
        count=int(samples.size),
        fingerprint=Clip(example.name, np.array(samples), sample_rate).fingerprint,
        loudness=loudness(samples),
        clipped=clipped(clip.samples),
    )
