"""A corpus of one's own: a zip, or a folder of this computer, with sounds and TextGrids of the same name."""

import hashlib
from dataclasses import replace
from pathlib import Path

from core.corpus.corpus import Corpus
from core.corpus.reading import corpus_of
from core.dataset import archive, audiofolder
from core.dataset.bounds import Bounds

NAME = "own"
BOUNDS = Bounds(files=25_000, file_bytes=100_000_000, total_bytes=1_000_000_000)


def from_zip(name: str, data: bytes, bounds: Bounds = BOUNDS) -> Corpus:
    """Read a zip in memory; nothing of it is written to disk, sounds are unpacked when asked for.

    Who speaks is told by the folder of each sound, or by a column speaker in metadata.csv. Raises DatasetError where it
    is no zip, where it is a trap or too large, and where it holds no sound with a TextGrid.
    """
    return _named(corpus_of(archive.entries(name, data, bounds), NAME))


def from_folder(folder: Path, bounds: Bounds = BOUNDS) -> Corpus:
    """Read a folder as ``from_zip`` reads a zip; its files must stay where they are."""
    return _named(corpus_of(audiofolder.entries(folder, bounds), NAME))


def _named(corpus: Corpus) -> Corpus:
    """Name a corpus by its content, so that results of two are never taken for one another.

    What a table tells of the sentences, and of what is kept for the test, changes results as sounds do.
    """
    told = [(one.name, one.speaker, one.sentence) for one in corpus.utterances]
    told_too = sorted(corpus.kept_voices), sorted(corpus.kept_sentences)
    digest = hashlib.blake2b(f"{corpus.fingerprint} {told} {told_too}".encode(), digest_size=16).hexdigest()
    return replace(corpus, name=f"{NAME}-{digest[:12]}", fingerprint=digest)
