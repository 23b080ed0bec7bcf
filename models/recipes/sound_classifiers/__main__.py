"""Run the recipe: `python -m models.recipes.sound_classifiers corpus|train|evaluate|export --work WORK`."""

import argparse
from pathlib import Path

import torch

from models.recipes.sound_classifiers.card import write_card
from models.recipes.sound_classifiers.corpus import CorpusSettings, make_corpus
from models.recipes.sound_classifiers.digits import SPEAKERS
from models.recipes.sound_classifiers.export import CHECKPOINTS, export
from models.recipes.sound_classifiers.features import Place, make_features, open_features
from models.recipes.sound_classifiers.networks import NETWORKS, Network
from models.recipes.sound_classifiers.report import evaluate
from models.recipes.sound_classifiers.training import train_folds


def main() -> None:
    """Read the command line and run one step of the recipe."""
    options = _options()
    corpus = CorpusSettings(options.work / "corpus", options.digits)
    if options.step == "corpus":
        make_corpus(corpus)
        for network in NETWORKS.values():
            make_features(_place(options.work, corpus, network))
        return
    for name in options.model or NETWORKS:
        _run(options, corpus, NETWORKS[name])


def _run(options: argparse.Namespace, corpus: CorpusSettings, network: Network) -> None:
    """Train, write or measure one network."""
    runs = options.work / "runs" / network.name
    if options.step == "train":
        stores = open_features(_place(options.work, corpus, network))
        train_folds(network, stores, runs, options.without or SPEAKERS)
    elif options.step == "export":
        export(network, runs)
    else:
        torch.set_num_threads(1)
        evaluate(network, corpus, runs, CHECKPOINTS / network.name)
        write_card(network.name, CHECKPOINTS / network.name)


def _place(work: Path, corpus: CorpusSettings, network: Network) -> Place:
    return Place(corpus, work / "features" / network.front, network.hear)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.recipes.sound_classifiers", description=__doc__)
    parser.add_argument("step", choices=("corpus", "train", "export", "evaluate"))
    parser.add_argument("--work", type=Path, required=True, help="folder for the corpus and the training state")
    parser.add_argument("--digits", type=Path, help="corpus: folder of recordings, digit_speaker_index.wav")
    parser.add_argument("--model", nargs="*", choices=sorted(NETWORKS), help="all three where none is named")
    parser.add_argument("--without", nargs="*", choices=SPEAKERS, help="train: speakers to leave out, in turn; all")
    return parser.parse_args()


if __name__ == "__main__":
    main()
