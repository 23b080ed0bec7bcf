"""Make a corpus of files: sounds with a TextGrid of the same name beside them, and what metadata.csv tells of them."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import soundfile

from core import containers, sound, textgrid
from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.corpus.labels import sentence_of, tidied
from core.corpus.pieces import LONGEST_SECONDS, Piece, pieces
from core.corpus.told import Told, ending
from core.dataset.collection import Skipped
from core.dataset.layout import SOUNDS, Entry, Found
from core.dataset.naming import LONGEST_TEXT, clean, natural, shown
from core.errors import ClipError, DatasetError
from core.text import _, n_
from core.tiers import TIERS

GRID = "textgrid"
MOST_UTTERANCES = 10_000
MOST_MINUTES = 180
MOST_SENTENCES = 1_000  # of one recording
LONGER_SECONDS = 0.25  # by which a sound and its TextGrid may differ
NAMED = 3  # of what was left out, in one sentence


@dataclass(frozen=True, eq=False)
class _Source:
    """Where the sound of one utterance lies: its file, and the stretch in it; None where that is all of it."""

    entry: Entry
    piece: Piece | None


@dataclass(frozen=True, eq=False)
class _Reader:
    """Decodes an utterance when it is asked for."""

    sources: tuple[_Source, ...]

    def __call__(self, index: int) -> Clip:
        source = self.sources[index]
        clip = sound.decode(source.entry.path.name, source.entry.read()).clip
        return clip.cut(*source.piece) if source.piece else clip


def corpus_of(found: Found, name: str) -> Corpus:
    """Pair sounds with TextGrids and read the latter; no sound is decoded.

    name  short, for what is kept of this corpus

    A recording of several sentences becomes several utterances. What cannot be used is told in ``notices``. Raises
    DatasetError where nothing is left, and where there is more than can be worked on.
    """
    skipped = list(found.skipped)
    told = Told.of(found)
    digest = hashlib.blake2b(digest_size=16)
    read = [one for pair in _pairs(found, skipped) for one in _read(*pair, told, skipped, digest)]
    _demand_sensible(read, skipped)
    facts = told.facts
    return Corpus(
        name=name,
        title=_(clean(facts.get("title", "") or found.title)) or _("My corpus"),
        summary=_(clean(facts.get("summary", ""), LONGEST_TEXT)),
        language=clean(facts.get("language", "")),
        licence=clean(facts.get("licence", ""), LONGEST_TEXT),
        utterances=tuple(utterance for utterance, _source in read),
        read=_Reader(tuple(source for _utterance, source in read)),
        fingerprint=digest.hexdigest(),
        kept_voices=frozenset(u.speaker for u, source in read if told.kept(source.entry.path, "voice")),
        kept_sentences=frozenset(u.sentence for u, source in read if told.kept(source.entry.path, "sentence")),
        notices=tuple(_notices(skipped)),
    )


def _pairs(found: Found, skipped: list[Skipped]) -> Iterator[tuple[Entry, Entry]]:
    """Yield each sound with the TextGrid of the same path but for the ending."""
    grids = {_stem(entry.path): entry for entry in found.entries if ending(entry.path) == GRID}
    sounds = [entry for entry in found.entries if ending(entry.path) in SOUNDS]
    for entry in sorted(sounds, key=lambda entry: natural(str(entry.path))):
        grid = grids.pop(_stem(entry.path), None)
        if grid is None:
            skipped.append(Skipped(shown(entry.path.name), _("There is no TextGrid of the same name beside it.")))
        else:
            yield entry, grid
    alone = _("There is no sound of the same name beside it.")
    skipped += [Skipped(shown(grid.path.name), alone) for grid in grids.values()]


def _read(
    entry: Entry,
    beside: Entry,
    told: Told,
    skipped: list[Skipped],
    digest: hashlib.blake2b,
) -> Iterator[tuple[Utterance, _Source]]:
    """Yield the utterances of one recording, or note why there are none."""
    try:
        data, written = entry.read(), beside.read()
        grid = textgrid.read(shown(beside.path.name), written)
        tiers = tidied(grid.tiers, grid.seconds)
        flaw = _flaw(data, grid.seconds) or ("" if any(tiers.spoken(name) for name in TIERS) else _no_tiers())
    except (ClipError, DatasetError) as error:
        flaw = str(error)
    if flaw:
        skipped.append(Skipped(shown(entry.path.name), flaw))
        return
    digest.update(repr((str(entry.path), told.speaker(entry.path), len(data))).encode() + data + written)
    # each is cut out of all rows: very many of very many would take for ever
    many = len(tiers.spoken("sentence")) > MOST_SENTENCES
    cuts = () if many else pieces(tiers, grid.seconds)
    if not cuts:
        skipped.append(Skipped(shown(entry.path.name), _too_many() if many else _too_long()))
    for number, (start, end) in enumerate(cuts, start=1):
        part = tiers.cut(start, end) if len(cuts) > 1 else tiers
        name = clean(str(entry.path.with_suffix(""))) + (f" {number}" if len(cuts) > 1 else "")
        sentence = told.sentence(entry.path) if len(cuts) == 1 else ""
        sentence = sentence or sentence_of(part, told.text(entry.path)) or name
        piece = (start, end) if end - start < grid.seconds else None
        yield Utterance(name, told.speaker(entry.path), sentence, end - start, part), _Source(entry, piece)


def _flaw(data: bytes, seconds: float) -> str:
    """Say why a sound cannot belong to an annotation of that length, without decoding it; "" where it can."""
    container = containers.sniff(data)
    if container is None or not container.reader:
        return _("It is no sound file that can be opened.")
    if container.reader != "libsndfile":
        return ""
    try:
        length = soundfile.info(io.BytesIO(data)).duration
    except soundfile.LibsndfileError:
        return _("It is damaged.")
    if abs(length - seconds) > LONGER_SECONDS:
        return _("The sound lasts {sound:.2f} s, its TextGrid {grid:.2f} s.").format(sound=length, grid=seconds)
    return ""


def _no_tiers() -> str:
    return _("No row of its TextGrid is called sentence, word, syllable or phone.")


def _too_long() -> str:
    return _("It lasts more than {most:.0f} s and its TextGrid has no sentences to cut it at.").format(
        most=LONGEST_SECONDS
    )


def _too_many() -> str:
    return _("Its TextGrid has more than {most} sentences.").format(most=MOST_SENTENCES)


def _demand_sensible(read: Sequence[tuple[Utterance, _Source]], skipped: Sequence[Skipped]) -> None:
    if not read:
        reasons = " ".join(f"{entry.name}: {entry.reason}" for entry in skipped[:NAMED])
        raise DatasetError(
            _("No sound with a TextGrid was found."),
            hint=reasons or _("Put sounds and TextGrids of the same name side by side: one.wav and one.TextGrid."),
        )
    minutes = sum(utterance.seconds for utterance, _source in read) / 60
    if len(read) > MOST_UTTERANCES or minutes > MOST_MINUTES:
        raise DatasetError(
            _("The corpus has {count} utterances in {minutes:.0f} minutes.").format(count=len(read), minutes=minutes),
            hint=_("At most {count} utterances and {minutes} minutes can be used: take a part of it.").format(
                count=MOST_UTTERANCES, minutes=MOST_MINUTES
            ),
        )


def _notices(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Say in one sentence what was left out, and why, for the first few."""
    if skipped:
        reasons = " ".join(f"{entry.name}: {entry.reason}" for entry in skipped[:NAMED])
        told = n_("{count} file was left out. {reasons}", "{count} files were left out. {reasons}", len(skipped))
        yield told.format(count=len(skipped), reasons=reasons)


def _stem(path: PurePosixPath) -> PurePosixPath:
    return path.with_suffix("")
