"""Before and after in one plain sentence that never claims more than the test shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.evaluation.intervals import Estimate, estimate
from core.evaluation.metrics import ACCURACY, BALANCED
from core.evaluation.paired import Flips, Paired, flips, paired
from core.evaluation.predictions import Predictions
from core.text import N_, _, n_

__all__ = ["Comparison", "Flips", "Learned", "Partner", "compare", "flips", "learned", "partner", "title"]

PRETRAINED = "before"
TITLES = {
    PRETRAINED: N_("the model as it came"),
    "after": N_("the taught copy"),
    "majority": N_("always naming the commonest class"),
    "log-mel": N_("mel bands with logistic regression"),
    "centroid": N_("the nearest class average of the untouched model's features"),
    "cnn": N_("a small network learned from scratch"),
}
Verdict = Literal["better", "worse", "unclear", "nothing learned"]


@dataclass(frozen=True)
class Partner:
    """What "after" is compared with, and why that is fair, in a sentence."""

    predictions: Predictions
    reason: str


@dataclass(frozen=True)
class Learned:
    """Whether anything was learned: right more often than without listening.

    chance      share right of always naming the class that is commonest in the test
    accuracy, balanced  of the taught copy; balanced accuracy is 1 / ``classes`` for who does not listen
    one_answer  the class that it names (nearly) always; empty where there is none
    """

    chance: float
    classes: int
    accuracy: Estimate
    balanced: Estimate
    one_answer: str

    @property
    def shown(self) -> bool:
        """Whether one of both intervals lies above what not listening gives, and it tells classes apart."""
        return not self.one_answer and (self.accuracy.low > self.chance or self.balanced.low > 1 / self.classes)


@dataclass(frozen=True)
class Comparison:
    """Before and after on the same clips.

    partner   who is "before"
    before, after  shares right, with intervals
    sentence  what a person may take from it
    cautions  further sentences on what it does not tell
    """

    partner: Partner
    before: Estimate
    after: Estimate
    test: Paired
    learned: Learned
    verdict: Verdict
    sentence: str
    cautions: tuple[str, ...]


def title(name: str) -> str:
    """Name who predicted, for people; a name that is not known stays as it is."""
    return _(TITLES[name]) if name in TITLES else name


def partner(before: Sequence[Predictions]) -> Partner:
    """Choose the fair "before": the pretrained model where it has the head for the task, else the best baseline.

    The best is chosen on the test itself, which favours the baseline, never the taught copy.
    """
    for predictions in before:
        if predictions.name == PRETRAINED:
            return Partner(predictions, _("The model could do this task before; that is what it is compared with."))
    best = max(before, key=lambda predictions: float(predictions.correct.mean()))
    return Partner(
        best,
        _(
            "The model could not do this task before, so it is compared with the best of {count} simpler ways: {way}."
        ).format(count=len(before), way=title(best.name)),
    )


def learned(after: Predictions, seed: int = 0) -> Learned:
    """Hold the taught copy against answers given without listening."""
    counts = np.bincount(after.targets, minlength=len(after.labels))
    answers = np.bincount(after.answers, minlength=len(after.labels))
    commonest = int(answers.argmax())
    stuck = answers[commonest] >= 0.98 * len(after.answers) and counts[commonest] < 0.9 * len(after.targets)
    return Learned(
        float(counts.max() / counts.sum()),
        max(int((counts > 0).sum()), 1),
        estimate(ACCURACY, after, seed),
        estimate(BALANCED, after, seed),
        after.labels[commonest] if stuck else "",
    )


def compare(before: Sequence[Predictions], after: Predictions, seed: int = 0) -> Comparison:
    """Compare the taught copy with its fair partner among ``before``; MethodError where the clips differ."""
    fair = partner(before)
    test = paired(fair.predictions, after, seed)
    first, second = (estimate(ACCURACY, predictions, seed) for predictions in (fair.predictions, after))
    evidence = learned(after, seed)
    verdict = _verdict(test, evidence)
    shares = _shares(fair, first, second, test)
    sentence = " ".join([shares, _claim(verdict, test, evidence)])
    return Comparison(fair, first, second, test, evidence, verdict, sentence, _cautions(second, test))


def _verdict(test: Paired, evidence: Learned) -> Verdict:
    if not evidence.shown:
        return "nothing learned"
    if not test.clear:
        return "unclear"
    return "better" if test.fixed > test.broken else "worse"


def _shares(fair: Partner, before: Estimate, after: Estimate, test: Paired) -> str:
    heard = n_("{count} sound", "{count} sounds", after.n).format(count=after.n)
    if after.groups:
        by = n_("{sounds} of {count} speaker or group", "{sounds} of {count} speakers or groups", after.groups)
        heard = by.format(sounds=heard, count=after.groups)
    flipped = _("{fixed} were mended, {broken} broken").format(fixed=test.fixed, broken=test.broken)
    if fair.predictions.name == PRETRAINED:
        return _("On the same {heard} it is now right in {after:.0%}, before in {before:.0%}: {flipped}.").format(
            heard=heard, after=after.value, before=before.value, flipped=flipped
        )
    return _("On the same {heard} it is right in {after:.0%}, {way} in {before:.0%}: {flipped}.").format(
        heard=heard, after=after.value, before=before.value, flipped=flipped, way=title(fair.predictions.name)
    )


def _claim(verdict: Verdict, test: Paired, evidence: Learned) -> str:
    if verdict == "nothing learned":
        return _nothing(evidence)
    if verdict == "unclear":
        return _unclear(test)
    return _("If both were equally good, a difference this large would come about by chance in {often}.").format(
        often=_often(test.p)
    )


def _nothing(evidence: Learned) -> str:
    if evidence.one_answer:
        return _("There is no evidence of learning: it names {label} (nearly) always.").format(
            label=evidence.one_answer
        )
    return _(
        "There is no evidence of learning: always naming the commonest class, without listening, is right in "
        "{chance:.0%}, and that cannot be told from what it reaches (between {low:.0%} and {high:.0%})."
    ).format(chance=evidence.chance, low=evidence.accuracy.low, high=evidence.accuracy.high)


def _unclear(test: Paired) -> str:
    if test.p < 0.05:
        return _(
            "This does not show that one is better: the speakers or groups differ too much among themselves (the true "
            "difference may lie between {low:+.0%} and {high:+.0%})."
        ).format(low=test.difference.low, high=test.difference.high)
    if not test.fixed + test.broken:
        return _("Both answer every one of them alike as to right and wrong; no difference is shown.")
    return _(
        "This does not show that one is better: equally good ones would differ this much or more by chance in {often}."
    ).format(often=_often(test.p))


def _often(p: float) -> str:
    """Say a probability as so many of 1,000 or of 100 tests."""
    if p < 0.001:
        return _("fewer than 1 of 1,000 such tests")
    if p < 0.01:
        return _("about {count} of 1,000 such tests").format(count=round(1000 * p))
    if p > 0.995:
        return _("nearly all such tests")
    return _("about {count} of 100 such tests").format(count=max(1, round(100 * p)))


def _cautions(after: Estimate, test: Paired) -> tuple[str, ...]:
    found = [after.caution()]
    if after.reliable and test.clear:
        found.append(
            _("The count of chance takes every sound for itself; the interval draws whole speakers or groups.")
        )
    return tuple(caution for caution in found if caution)
