"""Run the recipe: `python -m models.recipes.speech_self corpus|train|export|evaluate`."""

import argparse
from pathlib import Path

import torch

from models.recipes.speech_self.batches import BatchSettings
from models.recipes.speech_self.card import write_card
from models.recipes.speech_self.export import CHECKPOINT, export
from models.recipes.speech_self.report import evaluate
from models.recipes.speech_self.training import TrainingSettings, saved_learner, train
from models.recipes.speech_tiny.corpus import CorpusSettings, make_corpus


def main() -> None:
    """Read the command line and run one step of the recipe."""
    options = _options()
    corpus, run = options.work / "corpus", options.work / "self_run"
    if options.step == "corpus":
        make_corpus(CorpusSettings(corpus, scale=options.scale))
    elif options.step == "train":
        train(TrainingSettings(run, BatchSettings(corpus), minutes=options.minutes))
    elif options.step == "export":
        export(saved_learner(run), options.checkpoint)
    else:
        torch.set_num_threads(options.threads)
        evaluate(options.checkpoint, corpus, run, options.digits)
        write_card(options.checkpoint)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.recipes.speech_self", description=__doc__)
    parser.add_argument("step", choices=("corpus", "train", "export", "evaluate"))
    parser.add_argument("--work", type=Path, required=True, help="folder for the corpus and the training state")
    parser.add_argument("--scale", type=float, default=1.0, help="corpus: multiplies the hours of every voice")
    parser.add_argument("--minutes", type=float, default=80.0, help="train: wall time")
    parser.add_argument("--digits", type=Path, help="evaluate: folder of spoken digits, digit_speaker_index.wav")
    parser.add_argument("--threads", type=int, default=1, help="evaluate: processor cores to use")
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT, help="export, evaluate: the model's folder")
    return parser.parse_args()


if __name__ == "__main__":
    main()
