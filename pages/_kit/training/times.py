"""Lengths of time, for people."""

from core.text import _


def lasting(seconds: float) -> str:
    """Say a length of time in words."""
    if seconds < 90:
        return _("{seconds:.0f} s").format(seconds=max(1.0, seconds))
    if seconds < 5400:
        return _("{minutes:.0f} minutes").format(minutes=seconds / 60)
    return _("{hours:.1f} hours").format(hours=seconds / 3600)
