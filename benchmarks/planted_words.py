"""Which word decides, and which phone: explanations held against what is known of spoken clips."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.figure import Figure
from benchmarks.spoken_words import KEYWORDS, NONE, Plan, Planted, heard, planted, taught
from core.attribution import pieces
from core.attribution.laid import per_piece
from core.attribution.method import attribute
from core.attribution.methods import methods
from core.attribution.methods.occlusion import heard as heard_without
from core.attribution.question import asked
from core.attribution.target import Target
from core.clip import Clip
from core.loading import LoadedModel, load_model
from core.model_spec import ModelSpec
from core.progress import silent
from core.samples import load, samples
from core.segments import Segment
from core.tiers import Interval

TESTED, SEED = 80, 99
NONES = 27  # clips without a keyword, for the share right only
LITERATURE = "96 % in Wu, Bell & Rajan 2024: LIME, recorded phones"
Pointing = Callable[[Planted], float]
"""Share of a clip's tries that point at the keyword."""


def measure() -> Iterator[Figure]:
    """Yield how often each method points at the keyword, with and without a class for clips without any; and phones."""
    import torch

    torch.set_num_threads(1)
    for plan in (Plan(), Plan(none=False)):
        yield from of_network(taught(plan), plan, TESTED)
    yield from of_phones()


def of_network(model: LoadedModel, plan: Plan, tested: int) -> Iterator[Figure]:
    """Yield the figures of one network; a weak one is not explained, for that would test the network."""
    clips = planted(plan, tested, SEED, range(len(KEYWORDS)))
    every = [*clips, *planted(plan, NONES, SEED + 1, [NONE])] if plan.none else clips
    said = heard(model, every).argmax(1) == [item.label for item in every]
    name = "with a class for none" if plan.none else "three classes"
    share = 100 * said.mean()
    yield Figure(f"planted words, {name}: clips said right", share, "%", note=f"{len(every)} clips", least=95.0)
    right = [item for item, correct in zip(clips, said, strict=False) if correct]
    for title, pointing, bounds in _ways(model, plan):
        found = 100 * float(np.mean([pointing(item) for item in right]))
        yield Figure(f"planted words, {name}: {title}", found, "%", **{"note": f"{len(right)} clips", **bounds})


def of_phones() -> Iterator[Figure]:
    """Yield how often occlusion of speech-tiny, asked about a phone that it wrote, points at that phone."""
    model = load_model(ModelSpec("bundled", "speech-tiny"))
    clips = [load(sample) for sample in samples().values() if sample.language == "en"]
    for kind, title in (("phone", "phones"), ("window-70", "70 ms windows")):
        found = np.array([row for clip in clips for row in _phones_found(model, clip, kind)])
        for best, name in ((1, "the best"), (3, "one of three best")):
            share = 100 * (found < best).mean()
            note = f"{len(found)} phones; {LITERATURE}" if best == 3 else f"{len(found)} phones"
            yield Figure(f"phones of speech-tiny: {title}, {name}", share, "%", note=note)


def _phones_found(model: LoadedModel, clip: Clip, kind: str) -> Iterator[int]:
    """Yield for each phone that the model wrote right at which place the first piece comes that lies on it."""
    said, cut = pieces.written(model, clip), pieces.cut(clip, kind)
    targets = [Target(symbol.index, None, (symbol.first, symbol.stop)) for symbol in said]
    with asked(model, clip, targets[0], cut) as question:
        without = heard_without(question, [[], *[[(piece.start, piece.end)] for piece in cut]], "silence", 0, silent)
    for symbol, target in zip(said, targets, strict=True):
        phone = clip.tiers.at(symbol.peak).get("phone")
        if phone is not None and phone.label == symbol.label:
            # what remains of the score, least first: taking out the phone itself ought to leave least
            order = np.argsort(target.score(without[1:]).numpy())
            yield next(place for place, at in enumerate(order) if _lies_on(cut[at], phone))


def _lies_on(piece: Segment, phone: Interval) -> bool:
    """Tell whether half of a piece lies in a phone, or half of the phone in the piece."""
    shared = min(piece.end, phone.end) - max(piece.start, phone.start)
    return shared >= min(piece.end - piece.start, phone.seconds) / 2


def _ways(model: LoadedModel, plan: Plan) -> Iterator[tuple[str, Pointing, dict[str, Any]]]:
    yield "occlusion by silence", _by(model, "occlusion", filling="silence"), {"least": 90.0 if plan.none else 85.0}
    yield "occlusion by the mean spectrum", _by(model, "occlusion", filling="mean"), {}
    yield "occlusion by noise", _by(model, "occlusion", filling="noise"), {}
    if plan.none:
        against = _by(model, "occlusion", NONE, filling="silence")
        yield "occlusion by silence, lead over none", against, {"least": 95.0}
    yield "Kernel SHAP", _by(model, "kernel-shap"), {}
    yield "integrated gradients, added up over a word", _by(model, "integrated-gradients"), {"least": 70.0}
    yield "70 ms windows, one of three best", _windows(model, 3), {"note": LITERATURE}
    yield "70 ms windows, one of three by chance", _windows_by_chance, {}
    yield "the loudest word", _loudest, {"bound": 35.0, "note": "more would make the test void"}
    yield "a word by chance", lambda item: 1 / len(pieces.cut(item.clip, "word")), {}


def _by(model: LoadedModel, name: str, against: int | None = None, **settings: Any) -> Pointing:
    """Ask whether the piece with the largest contribution is the keyword."""
    method = methods()[name]

    def pointing(item: Planted) -> float:
        words = pieces.cut(item.clip, "word")
        found = attribute(model, item.clip, method, Target(item.label, against), method.settings(**settings), words)
        return float(_holds(words[int(np.argmax(per_piece(found, words)))], item))

    return pointing


def _windows(model: LoadedModel, best: int) -> Pointing:
    """Ask whether one of the best equal windows lies in the keyword."""
    method = methods()["occlusion"]

    def pointing(item: Planted) -> float:
        cut = pieces.cut(item.clip, "window-70")
        found = attribute(model, item.clip, method, Target(item.label), segments=cut)
        order = np.argsort(found.contributions)[::-1][:best]
        return float(any(_holds(cut[at], item) for at in order))

    return pointing


def _windows_by_chance(item: Planted) -> float:
    cut = pieces.cut(item.clip, "window-70")
    outside = sum(not _holds(window, item) for window in cut)
    none_of_three = np.prod([(outside - drawn) / (len(cut) - drawn) for drawn in range(3)])
    return 1 - float(none_of_three)


def _loudest(item: Planted) -> float:
    words = pieces.cut(item.clip, "word")
    energy = [np.square(item.clip.samples[item.clip.span(word.start, word.end)]).sum() for word in words]
    return float(_holds(words[int(np.argmax(energy))], item))


def _holds(piece: Segment, item: Planted) -> bool:
    """Tell whether the middle of a piece lies in the keyword."""
    return item.keyword.start <= (piece.start + piece.end) / 2 < item.keyword.end
