"""Which model is meant, and what can be said of it, without importing torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelSpec:
    """Everything that decides which weights are in memory; hashable, so usable as a key.

    source    "bundled" (ships with Strata), "hub" (a model id), "folder" (a folder of this computer) or "tuned" (what a
              run of fine-tuning on this computer taught)
    name      the bundled name, the model id, the path or the token of the run
    revision  of a model id; empty means the newest
    device    "cpu" or "cuda"
    dtype     "float32" or "bfloat16"
    """

    source: str
    name: str
    revision: str = ""
    device: str = "cpu"
    dtype: str = "float32"


@dataclass(frozen=True)
class ModelCard:
    """What can be said of a loaded model.

    layers       transformer blocks
    heads        attention heads of one block, the most where blocks differ
    width        numbers per token after the last block
    parameters   how many numbers were learned, of the part that is loaded
    sample_rate  Hz that the model was trained on
    shortest     least sound that the model can take, in seconds
    longest      most sound that the model takes at once, in seconds
    symbols      what a CTC head can say, one per class; empty text at the blank
    blank        class of the CTC blank, or -1
    labels       what a classifier can say, one per class
    speaks       has a CTC head
    classifies   has a classifier
    attends      its attention can be laid out over time
    multi_label  several of the labels can be true at once
    expects      has a head that says what it expects where it hears nothing
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
    shortest: float = 0.025
    longest: float = 30.0
    symbols: tuple[str, ...] = ()
    blank: int = -1
    labels: tuple[str, ...] = ()
    speaks: bool = False
    classifies: bool = False
    attends: bool = True
    multi_label: bool = False
    expects: bool = False
