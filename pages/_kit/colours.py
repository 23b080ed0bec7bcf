"""Colour tables for the browser: the same depths, sound map and signed map as every chart of Strata."""

from jaxtyping import UInt8
from numpy import ndarray

from core.figures.palette import SIGNED, SOUND, depth, depths, layer_table

__all__ = ["SIGNED", "SOUND", "depth", "depths", "layer_table", "table"]

NAMED = {"sound": SOUND, "signed": SIGNED}
OTHERS = ("gray", "magma", "viridis")


def table(name: str) -> UInt8[ndarray, "256 3"]:
    """Look a table up: "sound", "signed", or "layer:k/n" for block k (0: input of the first) of a model of n blocks."""
    if name in NAMED:
        return NAMED[name]
    if name in OTHERS:
        return _published(name)
    layer, layers = name.removeprefix("layer:").split("/")
    return layer_table(int(layer), int(layers))


def _published(name: str) -> UInt8[ndarray, "256 3"]:
    """Take a well-known map from matplotlib."""
    from matplotlib import colormaps

    return (colormaps[name](range(256))[:, :3] * 255).round().astype("uint8")
