"""What the highest hundredth of moments sounds like on average, and the table of findings as text."""

import csv
from collections.abc import Sequence
from io import StringIO

import numpy as np
import streamlit as st

from core.figures.palette import SIGNED
from core.space.gallery import Gallery
from core.space.selectivity import Finding
from core.text import _, n_

FARTHEST = 15.0  # dB that takes the last colours
TALL, WIDE = 2, 8  # pixels of a band and of a column


def draw(found: Gallery) -> None:
    """Draw what the sound around the highest moments has more and less of than that around all."""
    st.image(
        picture(found),
        width="stretch",
        caption=n_(
            "Around the highest {count} moment of {recordings}: orange is stronger than usual, blue weaker.",
            "Around the highest {count} moments ({recordings} recordings): orange is stronger than usual, blue weaker.",
            found.top,
        ).format(count=found.top, recordings=found.recordings)
        + " "
        + _("0.2 s before to 0.2 s after, low to high pitch, up to ±15 dB."),
        alt=alt(found),
    )


def picture(found: Gallery) -> np.ndarray:
    """Colour the contrast, low bands at the bottom."""
    level = np.clip(np.round((found.contrast[::-1] / FARTHEST + 1) * 127.5), 0, 255).astype(np.uint8)
    return np.repeat(np.repeat(SIGNED[level], TALL, 0), WIDE, 1)


def alt(found: Gallery) -> str:
    """Say where the middle of the picture differs most."""
    middle = found.contrast[:, found.contrast.shape[1] // 2]
    band = int(np.abs(middle).argmax())
    return _(
        "Mean spectrogram less the usual one. In the middle, band {band} of {bands} differs most: {value:+.0f} dB."
    ).format(band=band + 1, bands=len(middle), value=float(middle[band]))


def numbers(judged: Sequence[Finding]) -> str:
    """Write all findings as CSV text."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["about", "label", "AUROC on recordings held out", "p (corrected)", "moments with the label"])
    for one in judged:
        label = f"'{one.label}" if one.label[:1] in "=+-@\t\r" and one.label else one.label
        writer.writerow([one.about, label, round(one.auroc, 4), round(one.p, 4), one.count])
    return text.getvalue()
