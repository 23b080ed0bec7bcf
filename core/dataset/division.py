"""One division of a prepared set: what is learned from, what decides when to stop, what tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Division:
    """Places of items in a prepared set; no item stands in two of the parts.

    Where ``by`` is "group", no group stands in the test and elsewhere; learning and validation share groups only where
    fewer than three were left to choose from.

    name        which part or which group is the test, for people; empty where there is but one division
    by          what was kept together: "group", "file", or "publisher" where the set brought its own sides
    unlabelled  items without a label, for learning only
    """

    name: str
    by: str
    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    unlabelled: tuple[int, ...] = ()
