"""Compare the layers of every checkpoint that ships, with each other and with an untaught copy; keep it beside it.

`python -m models.recipes.likeness [name...]`; the Compare page then opens with the picture. For models of speech it
also finds the main directions that colour the Layers page, on the corpus and on all sample clips.
"""

import sys
import time

import torch

from core import reference_directions, samples
from core.comparing import stored
from core.comparing.compare import compare
from core.corpus.corpus import Corpus
from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.loading import LoadedModel, load_model
from core.model_spec import ModelSpec
from core.sources import CHECKPOINTS, bundled
from core.untaught import untaught

SEED = 0


def main(names: list[str]) -> None:
    """Store the comparisons of some checkpoints, or of all, anew."""
    torch.set_num_threads(1)
    corpus = open_corpus(shipped()[DEFAULT])
    for name in names or bundled():
        begun = time.perf_counter()
        store(load_model(ModelSpec("bundled", name)), corpus)
        print(f"{name}: {time.perf_counter() - begun:.0f} s")


def store(model: LoadedModel, corpus: Corpus) -> None:
    """Write what one model's layers have in common with each other and with those of its untaught copy."""
    folder = CHECKPOINTS / model.spec.name
    stored.write(folder, "itself", compare(model, None, corpus), corpus.fingerprint)
    other = compare(model, untaught(model, SEED), corpus, untaught=True)
    stored.write(folder, "untaught", other, corpus.fingerprint)
    if model.card.speaks:
        clips = [samples.load(sample) for sample in samples.samples().values()]
        reference_directions.write(folder, reference_directions.fit(model, corpus, clips, SEED))


if __name__ == "__main__":
    main(sys.argv[1:])
