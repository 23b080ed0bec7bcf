"""Does the explanation stay when the sound hardly changes: a moment later, a little noise?"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32, Float64

from core.attribution.agreement import Agreement, alike
from core.attribution.attribution import Attribution
from core.attribution.check import Check, Holds, Verdict
from core.attribution.method import Method, Passes, explain
from core.attribution.question import Question
from core.attribution.ranking import ranking
from core.clip import Clip
from core.errors import MethodError
from core.loading import LoadedModel
from core.progress import Report, Step
from core.segments import Segment
from core.text import N_, _
from core.trace import symbol_time

SHIFT = 0.04  # seconds: whole columns of 10 ms and whole frames of 20 ms
QUIET = 30.0  # dB by which the noise lies below the sound
SAME, FAIR = 0.5, 0.25  # of the top part that is still in the top part, where there are many cells
LIKE, LESS = 0.6, 0.3  # rank correlation, where there are pieces: a top part of one or two would be all or nothing
FEWEST = 4  # pieces; the order of fewer is too easily the same


def judge(question: Question, method: Method, attribution: Attribution, report: Report) -> Verdict:
    """Explain the clip 40 ms later and with noise 30 dB below it, and compare with the explanation at hand."""
    if attribution.segments and len(attribution.segments) < FEWEST:
        sentence = _("With only {count} pieces, two pictures are too easily alike to compare.")
        return Verdict(CHECK.name, "open", sentence.format(count=len(attribution.segments)))
    known = _said(question)
    found, stays = {}, {}
    for at, (name, asking) in enumerate((("later", later(question)), ("noisy", noisy(question)))):
        other = explain(asking, method, attribution.settings, _part(report, at))
        found[name] = alike(*_aligned(attribution, other, SHIFT if name == "later" else 0.0))
        stays[name] = _said(asking) == known
    numbers = {f"{name} {key}": value for name, part in found.items() for key, value in _of(part).items()}
    numbers |= {f"{name} same answer": float(value) for name, value in stays.items()}
    holds = _holds(found, all(stays.values()), bool(attribution.segments))
    return Verdict(CHECK.name, holds, _sentence(holds, found, bool(attribution.segments)), numbers)


def _said(question: Question) -> bool:
    logits = question.hear([question.samples])
    return bool(question.target.wins(logits, question.model.card.multi_label)[0])


def later(question: Question) -> Question:
    """Ask the same of the clip when it begins 40 ms later, in silence, and loses as much at its end.

    Raises MethodError where the clip is hardly longer.
    """
    count = round(SHIFT * question.rate)
    if question.samples.size < 3 * count:
        raise MethodError(_("The clip is too short to be shifted."), hint=_("Choose a longer sound."))
    samples = np.concatenate([np.zeros(count, np.float32), question.samples[:-count]])
    segments = tuple(_moved(piece, question.clip.seconds) for piece in question.segments)
    target = question.target
    if target.frames is not None:
        frames = round(SHIFT / _frame(question))
        last = question.logits(question.values).shape[1]
        first = min(target.frames[0] + frames, last - 1)
        target = replace(target, frames=(first, max(min(target.frames[1] + frames, last), first + 1)))
    return replace(_of_sound(question, samples), segments=segments, target=target)


def noisy(question: Question) -> Question:
    """Ask the same of the clip with white noise 30 dB below it."""
    strength = np.sqrt(np.square(question.samples, dtype=np.float64).mean()) * 10 ** (-QUIET / 20)
    noise = np.random.default_rng(0).normal(0.0, 1.0, question.samples.size) * strength
    return _of_sound(question, (question.samples + noise).astype(np.float32))


def _of_sound(question: Question, samples: Float32[np.ndarray, " time"]) -> Question:
    clip = Clip.of(question.clip.name, samples, question.rate)
    inputs = {**question.inputs, question.plane.name: question.encode([samples])}
    return replace(question, clip=clip, samples=samples, inputs=inputs)


def _moved(piece: Segment, seconds: float) -> Segment:
    """Shift a piece; the first still begins with the clip, and the last, however short, ends with it."""
    end = seconds if piece.end >= seconds else min(piece.end + SHIFT, seconds)
    start = 0.0 if piece.start <= 0 else min(piece.start + SHIFT, end)
    return replace(piece, start=start, end=end)


def _frame(question: Question) -> float:
    """Seconds from one frame of the head to the next, which is not always the step of the blocks."""
    family = question.model.family
    grids = family.grids(question.module, question.model.extractor, question.samples.size)
    return symbol_time(grids[0].time, question.logits(question.values).shape[1]).step


def _aligned(
    first: Attribution, second: Attribution, shift: float
) -> tuple[Float64[np.ndarray, "..."], Float64[np.ndarray, "..."]]:
    """Lay the second over the first; what was shifted out of the clip is left out of both."""
    one, other = ranking(first), ranking(second)
    if first.segments:
        return one.relevance, other.relevance
    columns = round(shift / one.time.step)
    before, after = (part.relevance.reshape(part.owner.shape) for part in (one, other))
    kept = one.time.count - columns
    if kept < 1:
        raise MethodError(_("The explanation is too coarse in time to be compared."))
    return before[:, :kept], after[:, columns : columns + kept]


def _of(part: Agreement) -> dict[str, float]:
    return {"correlation": part.correlation, "overlap": part.overlap}


def _holds(found: dict[str, Agreement], stays: bool, pieces: bool) -> Holds:
    if not stays:
        return "open"
    least = min(part.correlation if pieces else part.overlap for part in found.values())
    enough, some = (LIKE, LESS) if pieces else (SAME, FAIR)
    return "yes" if least >= enough else "partly" if least >= some else "no"


def _sentence(holds: Holds, found: dict[str, Agreement], pieces: bool) -> str:
    if holds == "open":
        said = _(
            "The model itself changes its answer when the sound comes {shift:.0f} ms later or is a little noisy, so "
            "its explanation may change too."
        )
        return said.format(shift=1000 * SHIFT)
    start = {
        "yes": _("The explanation stays, as the model's answer does."),
        "partly": _("The explanation stays only in part, though the model's answer stays."),
        "no": _("The explanation does not stay, though the model's answer does."),
    }[holds]
    if pieces:
        rest = _(
            "The pieces keep their order with a rank correlation of {later:.2f} when the sound comes {shift:.0f} ms "
            "later, and {noisy:.2f} with a little noise (1 is the same order)."
        )
        later, noise = (found[name].correlation for name in ("later", "noisy"))
    else:
        rest = _(
            "Of its top part {later:.0%} is still there when the sound comes {shift:.0f} ms later, and {noisy:.0%} "
            "with a little noise."
        )
        later, noise = (found[name].overlap for name in ("later", "noisy"))
    return f"{start} {rest.format(shift=1000 * SHIFT, later=later, noisy=noise)}"


def _part(report: Report, at: int) -> Report:
    return lambda step: report(Step(round(1000 * (at + step.fraction) / 2), 1000))


def passes(method: Method, model: LoadedModel, seconds: float, pieces: int, settings: object) -> Passes:
    """Cost of the method twice over."""
    once = method.passes(model, seconds, pieces, settings)
    return Passes(forward=2 * (once.forward + 2) + 3, back=2 * once.back)


CHECK = Check(
    name="steady",
    title=N_("Does it stay when the sound hardly changes?"),
    summary=N_("Explains the sound once more 40 ms later and with a little noise, and compares the pictures."),
    rank=40,
    judge=judge,
    passes=passes,
    source="Alvarez-Melis & Jaakkola 2018",
)
