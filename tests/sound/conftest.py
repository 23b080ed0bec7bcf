"""Sounds and files that the tests of this folder share."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000
Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def tone() -> np.ndarray:
    """One second of 440 Hz at half of full scale, faded in and out over 0.1 s so that lossy encoders stay calm."""
    fade = np.minimum(np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / (0.1 * RATE), 1)
    return (0.5 * fade * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Make a file in memory: encode(samples, rate, kind, subtype)."""

    def made(
        samples: np.ndarray, rate: int = RATE, kind: str = "WAV", subtype: str | None = None, **more: object
    ) -> bytes:
        target = io.BytesIO()
        soundfile.write(target, samples, rate, format=kind, subtype=subtype, **more)
        return target.getvalue()

    return made


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of real recordings; they are no part of the project."""
    folder = Path(os.environ.get("STRATA_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real recordings: set STRATA_DATA to their folder")
    return folder
