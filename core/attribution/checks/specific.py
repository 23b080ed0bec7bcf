"""Would it point at the same for another answer?"""

from dataclasses import replace

import numpy as np
import torch

from core.attribution.agreement import correlation
from core.attribution.attribution import Attribution
from core.attribution.check import Check, Holds, Verdict
from core.attribution.method import Method, Passes, explain
from core.attribution.question import Question
from core.attribution.ranking import ranking
from core.attribution.target import Target
from core.loading import LoadedModel
from core.progress import Report
from core.text import N_, _

FEWEST = 4  # parts; the ranks of fewer are too easily alike
SAME, ALIKE = 0.9, 0.7  # rank correlation of two pictures that are the same for a person, and that are much alike


def judge(question: Question, method: Method, attribution: Attribution, report: Report) -> Verdict:
    """Explain the likeliest other answer by the same method, and compare the two pictures by rank."""
    known = ranking(attribution).relevance
    other = None if question.target.against is not None else another(question)
    if other is None:
        sentence = _("What is explained sets one answer against another already, so there is no third one to compare.")
        return Verdict(CHECK.name, "open", sentence)
    if len(known) < FEWEST:
        sentence = _("With only {count} pieces, two pictures are too easily alike to compare.").format(count=len(known))
        return Verdict(CHECK.name, "open", sentence)
    second = explain(replace(question, target=other), method, attribution.settings, report)
    likeness = correlation(known, ranking(second).relevance)
    holds: Holds = "no" if likeness >= SAME else "partly" if likeness >= ALIKE else "yes"
    card = question.model.card
    label = (card.symbols if card.speaks else card.labels)[other.index]
    sentence = _sentence(holds).format(label=label, likeness=likeness)
    return Verdict(CHECK.name, holds, sentence, {"likeness": likeness, "same": SAME, "alike": ALIKE})


def another(question: Question) -> Target | None:
    """Find the likeliest answer beside the one that is explained; blanks aside. None where there is no other."""
    target, card = question.target, question.model.card
    with torch.no_grad():
        logits = question.logits(question.values)[0]
    if target.frames is not None:
        logits = logits[slice(*target.frames)].mean(0)
    order = [int(at) for at in np.argsort(-logits.float().cpu().numpy(), kind="stable")]
    rest = [at for at in order if at not in (target.index, card.blank)]
    return replace(target, index=rest[0]) if rest else None


def _sentence(holds: Holds) -> str:
    if holds == "yes":
        return _(
            "Asked about “{label}”, the likeliest other answer, it draws another picture (rank correlation "
            "{likeness:.2f}), so this one is about the answer that you asked for."
        )
    if holds == "partly":
        return _(
            "Asked about “{label}”, the likeliest other answer, it draws much the same picture (rank correlation "
            "{likeness:.2f}): part of it is about the sound in general."
        )
    return _(
        "Asked about “{label}”, the likeliest other answer, it draws the same picture (rank correlation "
        "{likeness:.2f}): it shows what the model looks at, whatever it answers, and not why it says this."
    )


def passes(method: Method, model: LoadedModel, seconds: float, pieces: int, settings: object) -> Passes:
    """Cost of the method once more."""
    once = method.passes(model, seconds, pieces, settings)
    return Passes(forward=once.forward + 2, back=once.back)


CHECK = Check(
    name="specific",
    title=N_("Is it about this answer?"),
    summary=N_("Explains the likeliest other answer by the same method, and compares the two pictures."),
    rank=35,
    judge=judge,
    passes=passes,
    source="Sixt et al. 2020",
)
