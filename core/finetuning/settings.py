"""Every setting of preparing and fine-tuning: the command line and the page both draw their forms from here."""

from dataclasses import dataclass
from typing import Any, Literal

from core.setting import setting
from core.text import N_


@dataclass(frozen=True)
class PrepareSettings:
    """How sounds are made ready, once.

    sample_rate  Hz
    seconds      0: each as long as it is; else cut at the end, or padded with silence, to this length
    """

    sample_rate: int = setting(
        16_000, N_("Sample rate (Hz)"), N_("The rate that the model was trained on; most want 16,000."),
        least=8_000, most=48_000,
    )  # fmt: skip
    trim: bool = setting(False, N_("Cut off silence"), N_("Leaves out quiet beginnings and ends."))
    normalise: Literal["none", "peak", "loudness"] = setting(
        "none", N_("Make equally loud"), N_("Brings every sound to the same peak, or to the same loudness.")
    )
    seconds: float = setting(
        0.0, N_("Length (seconds)"), N_("0 leaves every sound as long as it is; longer ones are cut, shorter padded."),
        least=0.0, most=30.0,
    )  # fmt: skip


@dataclass(frozen=True)
class SplitSettings:
    """Which sounds are for learning, for deciding when to stop, and for the final test.

    kind   hold-out: one split; folds: each sound is tested once; leave-one-out: each group is tested once
    """

    kind: Literal["hold-out", "folds", "leave-one-out"] = setting(
        "hold-out", N_("Test on"), N_("Part of the sounds, each part in turn, or each speaker or group in turn.")
    )
    test: float = setting(
        0.25, N_("Share for the test"), N_("Never used for learning or for any choice."), least=0.1, most=0.5
    )
    validation: float = setting(
        0.2, N_("Share for stopping"), N_("Of the rest: decides when to stop learning."), least=0.0, most=0.5
    )
    folds: int = setting(5, N_("Number of parts"), N_("Each is the test once."), least=2, most=20)
    seed: int = setting(0, N_("Seed of the split"), N_("The same number gives the same split."), least=0)


@dataclass(frozen=True)
class FineTuneSettings:
    """How a copy of a model is taught.

    strategy        name of a module of ``core.finetuning.strategies``
    options         settings of that strategy as (name, value) pairs
    learning_rate   of AdamW; 0 takes the strategy's own
    warm_up         share of all steps during which the rate rises; afterwards it falls as a cosine
    clip_norm       largest norm of a gradient; 0: not limited
    focal           exponent of the focal loss (Lin et al. 2017); 0 is plain cross-entropy
    patience        epochs without a better validation loss before it stops; 0: never
    augment         names of modules of ``core.finetuning.augmentation``
    augment_options their own settings as ("name.setting", value) pairs
    unlabelled      what clips without a label are used for
    adversarial     size of the worst change of the input that it also learns from; 0: none
    """

    strategy: str = setting("linear", N_("What learns"), N_("From a thin layer on top to the whole model."))
    options: tuple[tuple[str, Any], ...] = ()
    epochs: int = setting(5, N_("Epochs"), N_("How often it goes through all sounds for learning."), least=1, most=200)
    learning_rate: float = setting(
        0.0, N_("Learning rate"), N_("How large each step is; 0 takes what suits the strategy."), least=0.0, most=1.0,
        scale="log",
    )  # fmt: skip
    batch: int = setting(16, N_("Sounds per step"), N_("More is steadier and needs more memory."), least=1, most=256)
    warm_up: float = setting(0.1, N_("Warm-up"), N_("Share of the steps in which the rate rises."), least=0.0, most=0.5)
    weight_decay: float = setting(
        0.01, N_("Weight decay"), N_("Pulls learned numbers towards zero."), least=0.0, most=1.0
    )
    clip_norm: float = setting(
        1.0, N_("Gradient limit"), N_("Keeps single steps from being too large; 0 for none."), least=0.0, most=100.0
    )
    dropout: float = setting(
        0.1, N_("Dropout"), N_("Share of numbers left out at random while learning."), least=0.0, most=0.9
    )
    smoothing: float = setting(
        0.0, N_("Label smoothing"), N_("Lets the model stay a little unsure."), least=0.0, most=0.5
    )
    focal: float = setting(
        0.0, N_("Focal exponent"), N_("Above 0, easy sounds count less (2 is common)."), least=0.0, most=5.0
    )
    class_weights: bool = setting(True, N_("Balance the classes"), N_("Sounds of rare classes count more."))
    patience: int = setting(
        3, N_("Patience (epochs)"), N_("Stops after so many epochs without gain on the validation sounds; 0: never."),
        least=0, most=100,
    )  # fmt: skip
    precision: Literal["float32", "bfloat16"] = setting(
        "float32", N_("Computes in"), N_("bfloat16 is faster where the processor has it, and rounds more.")
    )
    augment: tuple[str, ...] = setting((), N_("Changed copies"), N_("Learns also from changed versions of the sounds."))
    augment_options: tuple[tuple[str, Any], ...] = ()
    unlabelled: Literal["none", "consistency", "pseudo-labels"] = setting(
        "none", N_("Sounds without a label"), N_("Left aside, or used with the model's own confident guesses.")
    )
    adversarial: float = setting(
        0.0, N_("Adversarial training"), N_("Learns also from slightly changed sounds made to mislead it; 0 for none."),
        least=0.0, most=0.1,
    )  # fmt: skip
    seed: int = setting(0, N_("Seed"), N_("The same number gives the same run on the same machine."), least=0)
