"""How long teaching transcripts will take and how much memory, measured on one batch before it starts."""

import time
from dataclasses import replace

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.finetuning.estimate import COPIES, NUMBER, Estimate, bytes_of, demand_memory, evenly, kept_for_gradients
from core.finetuning.settings import FineTuneSettings
from core.finetuning.transcription import recogniser, texts
from core.finetuning.transcription.front import heard
from core.finetuning.transcription.learning import Lesson, TranscriptCourse
from core.finetuning.transcription.options import TranscriptOptions
from core.finetuning.transcription.vocabulary import symbols_of
from core.loading import LoadedModel
from core.progress import silent
from core.text import _

FORWARD = 0.4  # share of a step of learning that a pass without learning takes


def estimate(model: LoadedModel, data: PreparedSet, division: Division, settings: FineTuneSettings) -> Estimate:
    """Hear one batch, learn from it on a copy that is thrown away, and extrapolate by seconds of sound.

    Raises what ``teach_transcripts`` raises where it cannot begin, and ModelError where memory would not do.
    """
    demand_memory(bytes_of(model.module))
    known = texts.read(data, division)
    texts.demand_enough(known, division)
    options = TranscriptOptions(**dict(settings.options))
    symbols = symbols_of(known.of[index] for index in known.among(division.train))
    pupil = recogniser.copy(model, symbols, options.afresh, settings.dropout, settings.seed)
    sample = evenly(data, known.among(division.train), settings.batch)
    started = time.perf_counter()
    sounds, _refused = heard(model, pupil.module, data, sample, silent)
    hear = time.perf_counter() - started
    lesson = Lesson(sounds, known.of, tuple(sounds), ())
    course = TranscriptCourse(pupil, lesson, division, replace(settings, epochs=2))
    with kept_for_gradients(pupil.module) as kept:
        course.learn(1, silent)
    started = time.perf_counter()
    course.learn(2, silent)
    learn = time.perf_counter() - started
    learning = sum(part.numel() for part in course.learned)
    needed = bytes_of(pupil.module) + NUMBER * COPIES * learning + kept[0]
    demand_memory(needed - bytes_of(pupil.module))
    measured = sum(data.items[index].count for index in sounds)
    parts = _parts(data, division, settings, (hear / measured, learn / measured), 2 if options.compare else 1)
    seconds = sum(part for _name, part in parts)
    return Estimate(seconds, parts, needed, 0, learning, bytes_of(pupil.module) // NUMBER, len(sounds))


def _parts(
    data: PreparedSet, division: Division, settings: FineTuneSettings, pace: tuple[float, float], copies: int
) -> tuple[tuple[str, float], ...]:
    """Scale seconds per sample of hearing and of learning up to the whole run."""
    hear, learn = pace
    train, validation, test = (
        sum(data.items[index].count for index in side) for side in (division.train, division.validation, division.test)
    )
    judged = FORWARD * learn * (validation * settings.epochs + 2 * test)
    return (
        (_("Hearing every sound once"), hear * (train + validation + test)),
        (_("Learning"), copies * settings.epochs * learn * train),
        (_("Comparing before and after"), judged),
    )
