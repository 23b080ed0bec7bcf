"""Change the sample rate of sound: the one place where that happens."""

import numpy as np
from jaxtyping import Float32

from core.clip import Clip


def resampled(clip: Clip, sample_rate: int) -> Float32[np.ndarray, " time"]:
    """Return the samples of ``clip`` at ``sample_rate`` Hz; the very samples where it has that rate already.

    Band-limited, without shift in time; at least one sample, and as many as the length in seconds asks for.
    """
    if clip.sample_rate == sample_rate:
        return clip.samples
    import soxr

    count = max(1, round(clip.seconds * sample_rate))
    samples = soxr.resample(clip.samples, clip.sample_rate, sample_rate, quality="HQ").astype(np.float32, copy=False)
    laid = np.zeros(count, np.float32)
    laid[: min(count, samples.size)] = samples[:count]
    laid.setflags(write=False)
    return laid
