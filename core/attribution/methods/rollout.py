"""Attention rollout: from which moments attention can have gathered what the answer is read from."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.attribution.attention_flow import followed, heads_averaged, placed, read, unfit
from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.progress import Report, Step
from core.rollout import RESIDUAL, rollout
from core.setting import setting
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """How much of each moment a block is taken to pass on as it is."""

    residual: float = setting(
        RESIDUAL,
        N_("Passed on unchanged"),
        N_("Share that each block keeps of what it had. One half is the usual guess; nothing measures it."),
        least=0.0,
        most=0.95,
    )


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Multiply the attention of all blocks, and read it where the model reads its answer."""
    layers: list[Float32[np.ndarray, "one tokens tokens"]] = []
    heard, score = followed(question, lambda weights: layers.append(heads_averaged(weights)))
    report(Step(1, 2))
    last, reads = read(question, score, heard)
    found = reads @ rollout(layers[:last], settings.residual)
    report(Step(2, 2))
    return placed(question, found)


METHOD = Method(
    name="rollout",
    title=N_("Attention rollout"),
    summary=N_("Multiplies the attention of all layers: from where the answer may have gathered something."),
    kind="attention",
    rank=61,
    settings=Settings,
    signed=False,
    compute=compute,
    unfit=unfit,
    source="Abnar & Zuidema 2020",
    caution=N_(
        "Attention is not an explanation. The picture is the same for every class, because what is asked does not "
        "enter it: it shows where the model looked, not what counted."
    ),
)
