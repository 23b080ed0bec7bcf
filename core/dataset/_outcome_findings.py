"""What the doctor sees in a finished run."""

from collections.abc import Iterator

import numpy as np

from core.dataset.findings import Finding
from core.dataset.prepared import PreparedSet
from core.evaluation.compare import Comparison, title
from core.finetuning.history import History
from core.finetuning.outcome import Outcome
from core.text import _

MUCH_BETTER_ON_TAUGHT = 0.2  # share right
RISEN_LOSS = 1.2  # last validation loss over the least
ENOUGH_POWER = 7.85  # (1.96 + 0.84)²: 80 % of such tests would then show the difference


def of_learning(outcome: Outcome, compared: Comparison) -> Iterator[Finding]:
    """Say whether anything was learned, and more than the partner knew."""
    found = compared.learned
    if found.one_answer:
        yield Finding(
            "majority result",
            "warning",
            _("It names {label} (nearly) always: it does not tell the classes apart.").format(label=found.one_answer),
            _("Balance the classes, learn longer or at another rate, or give it more sounds."),
        )
    elif not found.shown:
        yield Finding(
            "chance level",
            "warning",
            _(
                "No evidence of learning: it is right in {share:.0%} (from {low:.0%} to {high:.0%}), and always naming "
                "the commonest class is right in {chance:.0%}."
            ).format(share=found.accuracy.value, low=found.accuracy.low, high=found.accuracy.high, chance=found.chance),
            _("Listen whether the labels fit the sounds; give it more sounds; try another strategy or rate."),
        )
    elif compared.verdict == "better":
        way = title(compared.partner.predictions.name)
        yield Finding("better", "good", _("It is better than {way}, by more than chance.").format(way=way))
    elif compared.verdict == "worse":
        way = title(compared.partner.predictions.name)
        yield Finding(
            "worse",
            "warning",
            _("It is worse than {way}.").format(way=way),
            _("Use the simpler way, or try another strategy, a smaller rate or more sounds."),
            tuple(int(item) for item in outcome.after.items[~outcome.after.correct]),
        )


def of_test_size(compared: Comparison) -> Iterator[Finding]:
    """Say how many sounds would show a difference as large as this one, where this test did not."""
    test = compared.test
    if compared.verdict != "unclear" or test.fixed == test.broken:
        return
    n = compared.after.n
    changed, gained = (test.fixed + test.broken) / n, abs(test.fixed - test.broken) / n
    needed = int(np.ceil(ENOUGH_POWER * max(changed - gained**2, 0.0) / gained**2))
    yield Finding(
        "test too small",
        "warning",
        _("The test is too small for this difference: with {count} sounds it cannot be told from chance.").format(
            count=n
        ),
        _("If the difference is as large as it seems, about {needed} sounds, by more speakers, would show it.").format(
            needed=max(needed, n + 1)
        ),
    )


def of_histories(outcome: Outcome) -> Iterator[Finding]:
    """Say what went wrong while it learned."""
    for history, division in zip(outcome.histories, outcome.divisions, strict=False):
        where = _(" (test: {name})").format(name=division.name) if division.name else ""
        if history.ended == "diverged":
            yield Finding(
                "diverged",
                "warning",
                _("The loss was no longer a number; the last good epoch was kept{where}.").format(where=where),
                _("Choose a smaller learning rate, a longer warm-up or a lower gradient limit."),
            )
        if history.ended == "full disk":
            yield Finding(
                "full disk",
                "warning",
                _("The disk was full; the last good epoch was kept{where}.").format(where=where),
                _("Delete runs or sets that are no longer needed and start again."),
            )
        yield from _overfitted(history, where)


def _overfitted(history: History, where: str) -> Iterator[Finding]:
    validated = [epoch for epoch in history.epochs if epoch.validation_loss is not None]
    if not validated:
        return
    kept = next((epoch for epoch in validated if epoch.number == history.best), validated[-1])
    lead = kept.accuracy - (kept.validation_accuracy or 0.0)
    least = min(epoch.validation_loss or 0.0 for epoch in validated)
    risen = (validated[-1].validation_loss or 0.0) > RISEN_LOSS * least and validated[-1].loss < kept.loss
    if kept.validation_accuracy is not None and lead > MUCH_BETTER_ON_TAUGHT:
        sentence = _(
            "It is right in {taught:.0%} of the sounds it learned from, in {held:.0%} of others{where}: it learned "
            "them by heart."
        ).format(taught=kept.accuracy, held=kept.validation_accuracy, where=where)
    elif risen:
        sentence = _(
            "After epoch {best} it went on to learn by heart: the loss on other sounds rose again{where}. Epoch {best} "
            "was kept."
        ).format(best=kept.number, where=where)
    else:
        return
    yield Finding(
        "over-fitting",
        "warning" if lead > MUCH_BETTER_ON_TAUGHT else "note",
        sentence,
        _("Add sounds, by more speakers; learn with changed copies, more dropout or a strategy that learns less."),
    )


def of_split(data: PreparedSet, outcome: Outcome) -> Iterator[Finding]:
    """Say where the result is flattered because those who are tested were learned from."""
    groups = [item.group for item in data.items]
    known, flattered = 0, []
    for division in outcome.divisions:
        learned = {groups[index] for index in (*division.train, *division.validation, *division.unlabelled)} - {""}
        known += sum(bool(groups[index]) for index in division.test)
        flattered += [index for index in division.test if groups[index] in learned]
    if flattered:
        yield Finding(
            "random split",
            "warning",
            _(
                "{count} of {known} tested sounds are by speakers or of groups that it learned from: with new ones it "
                "will be right less often."
            ).format(count=len(flattered), known=known),
            _("Split by speaker or group and run again."),
            tuple(flattered),
        )
