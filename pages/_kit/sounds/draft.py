"""A set of one's own while it is being put together, class by class."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from core import sound
from core.clip import Clip
from core.dataset.collection import Collection, Skipped
from core.errors import ClipError, DatasetError
from core.text import _

MOST_CLASSES = 50
MOST_BYTES = 200_000_000  # of all files together; they stay in memory while the set is put together
LONGEST_LABEL = 60  # characters


@dataclass(frozen=True, eq=False)
class Piece:
    """One sound of the draft.

    name   unlike every other of the draft
    group  who speaks; empty where nobody said
    data   the file as it came
    """

    name: str
    label: str
    group: str
    data: bytes
    clip: Clip


@dataclass(frozen=True, eq=False)
class Draft:
    """Classes and their sounds; a class may still be empty."""

    classes: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    refused: tuple[Skipped, ...] = ()

    def with_class(self, label: str) -> "Draft":
        """Add a class; DatasetError where there is no room, no name, or one of that name."""
        label = " ".join(label.split())[:LONGEST_LABEL]
        if not label:
            raise DatasetError(_("The class has no name."), hint=_("Type what its sounds have in common."))
        if label.casefold() in (known.casefold() for known in self.classes):
            raise DatasetError(_("There is a class of that name already."), hint=_("Add sounds to it instead."))
        if len(self.classes) >= MOST_CLASSES:
            raise DatasetError(
                _("{most} classes are the most that can be put together here.").format(most=MOST_CLASSES),
                hint=_("Upload a larger set as a zip."),
            )
        return replace(self, classes=(*self.classes, label))

    def with_piece(self, name: str, data: bytes, label: str, group: str) -> "Draft":
        """Add a sound; one that cannot be opened is taken down as refused. DatasetError where there is no room."""
        if sum(len(piece.data) for piece in self.pieces) + len(data) > MOST_BYTES:
            raise DatasetError(
                _("The sounds are larger than {most:.0f} MB together.").format(most=MOST_BYTES / 1e6),
                hint=_("Upload a larger set as a zip, or save the sounds as FLAC."),
            )
        name = self._free(sound.shown_name(name))
        try:
            clip = sound.decode(name, data).clip
        except ClipError as error:
            return replace(self, refused=(*self.refused, Skipped(name, str(error))))
        return replace(self, pieces=(*self.pieces, Piece(name, label, group.strip(), data, clip)))

    def without(self, name: str) -> "Draft":
        """Leave one sound out."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.name != name))

    def without_class(self, label: str) -> "Draft":
        """Leave a class and its sounds out."""
        kept = tuple(piece for piece in self.pieces if piece.label != label)
        return replace(self, classes=tuple(known for known in self.classes if known != label), pieces=kept)

    def of(self, label: str) -> tuple[Piece, ...]:
        """List the sounds of one class, newest first."""
        return tuple(piece for piece in reversed(self.pieces) if piece.label == label)

    def collection(self) -> Collection:
        """Make a set of it; DatasetError where there is nothing that could be told apart."""
        from core.dataset import uploads

        empty = [label for label in self.classes if not self.of(label)]
        if empty and len(self.classes) - len(empty) < 2:
            raise DatasetError(
                _("Without a sound so far: {names}.").format(names=", ".join(empty)),
                hint=_("Record some, or choose files; a class that is not needed can be removed."),
            )
        files = {label: [(piece.name, piece.data) for piece in self.of(label)][::-1] for label in self.classes}
        groups = {piece.name: piece.group for piece in self.pieces if piece.group}
        found = uploads.collect(_("My sounds"), files, groups)
        return replace(found, skipped=(*found.skipped, *self.refused))

    def _free(self, name: str) -> str:
        """Number a name that is taken: groups are told by name."""
        taken, path, number = {piece.name for piece in self.pieces}, PurePosixPath(name), 2
        while name in taken:
            name = f"{path.stem} ({number}){path.suffix}"
            number += 1
        return name
