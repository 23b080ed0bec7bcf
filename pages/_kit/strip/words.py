"""Every word that the strip shows, in the visitor's language."""

from core.text import _


def strip_words() -> dict[str, str]:
    """List the words by the names that the browser files use; braces stay for the browser to fill."""
    return {
        "strip": _("Sound and what the model makes of it, on one time axis"),
        "position": _(
            "Position in the sound. Space plays, arrows move, Control with an arrow goes to the next word, "
            "Escape clears the selection, plus and minus zoom."
        ),
        "play": _("Play"),
        "pause": _("Pause"),
        "loop": _("Play again and again"),
        "clear": _("Clear the selection"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "zoom_all": _("Show all of it"),
        "whole": _("All {seconds} s"),
        "region": _("{start} to {end} s"),
        "region_said": _("{start} to {end} s: {label}"),
        "wave": _("Waveform"),
        "wave_help": _(
            "The sound itself: how far the air is pushed to either side, moment by moment. Drag over it to choose a "
            "stretch; click to jump."
        ),
        "help": _("What is this?"),
        "menu": _("Save this row"),
        "save_picture": _("Save picture of this row (PNG)"),
        "save_all": _("Save picture of all rows (PNG)"),
        "save_drawing": _("Save drawing of this row (SVG)"),
        "save_numbers": _("Save numbers (CSV)"),
        "less": _("{name}: one less"),
        "more": _("{name}: one more"),
        "unit_absent": _("This unit is not among those shown above."),
    }
