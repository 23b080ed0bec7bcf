"""Turn attention maps into the bytes that the grid of heads draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pages._kit.browser.payload import Packer, Payload, pack
from pages._kit.colours import table

BRIGHTEST = 99.8  # percentile of a map that takes the last colour: one lone cell must not darken all others


LEAST_TOP = 4.0  # even shares: a head that looks at everything alike is drawn in a middle tone, not in the last


@dataclass(frozen=True, eq=False)
class Measure:
    """One number per head, to read and to sort by.

    values  (layers, heads)
    unit    such as "s"; empty for shares and ratios
    """

    title: str
    values: Float[np.ndarray, "layers heads"]
    unit: str = ""
    help: str = ""


@dataclass(frozen=True, eq=False)
class Heads:
    """Attention of all heads over the same stretches of the clip.

    maps      (layers, heads, queries, keys), every query row sums to one; layer 0 here is the first block
    spans     (stretches, 2) start and end of every stretch in seconds; queries and keys are the same stretches
    labels    what is said in each stretch; empty where stretches are equal pieces of time
    measures  numbers per head, shown with it and offered for sorting
    kinds     a word per head, rows of heads; empty where none is given
    """

    maps: Float[np.ndarray, "layers heads stretches stretches"]
    spans: Float[np.ndarray, "stretches 2"]
    labels: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    kinds: Sequence[Sequence[str]] = ()


def heads_payload(heads: Heads) -> Payload:
    """Pack the maps as bytes: level 255 is the brightest value of each map, levels grow with the square root."""
    layers, count = heads.maps.shape[:2]
    packer = Packer()
    tree = {
        **_levels(heads.maps, heads.spans, packer),
        "labels": list(heads.labels),
        "measures": [_measure(measure) for measure in heads.measures],
        "kinds": [list(row) for row in heads.kinds],
        "tables": {f"layer:{layer}": packer.array(table(f"layer:{layer}/{layers}")) for layer in range(1, layers + 1)},
        "layers": layers,
        "heads": count,
    }
    return pack("heads", tree, packer)


def fine_payload(
    layer: int,
    head: int,
    layers: int,
    fine: Float[np.ndarray, "stretches stretches"],
    spans: Float[np.ndarray, "stretches 2"],
) -> Payload:
    """Pack one head's map, finer than those of all heads, over equal pieces of time; both counted from 0."""
    packer = Packer()
    tree = {
        **_levels(fine[None, None], spans, packer),
        "of": [layer, head],
        "labels": [],
        "tables": {"layer:1": packer.array(table(f"layer:{layer + 1}/{layers}"))},
    }
    return pack("heads", tree, packer)


def _levels(
    maps: Float[np.ndarray, "layers heads stretches stretches"], spans: Float[np.ndarray, "stretches 2"], packer: Packer
) -> dict[str, object]:
    tops = np.maximum(np.percentile(maps, BRIGHTEST, axis=(2, 3)), min(LEAST_TOP / maps.shape[-1], 1.0))
    share = np.clip(maps / tops[:, :, None, None], 0.0, 1.0)
    return {
        "maps": packer.array(np.round(255 * np.sqrt(share)).astype(np.uint8)),
        "tops": [[round(float(top), 6) for top in row] for row in tops],
        "spans": [[round(float(start), 4), round(float(end), 4)] for start, end in spans],
    }


def _measure(measure: Measure) -> dict[str, object]:
    values = [[round(float(value), 4) if np.isfinite(value) else None for value in row] for row in measure.values]
    return {"title": measure.title, "unit": measure.unit, "help": measure.help, "values": values}
