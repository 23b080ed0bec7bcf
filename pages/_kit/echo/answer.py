"""The page's answer in a sentence: how much of the spectrogram is left at the chosen layer, and of what kind."""

from core.inversion.inversion import Lesson, Recovered
from core.text import _
from pages._kit.echo.view import View

THERE, GONE = 0.5, 0.1  # share of a kind of detail from which it is called well readable, and below which out of reach


def sentence(it: View) -> str:
    """Say what a straight line reads off the chosen layer in the test, beside the untaught network."""
    stop = it.stop
    score, other = it.learned.scores[stop.value], it.learned.untaught_scores[stop.value]
    said = _(
        "At {layer} a straight line still recovers **{share}** of the spectrogram ({other} in an untaught network)"
    )
    first = said.format(layer=stop.name, share=percent(score.r2), other=percent(other.r2))
    return f"{first}. {_kinds(score)}"


def _kinds(score: Recovered) -> str:
    """Say of the three kinds of detail which a straight line reads well, which in part, and which not."""
    named = (
        (score.loudness, _("how loud each moment is")),
        (score.shape, _("the broad shape that tells speech sounds apart")),
        (score.detail, _("the fine stripes of the voice's pitch")),
    )
    there, partly, gone = (
        [f"{what} ({percent(share)})" for share, what in named if low <= share < high]
        for low, high in ((THERE, 2.0), (GONE, THERE), (-1e9, GONE))
    )
    told = (
        (there, _("Well readable: {what}.")),
        (partly, _("Only in part: {what}.")),
        (gone, _("Out of its reach: {what}.")),
    )
    return " ".join(text.format(what=_(" and ").join(names)) for names, text in told if names)


def percent(share: float) -> str:
    """Write a share in whole percent, never below zero."""
    return f"{max(share, 0.0):.0%}"


def tested(lesson: Lesson) -> str:
    """Say on what the numbers were measured."""
    about = {
        "voices and sentences": _("voices and sentences it never met"),
        "voices": _("voices it never met"),
        "sentences": _("sentences it never met"),
    }[lesson.unseen]
    return _(
        "Learned from {learned:.0f} minutes of *{corpus}*; tested on {about}: {count} utterances, {voices} voices, "
        "{tested:.1f} minutes. How much of the chosen sound itself comes back stands on the buttons."
    ).format(
        learned=lesson.learned / 60, corpus=lesson.corpus, about=about, count=lesson.utterances, voices=lesson.voices,
        tested=lesson.tested / 60,
    )  # fmt: skip
