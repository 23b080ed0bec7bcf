"""Keep a trace on disk, so that a shipped clip is there before any model is loaded."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from core.grid import TokenGrid
from core.model_spec import ModelCard
from core.timeline import TimeAxis
from core.trace import Trace

# float16 keeps three significant digits: finer than a picture of 256 levels shows
STORED = np.float16


def weights_digest(checkpoint: Path) -> str:
    """Identify the weights of a checkpoint folder by content."""
    return hashlib.blake2b((checkpoint / "model.safetensors").read_bytes(), digest_size=8).hexdigest()


def write_trace(trace: Trace, path: Path, weights: str) -> None:
    """Write ``trace`` as a compressed archive that says which weights it came from."""
    about = {
        "clip": trace.clip,
        "seconds": trace.seconds,
        "weights": weights,
        "grids": [asdict(grid) for grid in trace.grids],
        "counts": {"hidden": len(trace.hidden), "attention": len(trace.attention), "conv": len(trace.convolutions)},
        "logits": trace.logits is not None,
    }
    arrays = {f"hidden_{index}": array for index, array in enumerate(trace.hidden)}
    arrays |= {f"attention_{index}": array for index, array in enumerate(trace.attention)}
    arrays |= {f"conv_{index}": array for index, array in enumerate(trace.convolutions)}
    if trace.logits is not None:
        arrays["logits"] = trace.logits
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = {name: array.astype(STORED) for name, array in arrays.items()}
    _save(path, {"about": np.array(json.dumps(about)), **stored})


def about_trace(path: Path) -> dict[str, Any]:
    """Read what a stored trace says of itself: clip, seconds, weights."""
    with np.load(path, allow_pickle=False) as archive:
        return json.loads(str(archive["about"]))


def read_trace(path: Path, model: object) -> Trace:
    """Read a stored trace; values are rounded to three significant digits, attention rows still sum to one."""
    with np.load(path, allow_pickle=False) as archive:
        about = json.loads(str(archive["about"]))

        def rows(kind: str) -> tuple[Float32[np.ndarray, "..."], ...]:
            return tuple(_frozen(archive[f"{kind}_{index}"]) for index in range(about["counts"][kind]))

        attention = rows("attention")
        return Trace(
            model=model,
            clip=about["clip"],
            seconds=about["seconds"],
            hidden=rows("hidden"),
            grids=tuple(_grid(values) for values in about["grids"]),
            attention=tuple(_normalised(array) for array in attention),
            convolutions=rows("conv"),
            logits=_frozen(archive["logits"]) if about["logits"] else None,
        )


def lens_path(trace: Path) -> Path:
    """Name the file beside a stored trace that holds what each layer would write."""
    return trace.with_suffix(".lens.npz")


def write_lens(layers: Sequence[Float32[np.ndarray, "frames symbols"]], path: Path) -> None:
    """Write the logits that ``core.lens`` gives for every layer; the last layer's are the trace's own and left out."""
    stored = {f"layer_{layer}": logits.astype(STORED) for layer, logits in enumerate(layers[:-1])}
    _save(path, stored)


def read_lens(path: Path, trace: Trace) -> tuple[Float32[np.ndarray, "frames symbols"], ...]:
    """Read what every layer of ``trace`` would write, layer 0 to the last."""
    if trace.logits is None:
        raise ValueError("this trace was written by a model without a head")
    with np.load(path, allow_pickle=False) as archive:
        below = (_frozen(archive[f"layer_{layer}"]) for layer in range(trace.layers))
        return (*below, trace.logits)


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    writer: Any = np.savez_compressed  # its annotation takes every name for the one option it has
    writer(path, **arrays)


def _grid(values: dict[str, Any]) -> TokenGrid:
    return TokenGrid(**{**values, "time": TimeAxis(**values["time"]), "edges": tuple(values["edges"])})


def _normalised(attention: Float32[np.ndarray, "heads frames frames"]) -> Float32[np.ndarray, "heads frames frames"]:
    # rounding to float16 moves a row's sum by up to a thousandth
    return _frozen(attention / attention.sum(-1, keepdims=True))


def _frozen(array: np.ndarray) -> Float32[np.ndarray, "..."]:
    array = np.ascontiguousarray(array, dtype=np.float32)
    array.setflags(write=False)
    return array


def write_card(card: ModelCard, path: Path) -> None:
    """Write what a model says of itself beside its stored traces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_card(path: Path) -> ModelCard:
    """Read a card back; lists become tuples again."""
    values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return ModelCard(**{**values, **lists})
