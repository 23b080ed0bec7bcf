"""The copy that is taught to write: the encoder of a loaded model and a new CTC head over some characters."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import nn

from core.errors import MethodError
from core.family import Family, transformers_class
from core.finetuning.pupil import Pupil
from core.finetuning.pupils import attend, bare
from core.finetuning.transcription.front import CONVOLUTIONS, encoder_of
from core.finetuning.transcription.options import NAME
from core.loading import LoadedModel
from core.text import _


def copy(model: LoadedModel, symbols: Sequence[str], afresh: int = 0, dropout: float = 0.0, seed: int = 0) -> Pupil:
    """Copy the encoder of a model and put a new CTC head on it; the top ``afresh`` blocks start from random numbers.

    The shared model is only read; MethodError where its family writes nothing.
    """
    family = _demand_ctc(model)
    with model.exclusive() as module:
        encoder: Any = deepcopy(bare(family, module))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = _describe(encoder.config, len(symbols))
        recogniser = transformers_class(family.ctc)._from_config(deepcopy(config), attn_implementation="eager")
        if afresh:
            for block in family_blocks(encoder)[-afresh:]:
                block.apply(encoder._init_weights)
    # all parts of the encoder share its configuration, and must go on sharing it
    recogniser.config = config
    setattr(recogniser, recogniser.base_model_prefix, encoder.float())
    return _pupil(model, recogniser, symbols, {"afresh": afresh, "dropout": dropout, "pretrained": True})


def untrained(model: LoadedModel, symbols: Sequence[str], dropout: float = 0.0, seed: int = 0) -> Pupil:
    """Build the same recogniser from random numbers, but for the convolutions, which are the model's own.

    What it reaches tells what the blocks of the pretrained model knew beforehand.
    """
    pupil = copy(model, symbols, 0, dropout, seed)
    module: Any = pupil.module
    encoder = encoder_of(module)
    convolutions = getattr(encoder, CONVOLUTIONS, None)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = type(encoder)._from_config(encoder.config, attn_implementation="eager")
    if convolutions is not None:
        setattr(fresh, CONVOLUTIONS, convolutions)
    setattr(module, module.base_model_prefix, fresh)
    return _pupil(model, module, symbols, {**pupil.parts["options"], "pretrained": False})


def family_blocks(encoder: Any) -> list[nn.Module]:
    """List the transformer blocks of an encoder of speech."""
    return list(encoder.encoder.layers)


def learning(pupil: Pupil) -> list[nn.Parameter]:
    """Let everything learn but the convolutions, and return what does."""
    module: Any = pupil.module
    frozen = getattr(encoder_of(module), CONVOLUTIONS, None)
    module.requires_grad_(True)
    if frozen is not None:
        frozen.requires_grad_(False)
    return [part for part in module.parameters() if part.requires_grad]


def _demand_ctc(model: LoadedModel) -> Family:
    if model.family.ctc:
        return model.family
    raise MethodError(
        _("{name} cannot be taught to write letter by letter.").format(name=model.card.title),
        hint=_("Choose a model of speech such as speech-tiny or wav2vec 2.0."),
    )


def _describe(config: Any, symbols: int) -> Any:
    """Make a configuration one of a recogniser of so many symbols; nothing but our own masking, no layer left out."""
    config.vocab_size, config.pad_token_id = symbols, 0
    config.ctc_loss_reduction, config.ctc_zero_infinity = "mean", True
    config.apply_spec_augment, config.layerdrop = False, 0.0
    return config


def _pupil(model: LoadedModel, module: Any, symbols: Sequence[str], options: dict[str, Any]) -> Pupil:
    for part in module.modules():
        if isinstance(part, nn.Dropout):
            part.p = options["dropout"]
    attend(module, "sdpa")
    module.eval().requires_grad_(False)
    like = next(model.module.parameters())
    parts = {"strategy": NAME, "options": options}
    return Pupil(model.family, model.extractor, module.to(like.device), tuple(symbols), parts)
