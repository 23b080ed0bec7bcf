"""What a check of an explanation must tell of itself; one file per check in ``checks``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.attribution.attribution import Attribution
from core.attribution.method import Method, Passes
from core.attribution.question import Question
from core.loading import LoadedModel
from core.progress import Report

Holds = Literal["yes", "partly", "no", "open"]


@dataclass(frozen=True)
class Verdict:
    """What a check said of one explanation.

    holds     "open" where the check does not apply or cannot tell
    sentence  in plain words with the numbers that matter, translated
    numbers   by name, for the table behind the badge
    curves    by name (x, y) for a picture, such as deletion; y is a probability or a share of the score
    """

    check: str
    holds: Holds
    sentence: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Check:
    """One check.

    name     for keys
    title    a question that a person would ask
    summary  one plain sentence on how it is answered
    rank     where it stands in lists
    judge    (question, method, attribution, report) -> Verdict
    passes   (method, model, seconds, number of pieces, settings of the method) -> what it costs
    source   paper
    """

    name: str
    title: str
    summary: str
    rank: int
    judge: Callable[[Question, Method, Attribution, Report], Verdict]
    passes: Callable[[Method, LoadedModel, float, int, Any], Passes]
    source: str
