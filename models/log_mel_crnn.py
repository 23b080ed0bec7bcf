"""Convolutional-recurrent network on log-mel, of Strata's own: maps of bands x frames, then one row of frames."""

from core.text import N_
from models._log_mel import family

TINY = {
    "widths": [6, 8, 12],
    "pools": [[2, 1], [2, 2], [4, 1]],
    "recurrent_layers": 2,
    "recurrent_width": 8,
    "num_labels": 5,
}

FAMILY = family(
    name="log-mel-crnn",
    title="Convolutional-recurrent network (log-mel)",
    summary=N_("Slides small patterns over a spectrogram, then reads what they found forwards and backwards in time."),
    path="models.networks.log_mel_crnn",
    prefix="LogMelCrnn",
    tiny_config=TINY,
)
