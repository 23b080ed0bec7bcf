"""Which model is meant, and what can be said of it in words: no weights, no torch."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["bundled", "hub", "folder"]
DType = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class ModelSpec:
    """Everything that decides which weights are in memory; hashable, so usable as a key.

    source    where the checkpoint comes from
    name      folder name of a bundled checkpoint, "owner/name" on the hub, or the path of a folder
    revision  branch, tag or commit on the hub; empty means its main branch
    """

    source: Source
    name: str
    revision: str = ""
    device: str = "cpu"
    dtype: DType = "float32"


@dataclass(frozen=True)
class ModelCard:
    """What a loaded model says of itself.

    width        values per frame in a block
    parameters   numbers that training set
    sample_rate  Hz that the model expects
    symbols      CTC vocabulary in the order of classes; empty without a CTC head
    blank        class of the CTC blank; -1 without a CTC head
    labels       classes of a classifier in order; empty without one
    speaks       writes what it hears (CTC)
    classifies   names what it hears (classifier)
    attends      has attention between frames
    """

    title: str
    family_title: str
    layers: int
    heads: int
    width: int
    parameters: int
    sample_rate: int
    licence: str = ""
    summary: str = ""
    symbols: tuple[str, ...] = ()
    blank: int = -1
    labels: tuple[str, ...] = ()
    speaks: bool = False
    classifies: bool = False
    attends: bool = True
