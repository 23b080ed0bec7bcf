"""Do the numbers add up to what they ought to explain?"""

from core.attribution.attribution import Attribution
from core.attribution.check import Check, Holds, Verdict
from core.attribution.method import Method, Passes
from core.attribution.question import Question
from core.loading import LoadedModel
from core.progress import Report, Step
from core.text import N_, _

BOUND, BOUND_OF_ATTENTION = 0.01, 0.02  # a transformer bends more between two inputs than a network of convolutions
FAIR = 5  # times the bound that is still partly right
NOTHING = 0.01  # logits; a difference so small is no sum to share out


def bound(model: LoadedModel) -> float:
    """How large a gap may be: 2 % for a model with attention, 1 % for others."""
    return BOUND_OF_ATTENTION if model.card.heads else BOUND


def judge(question: Question, method: Method, attribution: Attribution, report: Report) -> Verdict:
    """Compare the sum of all contributions with what they ought to add up to; nothing is asked of the model."""
    report(Step(1, 1))
    gap, reference, most = attribution.gap, attribution.reference, bound(question.model)
    if gap is None or reference is None:
        sentence = _("{method} does not promise that its numbers add up to anything, so there is no sum to check.")
        return Verdict(CHECK.name, "open", sentence.format(method=_(method.title)))
    owed = attribution.score - reference
    numbers = {"gap": gap, "bound": most, "owed": owed, "found": _total(attribution)}
    if abs(owed) < NOTHING:
        sentence = _(
            "The score is the same as without the sound, so there is nothing that the numbers could add up to."
        )
        return Verdict(CHECK.name, "open", sentence, numbers)
    holds: Holds = "yes" if gap <= most else "partly" if gap <= FAIR * most else "no"
    said = _said(holds)
    return Verdict(CHECK.name, holds, said.format(found=numbers["found"], owed=owed, gap=gap, most=most), numbers)


def _said(holds: Holds) -> str:
    if holds == "yes":
        return _("The numbers add up: together {found:.2f}, and {owed:.2f} was to be explained ({gap:.1%} off).")
    if holds == "partly":
        return _(
            "The numbers nearly add up: together {found:.2f}, and {owed:.2f} was to be explained. That is {gap:.1%} "
            "off; at most {most:.0%} would be right."
        )
    return _(
        "The numbers do not add up: together {found:.2f}, but {owed:.2f} was to be explained. {gap:.0%} of it is "
        "missing or too much; at most {most:.0%} would be right."
    )


def _total(attribution: Attribution) -> float:
    if attribution.segments:
        return sum(attribution.contributions)
    return float(attribution.relevance.sum(dtype="float64"))


CHECK = Check(
    name="completeness",
    title=N_("Do the numbers add up?"),
    summary=N_("Adds all contributions up and compares them with the difference that they ought to explain."),
    rank=10,
    judge=judge,
    passes=lambda method, model, seconds, pieces, settings: Passes(),
    source="Sundararajan et al. 2017",
)
