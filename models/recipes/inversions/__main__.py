"""Teach the straight-line readings of the shipped models: ``python -m models.recipes.inversions [name ...]``."""

import sys
import time
from dataclasses import replace

from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.inversion import stored, teaching
from core.inversion.inversion import Inversion
from core.loading import load_model
from core.progress import Step
from core.sources import CHECKPOINTS, bundled, parse
from core.stored_trace import weights_digest

LARGEST = 1_500_000  # bytes that one model's readings may take in the project
EVERY = 50  # utterances between two lines


def main(names: list[str]) -> None:
    """Teach, test and store the readings of the named models, or of all."""
    corpus = open_corpus(shipped()[DEFAULT])
    for name in names or bundled():
        begun = time.perf_counter()
        learned = teaching.teach(load_model(parse(name)), corpus, _say)
        found = replace(learned, weights=weights_digest(CHECKPOINTS / name))
        path = CHECKPOINTS / name / stored.FILE
        stored.write(path, found)
        size = path.stat().st_size
        if size > LARGEST:
            raise SystemExit(f"{path}: {size} bytes, more than {LARGEST}")
        print(f"\n{name}: {time.perf_counter() - begun:.0f} s, {size} bytes, {found.lesson}")
        _table(found)


def _say(step: Step) -> None:
    if step.done % EVERY == 0 or step.done == step.total:
        print(f"\r{step.done} of {step.total} utterances", end="", flush=True)


def _table(found: Inversion) -> None:
    for stop in found.stops:
        taught, untaught = found.scores[stop], found.untaught_scores[stop]
        print(
            f"{stop:3d}  {taught.r2:.3f} [{taught.low:.3f}, {taught.high:.3f}]  loudness {taught.loudness:.2f}"
            f"  shape {taught.shape:.2f}  detail {taught.detail:.2f}  untaught {untaught.r2:.3f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
