"""Ask every layer of a model about chosen stretches of a corpus, in one pass over it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Int64

from core.progress import Report, Step, silent
from core.text import _
from core.vectors.passing import Frames, batches, encoded, heard, stops_of
from core.vectors.stretches import Stretches, pooled
from core.vectors.vectors import Vectors

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.loading import LoadedModel

SECONDS_AT_ONCE = 30.0  # of sound and padding in one pass


def collect(
    model: "LoadedModel",
    corpus: "Corpus",
    stretches: Stretches,
    *,
    stops: Sequence[int] | None = None,
    folder: Path | None = None,
    report: Report = silent,
    seconds_at_once: float = SECONDS_AT_ONCE,
) -> Vectors:
    """Say what ``stops`` (None: all) of a model say of stretches of a corpus; rows in the order of the stretches.

    Every utterance that is asked about passes through the model once, with others of about its length, and is heard as
    ``trace`` hears it alone. What is found goes to disk at once, into ``folder`` or where temporary files go, so that
    memory does not grow with the corpus; the model is free for others between passes. ``report`` may raise to stop.

    Raises ClipError and ModelError as ``trace`` does, and ValueError where nothing is asked.
    """
    if not len(stretches):
        raise ValueError("no stretch is asked about")
    wanted = stops_of(model) if stops is None else tuple(sorted(stops))
    rows = dict(stretches.by_utterance())
    # the longest first: what does not fit into memory fails at once, not in the end
    order = sorted(rows, key=lambda index: -corpus.utterances[index].seconds)
    reading = ((index, encoded(model, corpus.clip(index))) for index in order)
    found: Vectors | None = None
    done = 0
    for batch in batches(model, reading, seconds_at_once):
        report(Step(done, len(rows), _("What each layer says of the corpus")))
        said = heard(model, [clip for _index, clip in batch], wanted)
        if found is None:
            widths = {stop: said[stop][0].values.shape[1] for stop in wanted}
            found = Vectors.empty(widths, len(stretches), folder)
        places = [rows[index] for index, _clip in batch]
        for stop, frames in said.items():
            found.put(stop, np.concatenate(places), _rows(frames, stretches, places))
        done += len(batch)
    assert found is not None  # there was a stretch
    return found


def _rows(
    said: Sequence[Frames], stretches: Stretches, places: Sequence[Int64[np.ndarray, " _rows"]]
) -> Float32[np.ndarray, "rows width"]:
    """Take what one stop says of the stretches of every clip of a batch."""
    return np.concatenate(
        [
            pooled(frames.values, frames.time, stretches.start[rows], stretches.end[rows])
            for frames, rows in zip(said, places, strict=True)
        ]
    )
