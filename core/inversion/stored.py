"""Keep what was learned of a model in one small file, and read it back without torch."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import ModelError
from core.inversion.decoder import Decoder
from core.inversion.inversion import Inversion, Lesson, Recovered
from core.text import _

FILE = "inversion.safetensors"
WORD = "strata"  # where the file keeps what is not numbers of decoders
TWINS = ("taught", "untaught")
HALVES = ("weight", "basis")  # kept in half precision


def write(path: Path, found: Inversion) -> None:
    """Write an inversion: weights in half precision, the rest as it is."""
    told = {
        "model": found.model,
        "seed": found.seed,
        "weights": found.weights,
        "lesson": asdict(found.lesson),
        "strengths": {twin: {str(at): one.strength for at, one in _of(found, twin)[0].items()} for twin in TWINS},
        "scores": {twin: {str(at): asdict(one) for at, one in _of(found, twin)[1].items()} for twin in TWINS},
    }
    arrays = {
        # safetensors writes memory as it lies, and reads it row by row
        f"{twin}.{stop}.{name}": np.ascontiguousarray(values, np.float16 if name in HALVES else np.float32)
        for twin in TWINS
        for stop, decoder in _of(found, twin)[0].items()
        for name, values in _arrays(decoder).items()
    }
    save_file(arrays, path, metadata={WORD: json.dumps(told)})


def read(path: Path) -> Inversion:
    """Read an inversion; ModelError where the file is not one."""
    try:
        with safe_open(path, framework="numpy") as file:
            told = json.loads((file.metadata() or {})[WORD])
            arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        return _inversion(told, arrays)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError) as cause:
        raise ModelError(
            _("What was learned of the layers cannot be read: {file} is damaged.").format(file=path.name),
            hint=_("Let it be learned anew."),
        ) from cause


def _inversion(told: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Inversion:
    decoders = {twin: _decoders(twin, told["strengths"][twin], arrays) for twin in TWINS}
    scores = {twin: {int(at): Recovered(**one) for at, one in told["scores"][twin].items()} for twin in TWINS}
    return Inversion(
        model=str(told["model"]),
        lesson=Lesson(**told["lesson"]),
        decoders=decoders["taught"],
        scores=scores["taught"],
        untaught=decoders["untaught"],
        untaught_scores=scores["untaught"],
        seed=int(told["seed"]),
        weights=str(told["weights"]),
    )


def _of(found: Inversion, twin: str) -> tuple[Mapping[int, Decoder], Mapping[int, Recovered]]:
    if twin == "taught":
        return found.decoders, found.scores
    return found.untaught, found.untaught_scores


def _arrays(decoder: Decoder) -> dict[str, np.ndarray]:
    found = {"weight": decoder.weight, "bias": decoder.bias, "mean": decoder.mean, "scale": decoder.scale}
    return found if decoder.basis is None else {**found, "basis": decoder.basis}


def _decoders(twin: str, strengths: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[int, Decoder]:
    def one(stop: str, name: str) -> np.ndarray:
        return arrays[f"{twin}.{stop}.{name}"]

    return {
        int(stop): Decoder(
            int(stop), one(stop, "weight"), one(stop, "bias"), one(stop, "mean"), one(stop, "scale"), float(strength),
            arrays.get(f"{twin}.{stop}.basis"),
        )
        for stop, strength in strengths.items()
    }  # fmt: skip
