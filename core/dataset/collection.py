"""Labelled sounds as they are found, before any of them is decoded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Task = Literal["classes", "transcripts"]
Split = Literal["", "train", "validation", "test"]


@dataclass(frozen=True)
class Example:
    """One sound and what is known of it.

    name   file name or title, for people
    read   returns its bytes as they are in the file, bounded; DatasetError where that cannot be
    label  its class; empty where none was given (an unlabelled clip)
    group  who spoke, or what else must not stand on both sides of a split; empty where nothing was said
    split  the side that its publisher put it on, where there is one
    text   what is said, for transcripts
    """

    name: str
    read: Callable[[], bytes]
    label: str = ""
    group: str = ""
    split: Split = ""
    text: str = ""


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why, in a sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Collection:
    """Labelled sounds that belong together; iterating never decodes anything."""

    title: str
    examples: tuple[Example, ...]
    task: Task = "classes"
    licence: str = ""
    source: str = ""
    skipped: tuple[Skipped, ...] = field(default=())
