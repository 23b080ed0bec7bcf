"""What one kind of model must tell of itself, so that any page can show it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.grid import TokenGrid
from core.input_plane import InputPlane

if TYPE_CHECKING:
    import torch

FAMILY_PACKAGE = "models"  # where the families are found by themselves; core names none of them

LONGEST = 30.0  # seconds; attention grows with the square of the length
EXPECTING = ("quantizer.codevectors", "project_q.", "project_hid.", "masked_spec_embed")  # parts of masked prediction


@dataclass(frozen=True)
class Shape:
    """How large an encoder is: its blocks, most attention heads of a block (0: none), numbers per token at the end."""

    layers: int
    heads: int
    width: int


@dataclass(frozen=True, eq=False)
class Tap:
    """A convolution of the front end and how its output is averaged onto the frames of layer 0.

    average     ((1, channels, positions), frames) -> (frames, channels); nothing but means
    activation  what the model applies to the output before it is used, where that is no module of its own
    """

    module: "torch.nn.Module"
    average: "Callable[[torch.Tensor, int], torch.Tensor]"
    activation: "Callable[[torch.Tensor], torch.Tensor]" = lambda output: output


def _as_it_is(module: "torch.nn.Module", values: "torch.Tensor", *place: object) -> "torch.Tensor":
    return values


def _nothing_around(module: "torch.nn.Module") -> AbstractContextManager[object]:
    return nullcontext()


def _no_attention(module: "torch.nn.Module") -> "list[torch.nn.Module]":
    return []


def _no_taps(module: "torch.nn.Module") -> tuple[Tap, ...]:
    return ()


@contextmanager
def _stacked(
    module: "torch.nn.Module", clips: "Sequence[dict[str, torch.Tensor]]"
) -> "Iterator[dict[str, torch.Tensor]]":
    """Lay inputs of one shape on one another."""
    import torch

    yield {name: torch.cat([clip[name] for clip in clips]) for name in clips[0]}


@dataclass(frozen=True, eq=False)
class Family:
    """One kind of model, described by names and plain functions; ``module`` is always the loaded model.

    name         word for keys and addresses
    title        the field's name of it
    summary      one plain sentence
    model_types  values of ``model_type`` in config.json that it serves
    sample_rate  Hz of the published checkpoints
    config, extractor, bare, ctc, classifier
                 names of classes of transformers; empty where the family has none
    tiny_config  settings of a random model small enough for tests
    shape        (config) -> Shape
    encode       (extractor, samples at its rate) -> inputs of the model, a batch of one
    grids        (module, extractor, samples) -> where the tokens of layer 0, 1, ... lie
    attention    (module) -> the attention module of every block, in order; their output holds (batch, heads, q, k);
                 left out, as ``over_time`` is, by a family that does not attend
    over_time    (module, weights, block from 0, grid of its output) -> attention over frames, (heads, frames, frames);
                 rows sum to one
    plane        (extractor, config, samples) -> where the numbers of its input lie; None where its input holds the clip
                 several times over, so that no number has one place
    blocks       (module) -> every block, where transformers does not return the output of each of them; else empty
    arrange      (module, tokens of one layer, layer) -> the same tokens in the order that TokenGrid wants
    finish       (module, output of a block (1, tokens, width)) -> what the head is applied to
    last_is_finished   transformers hands out the last layer after ``finish``
    convolutions (module) -> taps of the front end
    around       (module) -> context in which a pass runs
    together     (module, inputs of several clips) -> context that lends their inputs as one batch; in it every clip is
                 heard as if it were alone
    mixes        (config) -> whether ``together`` takes clips of different length
    widths       (config) -> numbers per token of layer 0, 1, ..., where layers on one grid can differ in them
    fewest       (extractor, config) -> least samples that give one frame
    longest      (extractor, config) -> most seconds at once
    extractor_settings  (config) -> settings of an extractor that suits it, for checkpoints that bring none
    call         further arguments of a pass
    attends      has attention between moments
    dispensable  ends of names of weights that may be missing, because this model does without them
    pretraining  class with the head of masked prediction, where the family has one that can be asked what it expects
    key_mapping  renames of weights, as transformers takes them, that lead from a checkpoint to ``bare``
    """

    name: str
    title: str
    summary: str
    model_types: tuple[str, ...]
    sample_rate: int
    config: str
    extractor: str
    bare: str
    ctc: str
    classifier: str
    tiny_config: Mapping[str, Any]
    shape: Callable[[Any], Shape]
    encode: "Callable[[Any, Float32[np.ndarray, ' time']], dict[str, torch.Tensor]]"
    grids: "Callable[[torch.nn.Module, Any, int], tuple[TokenGrid, ...]]"
    fewest: Callable[[Any, Any], int]
    attention: "Callable[[torch.nn.Module], list[torch.nn.Module]]" = _no_attention
    over_time: "Callable[..., torch.Tensor]" = _as_it_is
    plane: Callable[[Any, Any, int], InputPlane] | None = None
    widths: Callable[[Any], tuple[int, ...]] | None = None
    blocks: "Callable[[torch.nn.Module], list[torch.nn.Module]] | None" = None
    arrange: "Callable[..., torch.Tensor]" = _as_it_is
    finish: "Callable[..., torch.Tensor]" = _as_it_is
    last_is_finished: bool = False
    convolutions: "Callable[[torch.nn.Module], tuple[Tap, ...]]" = _no_taps
    around: "Callable[[torch.nn.Module], AbstractContextManager[object]]" = _nothing_around
    together: "Callable[..., AbstractContextManager[dict[str, torch.Tensor]]]" = _stacked
    mixes: Callable[[Any], bool] = lambda config: False
    longest: Callable[[Any, Any], float] = lambda extractor, config: LONGEST
    extractor_settings: Callable[[Any], Mapping[str, Any]] = lambda config: {}
    call: Mapping[str, Any] = field(default_factory=dict)
    attends: bool = True
    dispensable: tuple[str, ...] = ("masked_spec_embed",)
    pretraining: str = ""
    key_mapping: Mapping[str, str] = field(default_factory=dict)

    def class_for(self, architecture: str, tensors: Iterable[str] = ()) -> str:
        """Name the class of transformers that serves a checkpoint of ``architecture``: with a head where we show it.

        tensors  names of its weights; without the parts of masked prediction among them it is served without that head
        """
        if self.ctc and architecture.endswith("ForCTC"):
            return self.ctc
        if self.classifier and architecture.endswith(("ForSequenceClassification", "ForAudioClassification")):
            return self.classifier
        if self.pretraining and architecture.endswith("ForPreTraining"):
            names = tuple(tensors)
            if all(any(part in name for name in names) for part in EXPECTING):
                return self.pretraining
        return self.bare

    def base_config(self) -> Any:
        """Build the published base configuration, as transformers gives it."""
        return transformers_class(self.config)()

    def random(self, class_name: str, config: Any, seed: int = 0) -> "torch.nn.Module":
        """Build a model with random weights, in evaluation mode and with attention that can be read."""
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = transformers_class(class_name)._from_config(config, attn_implementation="eager")
        return module.eval().requires_grad_(False)

    def tiny(self, class_name: str = "") -> "torch.nn.Module":
        """Build a random model small enough for tests; with a CTC head or else a classifier where there is one."""
        config = transformers_class(self.config)(**self.tiny_config)
        return self.random(class_name or self.ctc or self.classifier or self.bare, config)

    def plain_extractor(self, config: Any) -> Any:
        """Build the extractor that a checkpoint without preprocessor_config.json was trained with."""
        return transformers_class(self.extractor)(**self.extractor_settings(config))


def transformers_class(name: str) -> Any:
    """Return a class of transformers by its name, or by the path of its module where it is not public."""
    from core.audio_backend import transformers

    place, _dot, plain = name.rpartition(".")
    return getattr(import_module(place) if place else transformers, plain)


def known_families() -> Mapping[str, Family]:
    """Return every family by name."""
    return import_module(FAMILY_PACKAGE).FAMILIES
