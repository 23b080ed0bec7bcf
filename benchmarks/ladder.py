"""What the ladder of the bundled speech model takes: every rung, every stop, every reference."""

import time
from collections.abc import Iterator

import core.audio_backend  # noqa: F401  before transformers
from benchmarks.figure import Figure

NAME, MINUTES = "speech-tiny", 10.0


def measure() -> Iterator[Figure]:
    """Yield the minutes that the whole ladder takes, and how well the guess before it was."""
    from core.corpus.shipped import DEFAULT, open_corpus, shipped
    from core.loading import load_model
    from core.model_spec import ModelSpec
    from core.probing.climbing import climb, estimate

    corpus, model = open_corpus(shipped()[DEFAULT]), load_model(ModelSpec("bundled", NAME))
    begin = time.perf_counter()
    found = climb(model, corpus)
    seconds = time.perf_counter() - begin
    count = len(found.ladder.curves)
    note = f"{NAME}, {count} rungs at {len(found.ladder.stops)} stops, {corpus.seconds / 60:.0f} minutes of speech"
    yield Figure("The whole ladder of the bundled model", seconds / 60, "min", MINUTES, note=note)
    guess = estimate(model.card, corpus)
    yield Figure("The ladder, time guessed before against time taken", guess / seconds, "times", note=NAME)
