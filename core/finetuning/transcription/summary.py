"""Sum up a run on transcripts: what was written before and after, judged on the same held-out sounds."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from core.finetuning.history import History
from core.finetuning.transcription.outcome import TranscriptOutcome, Written, judged
from core.finetuning.transcription.texts import share_of_new_words

if TYPE_CHECKING:
    from core.finetuning.transcription.transcripts import Task

PACKAGES = ("torch", "transformers", "numpy", "jiwer")


@dataclass(frozen=True)
class Texts:
    """What was written for the held-out sounds; None where there is no such recogniser."""

    before: tuple[str, ...] | None
    after: tuple[str, ...]
    untrained: tuple[str, ...] | None


def summed_up(task: "Task", history: History, written: Texts, tuned: Path, seconds: float) -> TranscriptOutcome:
    """Put together what a run leaves; ``seconds`` that it took."""
    items, lesson = task.data.items, task.lesson
    said = tuple(lesson.texts[index] for index in task.test)
    groups = tuple(items[index].group for index in task.test)
    known = {items[index].group for index in lesson.train}

    def judge(name: str, texts: tuple[str, ...]) -> Written:
        return judged(name, said, texts, groups, task.settings.seed)

    return TranscriptOutcome(
        model=task.model.spec,
        data=task.data.key,
        title=task.data.title,
        settings=task.settings,
        division=task.division,
        history=history,
        items=task.test,
        names=tuple(items[index].name for index in task.test),
        groups=groups,
        said=said,
        before=None if written.before is None else judge("before", written.before),
        after=judge("after", written.after),
        untrained=None if written.untrained is None else judge("untrained", written.untrained),
        symbols=task.symbols,
        left_out={items[index].name: reason for index, reason in task.left_out.items()},
        learned_seconds=sum(lesson.sounds[index].seconds for index in lesson.train),
        new_voices=all(groups) and not known & set(groups),
        new_words=share_of_new_words([lesson.texts[index] for index in lesson.train], said),
        tuned=tuned,
        seconds=seconds,
        versions={name: version(name) for name in PACKAGES},
    )
