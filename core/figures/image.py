"""Draw a matrix as a small picture with a colour table: one byte a cell, quick to make and to send."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from jaxtyping import Float, UInt8


def levels(values: Float[np.ndarray, "rows columns"], low: float, high: float) -> UInt8[np.ndarray, "rows columns"]:
    """Turn numbers into the 256 levels of a colour table: ``low`` and below is 0, ``high`` and above is 255."""
    return np.clip(np.round((values - low) * (255 / (high - low))), 0, 255).astype(np.uint8)


def png(cells: UInt8[np.ndarray, "rows columns"], table: UInt8[np.ndarray, "256 3"], scale: int = 1) -> bytes:
    """Write levels as a PNG with a palette, first row on top, each cell ``scale`` x ``scale`` pixels."""
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(cells.repeat(scale, 0).repeat(scale, 1)), mode="L")
    picture.putpalette(table.tobytes())
    written = BytesIO()
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()


def data_address(picture: bytes) -> str:
    """Write a PNG as an address that a page can show without a request."""
    return "data:image/png;base64," + b64encode(picture).decode()
