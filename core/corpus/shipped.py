"""The corpora that ship with Strata."""

from collections.abc import Mapping
from pathlib import Path

from core.corpus.corpus import Corpus
from core.corpus.reading import corpus_of
from core.dataset import archive
from core.errors import DatasetError
from core.text import _

FOLDER = Path(__file__).resolve().parents[2] / "models" / "corpora"
DEFAULT = "voices"


def shipped(folder: Path = FOLDER) -> Mapping[str, Path]:
    """List the corpora by name; nothing of them is opened."""
    return {path.stem: path for path in sorted(folder.glob("*.zip"))}


def open_corpus(path: Path) -> Corpus:
    """Open a zip of sounds with TextGrids; it stays in memory as it is, and sounds are decoded when asked for.

    Raises DatasetError where it is missing, damaged, or holds nothing that can be used.
    """
    try:
        data = path.read_bytes()
    except OSError as cause:
        raise DatasetError(
            _("The corpus {name} cannot be read.").format(name=path.name), hint=_("Restore the file.")
        ) from cause
    return corpus_of(archive.entries(path.name, data), path.stem)
