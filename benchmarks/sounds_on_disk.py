"""Labelled sounds in a home of their own that is removed afterwards, and copies taught on them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]


@contextmanager
def own_home() -> Iterator[Path]:
    """Lend an empty home, so that nothing that was kept before makes anything faster."""
    before = os.environ.get("STRATA_HOME")
    with TemporaryDirectory() as folder:
        os.environ["STRATA_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("STRATA_HOME")
            if before is not None:
                os.environ["STRATA_HOME"] = before


def recordings() -> Path:
    """Find the real recordings of digits; FileNotFoundError where they are not."""
    folder = Path(os.environ.get("STRATA_DATA") or ROOT.parent / "shared" / "data") / "fsdd"
    if not folder.is_dir():
        raise FileNotFoundError("no real recordings: set STRATA_DATA to their folder")
    return folder


def real_digits(home: Path, most: int | None = None, seconds: float = 0.0) -> Any:
    """Prepare the real spoken digits, labelled by digit and grouped by speaker; ``most`` of them, evenly."""
    from core.dataset.collection import Collection, Example
    from core.dataset.preparing import prepare
    from core.finetuning.settings import PrepareSettings

    files = sorted(recordings().glob("*.wav"))
    files = files if most is None else files[:: max(1, len(files) // most)][:most]
    named = [(path, path.stem.split("_")) for path in files]
    examples = tuple(Example(path.name, path.read_bytes, digit, speaker) for path, (digit, speaker, _at) in named)
    return prepare(Collection("spoken digits", examples), PrepareSettings(seconds=seconds), home)


def shipped(name: str, home: Path) -> Any:
    """Prepare a set that ships."""
    from core.dataset import ready
    from core.dataset.preparing import prepare
    from core.finetuning.settings import PrepareSettings
    from core.progress import silent

    return prepare(ready.ready_sets(home)[name].collection(silent, home), PrepareSettings(), home)


def taught(data: Any, settings: Any, split: Any) -> Any:
    """Teach a copy of the bundled model and return the outcome."""
    from core.dataset.splits import divide
    from core.finetuning import runs
    from core.finetuning.fine_tune import fine_tune
    from core.finetuning.runs import Asked
    from core.loading import load_model
    from core.model_spec import ModelSpec

    model = load_model(ModelSpec("bundled", "speech-tiny"))
    run = runs.begin(Asked(model.spec, data.key, data.title, settings, split))
    return fine_tune(model, data, divide(data, split), split, settings, run)
