"""Convolutional network on log-mel, of Strata's own: maps of bands x frames, fewer and wider with every pool."""

from core.text import N_
from models._log_mel import family

TINY = {
    "widths": [6, 8, 12, 12],
    "pools": [[2, 1], [2, 2], [2, 2], [1, 1]],
    "num_labels": 5,
}

FAMILY = family(
    name="log-mel-cnn",
    title="Convolutional network (log-mel)",
    summary=N_("Slides small patterns over a spectrogram, and larger ones over what they found; small and quick."),
    path="models.networks.log_mel_cnn",
    prefix="LogMelCnn",
    tiny_config=TINY,
)
