"""What happened during a run, epoch by epoch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """One time through the sounds for learning; validation numbers are None where there are no such sounds.

    number           from 1
    seconds          that it took
    loss             mean over the sounds for learning, while it learned
    accuracy         share right of them, while it learned
    validation_loss, validation_accuracy   afterwards, on the sounds for stopping
    learning_rate    at its end
    unlabelled       how often it was sure enough of a sound without a label to learn from it
    """

    number: int
    seconds: float
    loss: float
    accuracy: float
    learning_rate: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    unlabelled: int = 0


@dataclass(frozen=True)
class History:
    """All epochs of a run.

    best     number of the epoch whose weights are kept; 0 where none was finished
    ended    "finished", "early" (no more gain), "cancelled", "diverged" (loss no longer a number), "full disk"
    reason   the same in a sentence for a person
    """

    epochs: tuple[Epoch, ...] = ()
    best: int = 0
    ended: str = "finished"
    reason: str = ""
