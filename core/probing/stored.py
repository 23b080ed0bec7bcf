"""Keep a ladder and its probes beside the checkpoint, so that a page opens with the picture."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core.model_spec import ModelSpec
from core.probing.ladder import Curve, Ladder, Score
from core.probing.probe import Probe
from core.probing.rungs import rungs
from core.sources import CHECKPOINTS
from core.stored_beside import readable

LADDER = "ladder.json"
PROBES = "probes.safetensors"
DIGITS = 4  # of every score
PARTS = ("mean", "scale", "weight", "bias")


def to_json(ladder: Ladder) -> str:
    """Write a ladder as text; scores are rounded to four digits."""
    values = asdict(ladder)
    curves = values.pop("curves")
    return json.dumps({**values, "curves": {name: _short(curve) for name, curve in curves.items()}}, ensure_ascii=False)


def from_json(text: str) -> Ladder:
    """Read a ladder back; ValueError, KeyError or TypeError where the text is none."""
    values: dict[str, Any] = json.loads(text)
    curves = {name: _curve(curve) for name, curve in values["curves"].items()}
    if not curves or not curves.keys() <= rungs().keys():
        raise ValueError("no curve, or one of a rung that is not known")
    return Ladder(**{**values, "curves": curves})


def write(folder: Path, ladder: Ladder, probes: Mapping[tuple[str, int], Probe]) -> None:
    """Write a ladder and its probes into the folder of a checkpoint; weights of probes keep three digits."""
    from safetensors.numpy import save_file

    (folder / LADDER).write_text(to_json(ladder) + "\n", "utf-8")
    arrays = {
        f"{rung}/{stop}/{part}": np.ascontiguousarray(getattr(probe, part), np.float16)
        for (rung, stop), probe in probes.items()
        for part in PARTS
    }
    labels = {rung: json.dumps(probe.labels, ensure_ascii=False) for (rung, _stop), probe in probes.items()}
    save_file(arrays, folder / PROBES, metadata=labels)


def stored_ladder(spec: ModelSpec) -> Ladder | None:
    """Return the ladder that ships with a bundled model, or None; ModelError where the file is damaged."""
    path = CHECKPOINTS / spec.name / LADDER
    return read_ladder(path) if spec.source == "bundled" and path.is_file() else None


def read_ladder(path: Path) -> Ladder:
    """Read a ladder; ModelError where the file is none."""
    with readable(path):
        return from_json(path.read_text("utf-8"))


def stored_probes(spec: ModelSpec) -> dict[tuple[str, int], Probe]:
    """Return the probes that ship with a bundled model, by rung and stop; none where it has none."""
    path = CHECKPOINTS / spec.name / PROBES
    return read_probes(path) if spec.source == "bundled" and path.is_file() else {}


def read_probes(path: Path) -> dict[tuple[str, int], Probe]:
    """Read probes, by rung and stop; ModelError where the file has none."""
    from safetensors import safe_open

    with readable(path), safe_open(path, "np") as file:
        labels = {rung: tuple(json.loads(text)) for rung, text in (file.metadata() or {}).items()}
        places = {tuple(key.split("/")[:2]) for key in file.keys()}  # noqa: SIM118  not a dictionary
        return {
            (rung, int(stop)): Probe(
                rung,
                int(stop),
                labels[rung],
                **{part: file.get_tensor(f"{rung}/{stop}/{part}").astype(np.float32) for part in PARTS},
            )
            for rung, stop in sorted(places)
        }


def _short(curve: dict[str, Any]) -> dict[str, Any]:
    """Write scores as [value, low, high]."""
    triple = {name: [_triple(item) for item in curve[name]] for name in ("score", "control", "random")}
    inputs = {name: _triple(item) for name, item in curve["inputs"].items()}
    even = [round(number, DIGITS) for number in curve["balanced"]]
    return {
        **curve,
        **triple,
        "inputs": inputs,
        "shuffled": _triple(curve["shuffled"]),
        "majority": round(curve["majority"], DIGITS),
        "balanced": even,
    }


def _triple(item: Mapping[str, float]) -> list[float]:
    return [round(item[name], DIGITS) for name in ("value", "low", "high")]


def _curve(values: dict[str, Any]) -> Curve:
    scores = {name: tuple(Score(*item) for item in values[name]) for name in ("score", "control", "random")}
    if {len(curve) for curve in scores.values()} != {len(values["stops"])}:
        raise ValueError("as many scores as stops")
    return Curve(
        **{
            **values,
            **scores,
            "stops": tuple(values["stops"]),
            "inputs": {name: Score(*item) for name, item in values["inputs"].items()},
            "shuffled": Score(*values["shuffled"]),
            "balanced": tuple(values["balanced"]),
        }
    )
