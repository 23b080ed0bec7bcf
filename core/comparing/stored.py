"""Keep a comparison as a small file of numbers, and read it back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.cca import Common
from core.comparing.comparison import Comparison, Side
from core.intrinsic_dimension import Dimension
from core.rsa import Agreement
from core.similarity_grams import CrossLikeness
from core.stored_beside import readable
from core.stored_trace import weights_digest

DIGITS = 4


def place(checkpoint: Path, kind: str) -> Path:
    """Say where a comparison of a checkpoint that ships lies; ``kind`` is "itself" or "untaught"."""
    return checkpoint / f"likeness-{kind}.json"


def write(checkpoint: Path, kind: str, found: Comparison, fingerprint: str) -> None:
    """Write a comparison beside its checkpoint, with the weights and the corpus that it is about."""
    about = {"weights": weights_digest(checkpoint), "fingerprint": fingerprint}
    text = json.dumps(about | to_plain(found), separators=(",", ":"))
    place(checkpoint, kind).write_text(text + "\n", encoding="utf-8")


def shipped(checkpoint: Path, kind: str, fingerprint: str) -> Comparison | None:
    """Read what ``write`` wrote; None where there is nothing, or it is about other weights or another corpus.

    Raises ModelError where the file is damaged.
    """
    path = place(checkpoint, kind)
    if not path.is_file():
        return None
    with readable(path):
        table = json.loads(path.read_text(encoding="utf-8"))
        if table["weights"] != weights_digest(checkpoint) or table["fingerprint"] != fingerprint:
            return None
        return from_plain(table)


def to_plain(found: Comparison) -> dict[str, Any]:
    """Turn a comparison into plain lists and numbers."""
    return {
        "first": _side(found.first),
        "second": None if found.itself else _side(found.second),
        "cka": _matrices(found.cka) | {"chance": _plain(found.cka.chance), "moments": found.cka.moments},
        "rsa": _matrices(found.rsa) | {"chance": _plain(found.rsa.chance), "utterances": found.rsa.utterances},
        "corpus": found.corpus,
        "moments": found.moments,
        "utterances": found.utterances,
        "voices": found.voices,
        "cautions": list(found.cautions),
    }


def from_plain(table: Mapping[str, Any]) -> Comparison:
    """Turn plain lists and numbers back into a comparison."""
    first, cka, rsa = _side_of(table["first"]), table["cka"], table["rsa"]
    return Comparison(
        first=first,
        second=first if table["second"] is None else _side_of(table["second"]),
        cka=CrossLikeness(*_read(cka), float(cka["chance"]), int(cka["moments"])),
        rsa=Agreement(*_read(rsa), np.array(rsa["chance"], float), int(rsa["utterances"])),
        corpus=str(table["corpus"]),
        moments=int(table["moments"]),
        utterances=int(table["utterances"]),
        voices=int(table["voices"]),
        cautions=tuple(table["cautions"]),
    )


def _plain(values: Any) -> Any:
    return np.asarray(values, float).round(DIGITS).tolist()


def _matrices(found: CrossLikeness | Agreement) -> dict[str, Any]:
    return {name: _plain(getattr(found, name)) for name in ("matrix", "low", "high")}


def _read(table: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    matrix, low, high = (np.array(table[name], float) for name in ("matrix", "low", "high"))
    return matrix, low, high


def _side(side: Side) -> dict[str, Any]:
    dimension = [_dimension(each) for each in side.dimension]
    common = {name: [_common(each) for each in curve] for name, curve in side.common.items()}
    return {
        "model": side.model, "untaught": side.untaught, "layers": side.layers, "dimension": dimension, "common": common
    }  # fmt: skip


def _dimension(each: Dimension) -> list[Any]:
    ends = [_plain(value) for value in (each.value, each.low, each.high)]
    return [*ends, each.count, list(each.sizes), _plain(each.values), each.noisy]


def _common(each: Common) -> list[Any]:
    return [_plain(each.value), _plain(each.low), _plain(each.high), _plain(each.pairs), each.ridge, each.test]


def _side_of(table: Mapping[str, Any]) -> Side:
    return Side(
        model=str(table["model"]),
        untaught=bool(table["untaught"]),
        layers=int(table["layers"]),
        dimension=tuple(
            Dimension(value, low, high, count, tuple(sizes), tuple(values), noisy)
            for value, low, high, count, sizes, values, noisy in table["dimension"]
        ),
        common={
            name: tuple(
                Common(value, low, high, np.array(pairs, float), ridge, test)
                for value, low, high, pairs, ridge, test in curve
            )
            for name, curve in table["common"].items()
        },
    )
