"""Turn one voice into another: change pitch and vocal tract length apart from each other."""

import numpy as np
from numpy.typing import NDArray

from models.recipes.speech_tiny.utterance import RATE, SynthesisError, pcm16

_FRAME_MS = 10.0


def convert(samples: NDArray[np.int16], *, pitch: float, tract: float, flatten: float = 1.0) -> NDArray[np.int16]:
    """Return the sound with its pitch and its formants multiplied; the times stay as they were.

    `tract` above 1 moves formants up, as in a shorter vocal tract; `flatten` scales how far the pitch swings. The
    WORLD vocoder does it (Morise, Yokomori & Ozawa 2016, IEICE Trans. E99-D).
    """
    try:
        import pyworld
    except ImportError as error:
        raise SynthesisError("pyworld is not installed.", hint="Install the Python package pyworld.") from error
    sound = samples.astype(np.float64) / 32768
    track, times = pyworld.dio(sound, RATE, f0_floor=60.0, f0_ceil=400.0, frame_period=_FRAME_MS)
    envelope = pyworld.cheaptrick(sound, track, times, RATE)
    aperiodicity = pyworld.d4c(sound, track, times, RATE)
    voiced = track > 0
    if voiced.any():
        middle = np.exp(np.log(track[voiced]).mean())
        track[voiced] = pitch * middle * (track[voiced] / middle) ** flatten
    made = pyworld.synthesize(
        track, _warped(envelope, tract), _warped(aperiodicity, tract), RATE, frame_period=_FRAME_MS
    )
    return pcm16(_fitted(made, len(samples)) / max(1.0, float(np.abs(made).max())))


def _warped(spectra: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Read each spectrum (frames, bins) at frequency / factor."""
    bins = np.minimum(np.arange(spectra.shape[1]) / factor, spectra.shape[1] - 1)
    low = np.floor(bins).astype(int)
    high = np.minimum(low + 1, spectra.shape[1] - 1)
    share = bins - low
    return np.ascontiguousarray(spectra[:, low] * (1 - share) + spectra[:, high] * share)


def _fitted(sound: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    return np.pad(sound, (0, max(0, length - len(sound))))[:length]
