"""Errors that a person can act on.

StrataError
├── ClipError        the sound cannot be used
├── ModelError       the checkpoint cannot be loaded or run
├── MethodError      the method does not apply to this model or clip
├── DatasetError     the data set cannot be used
├── BusyError        there is no room for more work now
└── CancelledError   the person stopped the work
"""


class StrataError(Exception):
    """Tell what happened (the message) and what to do next (the hint); both are already translated."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ClipError(StrataError):
    """The sound cannot be used."""


class ModelError(StrataError):
    """The checkpoint cannot be loaded or run."""


class MethodError(StrataError):
    """The method does not apply to this model or clip."""


class DatasetError(StrataError):
    """The data set cannot be used."""


class BusyError(StrataError):
    """There is no room for more work now."""


class CancelledError(StrataError):
    """The person stopped the work."""
