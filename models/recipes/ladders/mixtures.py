"""Learn how a classifier of phones mixes the layers that ship: `python -m models.recipes.ladders.mixtures [name ...]`.

Writes layer_use.json into the folder of each checkpoint, beside its ladder.
"""

import argparse
import os

import torch

from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.errors import MethodError
from core.loading import load_model
from core.model_spec import ModelSpec
from core.probing.mixture import mixture, write_mixture
from core.sources import CHECKPOINTS, bundled


def main() -> None:
    """Measure each model that is named, or all."""
    parser = argparse.ArgumentParser(prog="python -m models.recipes.ladders.mixtures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="all where none is named")
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    corpus = open_corpus(shipped()[DEFAULT])
    for name in parser.parse_args().names or bundled():
        try:
            found = mixture(load_model(ModelSpec("bundled", name)), corpus)
        except MethodError as refusal:
            print(f"{name}: {refusal}")
            continue
        write_mixture(CHECKPOINTS / name, found)
        shares = ", ".join(f"{stop}: {share:.0%}" for stop, share in zip(found.stops, found.contribution, strict=True))
        print(f"{name}: {shares}; mixture {found.mixture.value:.3f}, layer {found.best} {found.single.value:.3f}")


if __name__ == "__main__":
    main()
