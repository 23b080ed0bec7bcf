"""The one source of colours: depth for layers, one neutral map for sound, one diverging map for signed values.

Colours are laid out in Oklab (Ottosson 2020), where equal distances look about equally different.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, UInt8
from numpy.typing import ArrayLike

LEVELS = 256
Path = tuple[tuple[float, float, float], ...]

# Oklab lightness, chroma and hue (degrees) of the path from the first layer to the last: deep blue, teal, green, amber.
# Lightness always grows, so that the order survives every kind of colour vision and a print in grey; it stays between
# 0.44 and 0.78, so that every layer can be told from a white and from a near-black page.
DEPTH_PATH: Path = (
    (0.44, 0.18, 266.0),
    (0.51, 0.13, 240.0),
    (0.57, 0.10, 190.0),
    (0.63, 0.14, 145.0),
    (0.78, 0.16, 80.0),
)
SOUND_PATH: Path = ((0.14, 0.02, 260.0), (0.40, 0.03, 255.0), (0.70, 0.02, 240.0), (0.97, 0.01, 95.0))
NEGATIVE_PATH: Path = ((0.40, 0.13, 258.0), (0.68, 0.10, 245.0), (0.95, 0.0, 0.0))
POSITIVE_PATH: Path = ((0.95, 0.0, 0.0), (0.72, 0.13, 55.0), (0.43, 0.11, 45.0))

# Matrices of Oklab, rows: what comes in.
LAB_TO_LMS = np.array(
    [[1, 1, 1], [0.3963377774, -0.1055613458, -0.0894841775], [0.2158037573, -0.0638541728, -1.291485548]]
)
LMS_TO_RGB = np.array(
    [
        [4.0767416621, -1.2684380046, -0.0041960863],
        [-3.3077115913, 2.6097574011, -0.7034186147],
        [0.2309699292, -0.3413193965, 1.7076147010],
    ]
)


def _linear_rgb(lab: Float[np.ndarray, "colours 3"]) -> Float[np.ndarray, "colours 3"]:
    return (lab @ LAB_TO_LMS) ** 3 @ LMS_TO_RGB


def oklab(rgb: ArrayLike) -> Float[np.ndarray, "colours 3"]:
    """Turn sRGB bytes (colours, 3) into Oklab lightness, green to red, blue to yellow."""
    coded = np.atleast_2d(np.asarray(rgb)) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ np.linalg.inv(LMS_TO_RGB)) @ np.linalg.inv(LAB_TO_LMS)


def _shown(lab: Float[np.ndarray, "colours 3"]) -> Float[np.ndarray, "colours 3"]:
    """Take chroma away where a screen cannot show a colour."""
    lab = lab.copy()
    for _ in range(120):
        rgb = _linear_rgb(lab)
        outside = ((rgb < -1e-4) | (rgb > 1.0001)).any(1)
        if not outside.any():
            break
        lab[outside, 1:] *= 0.985
    return lab


def _bytes(lab: Float[np.ndarray, "colours 3"]) -> UInt8[np.ndarray, "colours 3"]:
    rgb = np.clip(_linear_rgb(lab), 0.0, 1.0)
    coded = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return np.round(255 * coded).astype(np.uint8)


def _bend(points: Float[np.ndarray, "points 3"], count: int) -> Float[np.ndarray, "count 3"]:
    """Walk straight from point to point, with the corners rounded off."""
    where = np.linspace(0, len(points) - 1, count)
    lines = np.stack([np.interp(where, np.arange(len(points)), points[:, axis]) for axis in range(3)], 1)
    reach = count // (3 * (len(points) - 1))
    padded = np.concatenate([2 * lines[:1] - lines[reach:0:-1], lines, 2 * lines[-1:] - lines[-2 : -reach - 2 : -1]])
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.stack([np.convolve(padded[:, axis], window / window.sum(), "valid") for axis in range(3)], 1)


def _even(path: Path, count: int) -> UInt8[np.ndarray, "count 3"]:
    """Walk a path of (lightness, chroma, hue) in ``count`` steps of equal Oklab distance."""
    light, chroma, hue = np.array(path).T
    points = np.stack([light, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))], 1)
    dense = _shown(_bend(points, 1000))
    travelled = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))]
    wanted = np.linspace(0.0, travelled[-1], count)
    return _bytes(np.stack([np.interp(wanted, travelled, dense[:, axis]) for axis in range(3)], 1))


def _table(*paths: Path) -> UInt8[np.ndarray, "256 3"]:
    table = np.concatenate([_even(path, LEVELS // len(paths)) for path in paths])
    table.setflags(write=False)
    return table


DEPTH = _table(DEPTH_PATH)
SOUND = _table(SOUND_PATH)
SIGNED = _table(NEGATIVE_PATH, POSITIVE_PATH)  # zero lies between levels 127 and 128, which are the same neutral


def to_hex(rgb: ArrayLike) -> str:
    """Write three bytes as ``#rrggbb``."""
    red, green, blue = (int(value) for value in np.asarray(rgb))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _single(light: float, chroma: float, hue: float) -> str:
    place = [[light, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))]]
    return to_hex(_bytes(_shown(np.array(place)))[0])


# Laid over a grey picture, the stronger the less transparent: what speaks for a thing, what against it, and how much
# something matters where no direction is known. Orange and blue differ for every kind of colour vision.
SPEAKS_FOR = _single(0.67, 0.17, 52.0)
SPEAKS_AGAINST = _single(0.55, 0.15, 256.0)
MATTERS = _single(0.58, 0.20, 322.0)


@lru_cache(maxsize=64)
def depths(count: int) -> tuple[str, ...]:
    """List ``count`` colours from the first depth to the last, as ``#rrggbb``."""
    return tuple(to_hex(DEPTH[round(step)]) for step in np.linspace(0, LEVELS - 1, count))


def depth(layer: int, layers: int) -> str:
    """Give the colour ``#rrggbb`` of one layer (0: input of the first block) of a model of ``layers`` blocks."""
    return depths(layers + 1)[layer]


@lru_cache(maxsize=64)
def layer_table(layer: int, layers: int) -> UInt8[np.ndarray, "256 3"]:
    """Make a sequential map in the colour of one layer: near black, the layer's hue, near white."""
    colour = depth(layer, layers)
    light, red, yellow = oklab([int(colour[at : at + 2], 16) for at in (1, 3, 5)])[0]
    chroma, hue = float(np.hypot(red, yellow)), float(np.degrees(np.arctan2(yellow, red)))
    return _table(((0.14, 0.02, hue), (float(light), chroma, hue), (0.97, 0.02, hue)))
