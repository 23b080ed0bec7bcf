"""The page's answer in a sentence, computed from what lies near what."""

from collections.abc import Mapping

from core.space.segments import Label
from core.space.separation import Agreement
from core.text import _
from pages._kit import present
from pages._kit.layers.stops import Stop
from pages._kit.space.asking import Wanted


def waiting() -> str:
    """Say what is missing."""
    return _("Nothing is known yet: the model has to hear the corpus first.")


def sentence(found: Mapping[Label, Agreement], stop: Stop, wanted: Wanted) -> str:
    """Say how often the nearest stretch agrees in this layer, and where most do."""
    one = found.get(wanted.label)
    if one is None or stop.value not in one.stops:
        return _("In this corpus nothing is said twice by one label, so nothing can be near its like.")
    return f"{_here(one, stop, wanted)} {_best(one, stop)}{_other(found, stop, wanted)}"


def _here(one: Agreement, stop: Stop, wanted: Wanted) -> str:
    at = one.stops.index(stop.value)
    value, chance = one.value[at], one.chance
    where = _where(stop)
    sentences = {
        "phones": _(
            "{where}, what lies nearest to a phone is the same phone in {share} of cases (by chance {chance})."
        ),
        "words": _("{where}, what lies nearest to a word is the same word in {share} of cases (by chance {chance})."),
        "voices": _("{where}, the nearest recording has the same voice in {share} of cases (by chance {chance})."),
        "sentences": _("{where}, the nearest recording says the same in {share} of cases (by chance {chance})."),
    }
    text = sentences[wanted.shown].format(where=where, share=f"{value:.0%}", chance=f"{chance:.0%}")
    if one.random is not None:
        text += " " + _("With random weights: {value:.0%}.").format(value=float(one.random[at]))
    if one.low[at] <= chance:
        text += " " + _("That is no more than chance.")
    return text


def _where(stop: Stop) -> str:
    if stop.value > 0:
        return _("At layer {layer} of {layers}").format(layer=stop.value, layers=present.card().layers)
    return _("At {stop}").format(stop=stop.name)


def _best(one: Agreement, stop: Stop) -> str:
    if one.best == stop.value:
        return _("No other place in the model has more.")
    value = float(one.value.max())
    if one.best > 0:
        return _("The most, {value:.0%}, are at layer {layer}.").format(layer=one.best, value=value)
    if one.best == 0:
        return _("The most, {value:.0%}, are before the first layer.").format(value=value)
    return _("The most, {value:.0%}, are in the convolutions, before the first layer.").format(value=value)


def _other(found: Mapping[Label, Agreement], stop: Stop, wanted: Wanted) -> str:
    """Say the same of the voice, where phones or words are shown."""
    voice = found.get("speaker")
    if voice is None or wanted.label == "speaker":
        return ""
    value = float(voice.value[voice.stops.index(stop.value)])
    return " " + _("It is the same voice in {value:.0%} (by chance {chance:.0%}).").format(
        value=value, chance=voice.chance
    )
