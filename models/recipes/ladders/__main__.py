"""Measure the ladders of the checkpoints that ship: `python -m models.recipes.ladders [name ...]`.

Writes ladder.json, probes.safetensors and a part of README.md into the folder of each.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

import torch

from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.loading import load_model
from core.model_spec import ModelSpec
from core.probing.climbing import LadderSettings, climb
from core.probing.stored import from_json, to_json, write
from core.progress import Step
from core.sources import CHECKPOINTS, bundled
from core.stored_trace import weights_digest
from models.recipes.ladders.card import write_section


def main() -> None:
    """Measure the ladder of each model that is named, or of all."""
    options = _options()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    for name in options.names or bundled():
        measure(name, options.seed)


def measure(name: str, seed: int = 0) -> None:
    """Measure one ladder and write what was found."""
    corpus = open_corpus(shipped()[DEFAULT])
    model = load_model(ModelSpec("bundled", name))
    folder = CHECKPOINTS / name
    found = climb(model, corpus, LadderSettings(seed=seed), _Told(name))
    write(folder, replace(found.ladder, weights=weights_digest(folder)), found.probes)
    # from the file, so that card and file say the same digits
    write_section(folder, from_json(to_json(found.ladder)), corpus)
    print(f"{name}: {found.ladder.seconds:.0f} s, {_size(folder) / 1e6:.2f} MB", flush=True)


class _Told:
    """Print every new part of the work."""

    def __init__(self, name: str) -> None:
        self.name, self.note = name, ""

    def __call__(self, step: Step) -> None:
        if step.note != self.note:
            self.note = step.note
            print(f"{self.name}: {step.fraction:.0%} {step.note}", flush=True)


def _size(folder: Path) -> int:
    return sum((folder / name).stat().st_size for name in ("ladder.json", "probes.safetensors"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.recipes.ladders", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(bundled())}; all where none is named")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if unknown := set(options.names) - set(bundled()):
        parser.error(f"not shipped: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    main()
