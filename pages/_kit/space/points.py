"""The map for the browser: points of the corpus, and the visitor's sound on its way through them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from core.space.maps import Map, MapSettings, embedded, principal_maps, smoothed
from core.space.segments import Kind, Segment
from core.text import _, n_
from core.tiers import Interval
from pages._kit import cloud, engine, present, session
from pages._kit import corpus as corpora
from pages._kit.browser.payload import Payload
from pages._kit.layers.stops import Stop
from pages._kit.space import banks, groups
from pages._kit.space.asking import Wanted

if TYPE_CHECKING:
    from core.space.bank import Bank

LONGEST = 42  # signs of what is said of a whole recording


def maps(bank: "Bank", wanted: Wanted, stop: Stop) -> dict[int, Map]:
    """Lay out the corpus: every stop by main directions, the chosen one alone by other methods."""
    if wanted.method == "pca":
        return engine.once(
            banks.key("maps", wanted.kind),
            lambda: principal_maps({at: bank.vectors(at, wanted.kind) for at in bank.stops}),
        )
    settings = MapSettings(wanted.perplexity, wanted.seed)
    found = engine.once(
        banks.key("map", wanted.kind, wanted.method, settings, stop.value),
        lambda: embedded(bank.vectors(stop.value, wanted.kind), wanted.method, settings),
    )
    return {stop.value: found}


def payload(bank: "Bank", every: Sequence[Stop], stop: Stop, wanted: Wanted) -> Payload:
    """Pack the map with the way of the chosen clip."""
    key = banks.key("cloud", wanted, 0 if wanted.method == "pca" else stop.value, present.clip().fingerprint)
    return engine.store().get(key, lambda: cloud.cloud_payload(_cloud(bank, every, stop, wanted)))


def identity(wanted: Wanted) -> str:
    """Name the points, whatever the layer and the way they are laid out."""
    return f"{banks.key()[2]} {wanted.shown}"


def _cloud(bank: "Bank", every: Sequence[Stop], stop: Stop, wanted: Wanted) -> cloud.Cloud:
    found, segments = maps(bank, wanted, stop), bank.of(wanted.kind)
    said = stretches(wanted.kind)
    spelled = {row.sentence: written(row.utterance) for row in segments.rows}
    seconds = float(np.median(segments.end - segments.start))
    shown = [one for one in every if one.value in found]
    return cloud.Cloud(
        of=identity(wanted),
        what=counted(wanted, len(segments)),
        file=f"map of {wanted.shown} {session.chosen().model} {wanted.method}",
        names=tuple(name(row, wanted) for row in segments.rows),
        titles=tuple(title(row) for row in segments.rows),
        groupings=groups.groupings(segments, wanted.label, spelled),
        said=[cloud.Said(round(item.start, 4), round(item.end, 4), item.label) for item in said],
        stops=[_stop(one, found[one.value], said, wanted, seconds) for one in shown],
        named=wanted.shown == "phones",
    )


def _stop(stop: Stop, found: Map, said: Sequence[Interval], wanted: Wanted, seconds: float) -> cloud.Stop:
    spoken = [stop.frames[stop.time.within(item.start, item.end)].mean(0) for item in said]
    stations = found.placed(np.stack(spoken)) if spoken else np.zeros((0, 2), np.float32)
    way = None
    if wanted.kind != "utterance":  # a moment of a recording is not like a whole one
        frames = smoothed(stop.frames, max(1, round(seconds / stop.time.step)))
        way = cloud.Way(_settled(found.placed(frames)), stop.time.start, stop.time.step)
    return cloud.Stop(stop.value, stop.name, stop.colour, note(found), found.points, _settled(stations), way)


def _settled(places: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
    return np.nan_to_num(places).astype(np.float32)


def note(found: Map) -> str:
    """Say how far a map can be trusted."""
    trust = _(
        "Are neighbours on the map neighbours in the layer? Trustworthiness {trust:.2f} (1: all, about 0.5: chance)."
    ).format(trust=found.trust)
    if found.method == "pca":
        share = _("These two directions hold {share:.0%} of what sets the points apart here.").format(share=found.share)
        return f"{share} {trust}"
    return f"{trust} " + _("How far apart groups lie, and how large they are, means nothing here.")


def stretches(kind: Kind) -> tuple[Interval, ...]:
    """What the chosen clip says, as stretches of one kind; nothing where that is not written down."""
    clip = present.clip()
    if kind == "utterance":
        inside = [item for tier in ("word", "phone") for item in clip.tiers.spoken(tier)]
        start, end = (
            min((item.start for item in inside), default=0.0),
            max((i.end for i in inside), default=clip.seconds),
        )
        return (Interval(start, end, _("your sound")),)
    return clip.tiers.spoken(kind)


def counted(wanted: Wanted, count: int) -> str:
    """Count the points."""
    if wanted.shown == "phones":
        return n_("{count} phone", "{count} phones", count).format(count=count)
    if wanted.shown == "words":
        return n_("{count} word", "{count} words", count).format(count=count)
    return n_("{count} recording", "{count} recordings", count).format(count=count)


def name(row: Segment, wanted: Wanted) -> str:
    """Call a stretch what it is shown for."""
    return written(row.utterance) if wanted.label == "sentence" else str(getattr(row, wanted.label))


def title(row: Segment) -> str:
    """Say what a stretch of the corpus is, and whose."""
    voice = _("voice {name}").format(name=row.speaker) if row.speaker else ""
    if row.kind == "utterance":
        what = written(row.utterance) or _("a recording")
    elif row.phone:
        what = _("{phone} of {word}").format(phone=row.phone, word=row.word) if row.word else row.phone
    else:
        what = row.word or _("a pause")
    return " · ".join(part for part in (what, voice) if part)


def written(utterance: int) -> str:
    """What a recording says, cut where it is long; the name of its sentence where no words are written down."""
    about = corpora.chosen().utterances[utterance]
    said = " ".join(item.label for item in about.tiers.spoken("sentence") or about.tiers.spoken("word"))
    text = said or about.sentence
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
