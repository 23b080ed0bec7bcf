"""Pack a tree of values and arrays into bytes that the browser unpacks.

Layout: u32 length of the head; head (JSON: kind, key, order, id, and ``tree``: the bytes of the tree); tree (JSON,
deflated); arrays, one after another (deflated). An array stands in the tree as
``{"$": [kind, shape, offset, bytes, change, levels, hash]}``: kind of number, shape, where it lies, how many bytes,
whether every value is the change from the one before it along the last axis, how many levels stand for 0 to 255 (0: the
values stand for themselves), and its identity by content.
"""

import json
import struct
import zlib
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from jaxtyping import UInt8, UInt16
from numpy.typing import ArrayLike

KINDS = {"uint8": "u1", "int16": "i2", "uint16": "u2", "float32": "f4"}
CURVE_STEPS = 4095  # between the bottom and the top of a line
MISSING = 0  # level of a value that is not a number
SURVEYED = 65536  # values looked at to decide whether changes are shorter than values


@dataclass(frozen=True)
class Payload:
    """Bytes for the browser and their identity by content; ``kind`` and ``key`` say where they belong."""

    id: str
    data: bytes
    kind: str
    key: str = ""


@dataclass
class Packer:
    """Collect arrays while a tree is built."""

    parts: list[bytes] = field(default_factory=list)
    offset: int = 0

    def array(self, values: np.ndarray, levels: int = 0) -> dict[str, list[Any]]:
        """Take an array (uint8, int16, uint16 or float32) and return what stands for it in the tree."""
        change = values.dtype.kind in "ui" and values.ndim > 0 and _changes_are_shorter(values)
        raw = _planes(_changes(values) if change else np.ascontiguousarray(values))
        digest = blake2b(raw, digest_size=6).hexdigest()
        entry = [KINDS[values.dtype.name], list(values.shape), self.offset, len(raw), int(change), levels, digest]
        self.parts.append(raw)
        self.offset += len(raw)
        return {"$": entry}


def small(data: dict[str, Any]) -> bytes:
    """Write a few words and numbers for a component: given a dict, Streamlit would import pandas to look for tables."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def pack(kind: str, tree: Any, packer: Packer, *, key: str = "", order: int = 0) -> Payload:
    """Join a tree and the arrays that were collected for it."""
    text = json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode()
    arrays = b"".join(packer.parts)
    identity = blake2b(text + arrays, digest_size=8).hexdigest()
    small = zlib.compress(text)
    head = {"kind": kind, "key": key, "order": order, "id": identity, "tree": len(small)}
    return Payload(identity, _headed(head, small + _squeezed(arrays)), kind, key)


def _headed(head: dict[str, Any], body: bytes) -> bytes:
    written = json.dumps(head, separators=(",", ":")).encode()
    return struct.pack("<I", len(written)) + written + body


def _squeezed(arrays: bytes) -> bytes:
    """Deflate with runs and Huffman codes alone: for changes of noisy values ten times faster than looking for repeats,
    and a tenth smaller."""
    deflate = zlib.compressobj(strategy=zlib.Z_RLE)
    return deflate.compress(arrays) + deflate.flush()


def placed(payload: Payload, *, key: str, order: int) -> Payload:
    """Give a payload another key and place among its kind, without packing it again."""
    length = struct.unpack_from("<I", payload.data)[0]
    head = json.loads(payload.data[4 : 4 + length]) | {"key": key, "order": order}
    return replace(payload, key=key, data=_headed(head, payload.data[4 + length :]))


def quantised(values: ArrayLike, low: float, high: float, levels: int = 256) -> UInt8[np.ndarray, "..."]:
    """Bring values from [low, high] to the levels 0 to ``levels`` - 1; what is not a number becomes 0."""
    span = (high - low) or 1.0
    share = np.clip(np.nan_to_num((np.asarray(values, dtype=np.float32) - low) / span), 0.0, 1.0)
    return np.round(share * (levels - 1)).astype(np.uint8)


def levelled(values: ArrayLike, low: float, high: float) -> UInt16[np.ndarray, " frames"]:
    """Bring values from [low, high] to 1 to 4096; 0 stands for what is not a number."""
    numbers = np.asarray(values, dtype=np.float64)
    share = np.clip((numbers - low) / ((high - low) or 1.0), 0.0, 1.0)
    return np.where(np.isfinite(numbers), 1 + np.round(np.nan_to_num(share) * CURVE_STEPS), MISSING).astype(np.uint16)


def limits(values: ArrayLike, low: float | None, high: float | None) -> tuple[float, float]:
    """Fill in limits that were left out from the values themselves; equal ones are drawn a unit apart."""
    numbers = np.asarray(values, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    bottom = float(finite.min()) if low is None and finite.size else float(low or 0.0)
    top = float(finite.max()) if high is None and finite.size else float(high if high is not None else bottom + 1.0)
    return bottom, top if top > bottom else bottom + 1.0


def _changes(values: np.ndarray) -> np.ndarray:
    """First value, then differences along the last axis, wrapped around the range of the type."""
    return np.diff(values, axis=-1, prepend=np.zeros_like(values[..., :1]))


def _planes(values: np.ndarray) -> bytes:
    """Low bytes first, then high bytes, for numbers of two bytes: the high ones are nearly all alike."""
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    if values.dtype.itemsize != 2:
        return little.tobytes()
    return np.ascontiguousarray(little.reshape(-1).view(np.uint8).reshape(-1, 2).T).tobytes()


def _entropy(values: np.ndarray) -> float:
    """Bits per value if every byte were coded on its own."""
    width = values.dtype.itemsize
    columns = np.ascontiguousarray(values).reshape(-1).view(np.uint8).reshape(-1, width).T
    total = 0.0
    for column in columns:
        share = np.bincount(column, minlength=256) / max(column.size, 1)
        share = share[share > 0]
        total -= float((share * np.log2(share)).sum())
    return total


def _changes_are_shorter(values: np.ndarray) -> bool:
    if values.shape[-1] < 2:
        return False
    rows = values.reshape(-1, values.shape[-1])
    some = rows[:: max(1, values.size // SURVEYED)]
    return _entropy(_changes(some)) < _entropy(some)
