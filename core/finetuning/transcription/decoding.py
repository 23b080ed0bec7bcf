"""Write down what recognisers make of sounds: the best symbol of every frame, repeats joined, blanks dropped."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from core.dataset.prepared import PreparedSet
from core.finetuning.pupil import Pupil
from core.finetuning.transcription.front import Sound, given, logits, together
from core.finetuning.transcription.letters import alphabet
from core.finetuning.transcription.vocabulary import spelled
from core.loading import LoadedModel
from core.progress import Report, Step
from core.text import _


def best_path(scores: Float[Tensor, "frames symbols"], blank: int = 0) -> tuple[int, ...]:
    """Decode greedily (Graves et al. 2006): repeats first, then blanks."""
    winners: list[int] = torch.unique_consecutive(scores.argmax(-1)).tolist()
    return tuple(place for place in winners if place != blank)


@torch.no_grad()
def write(pupil: Pupil, sounds: Mapping[int, Sound], indices: Sequence[int]) -> tuple[str, ...]:
    """Let a pupil write down sounds, each by itself, so that nothing beside it matters."""
    module: Any = pupil.module
    device = next(module.parameters()).device
    was_learning = module.training
    module.eval()
    texts = []
    try:
        with given(module) as convolved:
            for index in indices:
                scores, counts = logits(module, together([sounds[index]], convolved).to(device))
                texts.append(spelled(best_path(scores[0, : int(counts[0])]), pupil.labels))
    finally:
        module.train(was_learning)
    return tuple(texts)


@torch.no_grad()
def write_before(
    model: LoadedModel, data: PreparedSet, indices: Sequence[int], report: Report
) -> tuple[str, ...] | None:
    """Let the pretrained model write down sounds, in letters; None where it writes nothing that letters stand for."""
    letters = alphabet(model.card.symbols, model.card.blank) if model.card.speaks else None
    if letters is None:
        return None
    texts = []
    for done, index in enumerate(indices, 1):
        inputs = model.inputs(data.clip(index))
        with model.exclusive() as module:
            scores = module(**inputs).logits[0]
        path = best_path(scores, model.card.blank)
        texts.append(" ".join("".join(letters[place] for place in path).split()))
        report(Step(done, len(indices), _("before")))
    return tuple(texts)
