"""Methods by gradients give what captum gives, and what can be worked out by hand."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import captum.attr
import numpy as np
import pytest
import torch

from core.attribution.baselines import NAMES, baseline_of, told_of_baseline
from core.attribution.method import Found, Method, explain
from core.attribution.methods import methods
from core.attribution.methods.integrated_gradients import BENDING
from core.attribution.question import Question, asked
from core.attribution.rescaling import RescaledPool
from core.errors import MethodError
from models import FAMILIES
from tests.attribution.asking import explained, quiet, target_of
from tests.contracts.small_models import EVERY, Pair, Small, noise

CNN = Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier)
CRNN = Small(FAMILIES["log-mel-crnn"], FAMILIES["log-mel-crnn"].classifier)
AVERAGING = next(small for small in EVERY if small.family is CNN.family and small.settings)
AST = Small(FAMILIES["audio-spectrogram-transformer"], "ASTForAudioClassification")
WAV2VEC2 = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC")
THREE = pytest.mark.parametrize("small", [CNN, AST, WAV2VEC2], ids=str)
CLOSE = 1e-4  # of the largest number
SECONDS = 0.4
Paired = Callable[[Small], Pair]


@contextmanager
def asking(pair: Pair) -> Iterator[Question]:
    with asked(pair.model, noise(SECONDS), target_of(pair.model)) as question, torch.no_grad():
        yield question


def found_by(question: Question, name: str, **settings: Any) -> np.ndarray:
    method = methods()[name]
    return explain(question, method, method.settings(**settings)).relevance


class Scores(torch.nn.Module):
    """What a person who uses captum writes: transformers called as its documentation does, and the score read off."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.network, self.question = question.module, question

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        plane, target = self.question.plane, self.question.target
        others = {key: part.expand(len(values), -1) for key, part in self.question.inputs.items() if key != plane.name}
        logits = self.network(**{plane.name: values}, **others).logits
        return logits[:, target.index] if target.frames is None else logits[:, slice(*target.frames), 1].mean(1)


def by_captum(question: Question, name: str, *arguments: Any, **settings: Any) -> np.ndarray:
    values = question.values.clone()
    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")
        way = getattr(captum.attr, name)(Scores(question))
        found = way.attribute(values, *arguments, **settings)
    return question.plane.place(found.detach())[0].numpy()


def agree(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert np.abs(theirs).max() > 0
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=CLOSE * np.abs(theirs).max())


@THREE
def test_saliency_and_input_times_gradient_are_those_of_captum(small: Small, paired: Paired) -> None:
    with asking(paired(small)) as question:
        agree(found_by(question, "saliency"), by_captum(question, "Saliency"))
        agree(found_by(question, "input-x-gradient"), by_captum(question, "InputXGradient"))


@THREE
@pytest.mark.parametrize("kind", ["usual", "quietest", "silence", "zeros"])
def test_integrated_gradients_are_those_of_captum(small: Small, kind: str, paired: Paired) -> None:
    with asking(paired(small)) as question:
        base = baseline_of(question, kind)
        ours = found_by(question, "integrated-gradients", baseline=kind, first_steps=10, most_steps=10)
        agree(ours, by_captum(question, "IntegratedGradients", base, n_steps=10, method="riemann_middle"))


@THREE
def test_steps_kept_from_coarser_rounds_are_those_of_the_finest(
    small: Small, paired: Paired, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("BENDING", "ATTENDING"):
        monkeypatch.setattr(f"core.attribution.methods.integrated_gradients.{bound}", -1.0)
    with asking(paired(small)) as question:
        base = baseline_of(question, "usual")
        ours = found_by(question, "integrated-gradients", first_steps=2, most_steps=20)
        agree(ours, by_captum(question, "IntegratedGradients", base, n_steps=18, method="riemann_middle"))


@pytest.mark.parametrize("small", [CNN, WAV2VEC2], ids=str)
def test_smoothgrad_is_captums_with_the_same_noise(small: Small, paired: Paired) -> None:
    with asking(paired(small)) as question:
        laid = question.plane.place(question.values)
        strength = float(0.2 * (laid.max() - laid.min()))
        scores = captum.attr.NoiseTunnel(captum.attr.Saliency(Scores(question)))
        state = torch.random.get_rng_state()
        torch.manual_seed(3)
        with torch.enable_grad():
            theirs = scores.attribute(question.values.clone(), nt_samples=8, stdevs=strength, abs=False).abs()
        torch.random.set_rng_state(state)
        ours = found_by(question, "smoothgrad", samples=8, level=0.2, seed=3)
        agree(ours, question.plane.place(theirs.detach())[0].numpy())


def test_the_padding_of_a_spectrogram_gets_no_noise(paired: Paired) -> None:
    given: list[torch.Tensor] = []
    with asking(paired(AST)) as question:
        rows, values = question.plane.time.count, question.values
        assert rows < values.shape[1]
        hook = question.module.register_forward_pre_hook(
            lambda part, arguments, named: given.append(named["input_values"].detach()), with_kwargs=True
        )
        found_by(question, "smoothgrad", samples=4)
        hook.remove()
    noisy = given[0]
    assert len(noisy) == 4
    assert torch.equal(noisy[:, rows:], values[:, rows:].expand_as(noisy[:, rows:]))
    assert (noisy[:, :rows] != values[:, :rows]).float().mean() > 0.99


@contextmanager
def parted(module: torch.nn.Module) -> Iterator[None]:
    """Part ReLUs from the maxima that follow them, where captum would otherwise lose the rule of the maximum."""
    pools = [part for part in module.modules() if isinstance(part, torch.nn.MaxPool2d)]
    hooks = [pool.register_forward_pre_hook(lambda part, given: (given[0].clone(),)) for pool in pools]
    yield
    for hook in hooks:
        hook.remove()


@pytest.mark.parametrize("small", [CNN, AVERAGING], ids=str)
@pytest.mark.parametrize("kind", ["usual", "quietest", "zeros"])
def test_deeplift_is_that_of_captum_and_adds_up(kind: str, small: Small, paired: Paired) -> None:
    with asking(paired(small)) as question:
        ours = found_by(question, "deeplift", baseline=kind)
        with parted(question.module):
            theirs = by_captum(question, "DeepLift", baseline_of(question, kind))
        agree(ours, theirs)
        method = methods()["deeplift"]
        assert explain(question, method, method.settings(baseline=kind)).gap < 1e-3


@pytest.mark.parametrize("pool", [torch.nn.MaxPool1d(4, 2), torch.nn.MaxPool1d(3, ceil_mode=True)], ids=str)
def test_maxima_hand_all_of_their_change_back_even_where_windows_overlap(pool: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    before, now = torch.randn(2, 1, 5, 10, generator=generator)
    now.requires_grad_(True)
    found = RescaledPool.apply(now, before, pool)
    torch.testing.assert_close(found, pool(now))
    weights = torch.randn(found.shape, generator=generator)
    (slope,) = torch.autograd.grad((found * weights).sum(), now)
    owed = (weights * (pool(now) - pool(before))).sum()
    torch.testing.assert_close((slope * (now - before)).sum(), owed)


@pytest.mark.parametrize(
    ("name", "theirs"), [("guided-backprop", "GuidedBackprop"), ("deconvolution", "Deconvolution")]
)
def test_the_other_ways_back_through_relus_are_those_of_captum(name: str, theirs: str, paired: Paired) -> None:
    with asking(paired(CNN)) as question:
        plain = found_by(question, "saliency")
        ours = found_by(question, name)
        agree(ours, np.abs(by_captum(question, theirs)))
        assert np.abs(ours - plain).max() > 0.1 * plain.max()


class Toy(torch.nn.Module):
    """score 1 = v · relu(W x + b) for the first three numbers of each clip; score 0 = 0."""

    def __init__(self, reused: bool = False, in_place: bool = False) -> None:
        super().__init__()
        self.hidden, self.bend = torch.nn.Linear(3, 2), torch.nn.ReLU(inplace=in_place)
        self.hidden.weight.data = torch.tensor([[2.0, -1.0, 0.0], [1.0, 1.0, -3.0]])
        self.hidden.bias.data = torch.tensor([0.5, 0.0])
        self.reused = reused
        self.requires_grad_(False)

    def forward(self, **named: torch.Tensor) -> SimpleNamespace:
        values = next(iter(named.values()))
        bent = self.bend(self.hidden(values.flatten(1)[:, :3]))
        bent = self.bend(bent) if self.reused else bent
        score = bent @ torch.tensor([4.0, -1.0])
        return SimpleNamespace(logits=torch.stack([torch.zeros_like(score), score], 1))


@contextmanager
def toying(pair: Pair, numbers: list[float], **shape: bool) -> Iterator[Question]:
    """Ask the toy about a clip whose first three numbers are given."""
    with asking(pair) as question:
        values = question.values.clone()
        values.view(-1)[:3] = torch.tensor(numbers)
        inputs = {**question.inputs, question.plane.name: values}
        yield Question(
            question.model, Toy(**shape), question.clip, question.target, question.samples, question.plane, inputs
        )


def computed(question: Question, name: str, **settings: Any) -> Found:
    method: Method = methods()[name]
    return method.compute(question, method.settings(**settings), lambda step: None)


def first_three(found: Found) -> list[float]:
    return found.relevance.T.reshape(-1)[:3].tolist()


# hidden before ReLU: 2·1 - 1·1 + 0.5 = 1.5 and 1 + 1 - 3·0 = 2; both pass, so the gradient is 4·[2, -1, 0] - [1, 1, -3]
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("saliency", [7, 5, 3]),
        ("input-x-gradient", [7, -5, 0]),
        ("integrated-gradients", [7, -5, 0]),
        ("deeplift", [7, -5, 0]),
        # on the way back the second gradient, -1, is cut off: 4·[2, -1, 0]
        ("guided-backprop", [8, 4, 0]),
        ("deconvolution", [8, 4, 0]),
    ],
)
def test_a_network_of_two_relus_gives_what_paper_and_pencil_give(
    name: str, expected: list[float], paired: Paired
) -> None:
    settings = {"baseline": "zeros"} if name in {"integrated-gradients", "deeplift"} else {}
    with toying(paired(CNN), [1.0, 1.0, 0.0]) as question:
        assert first_three(computed(question, name, **settings)) == pytest.approx(expected, abs=1e-4)


# second hidden number: 1 + 1 - 3 = -1, does not pass; from zeros: 0, so no change there, and 1.5 - 0.5 = 1 in the first
@pytest.mark.parametrize("in_place", [False, True])
def test_where_a_relu_is_shut_the_ways_back_differ_as_their_papers_say(in_place: bool, paired: Paired) -> None:
    with toying(paired(CNN), [1.0, 1.0, 1.0], in_place=in_place) as question:
        assert first_three(computed(question, "saliency")) == [8, 4, 0]
        assert first_three(computed(question, "deeplift", baseline="zeros")) == pytest.approx([8, -4, 0])
        assert first_three(computed(question, "guided-backprop")) == [8, 4, 0]
    with toying(paired(CNN), [-1.0, 1.0, 1.0], in_place=in_place) as question:
        # -2 - 1 + 0.5 = -2.5 and -3: both shut; only deconvolution goes through, by the positive first gradient
        assert first_three(computed(question, "guided-backprop")) == [0, 0, 0]
        assert first_three(computed(question, "deconvolution")) == [8, 4, 0]
        # relu(0.5) = 0.5 at zeros becomes 0 here: 4 · -0.5 is shared out as -2·2 and -1 are of -3
        shared = first_three(computed(question, "deeplift", baseline="zeros"))
        assert shared == pytest.approx([-2 * 2 / 3, -2 / 3, 0], abs=1e-5)


def test_a_network_that_uses_a_relu_twice_gets_a_sentence_from_deeplift(paired: Paired) -> None:
    with toying(paired(CNN), [1.0, 1.0, 0.0], reused=True) as question:
        with pytest.raises(MethodError, match="DeepLIFT") as caught:
            computed(question, "deeplift")
        assert caught.value.hint.endswith(".")
        assert not {"input", "output"} & set(vars(question.module.bend))


@pytest.mark.parametrize("name", ["deeplift", "guided-backprop", "deconvolution"])
@pytest.mark.parametrize(("small", "part"), [(AST, "attention"), (WAV2VEC2, "attention"), (CRNN, "GRU")], ids=str)
def test_methods_for_relus_name_what_else_bends_in_a_network(
    name: str, small: Small, part: str, paired: Paired
) -> None:
    method, model = methods()[name], paired(small).model
    assert part in method.unfit(model, target_of(model), method.settings())


@THREE
@pytest.mark.parametrize("kind", ["usual", *NAMES])
def test_every_baseline_is_what_it_is_called_and_leaves_the_padding(small: Small, kind: str, paired: Paired) -> None:
    with asking(paired(small)) as question:
        plane, values = question.plane, question.values
        base = baseline_of(question, kind)
        laid = plane.place(values)[0]
        found = plane.place(base)[0]
        assert base.shape == values.shape
        if kind == "silence":
            expected = plane.place(question.encode([np.zeros_like(question.samples)]))[0]
        elif kind == "mean" or (kind == "usual" and not plane.waveform):
            expected = laid.mean(1, keepdim=True).expand_as(laid)
        elif kind == "quietest" and not plane.waveform:
            expected = torch.full_like(laid, float(laid.min()))
        else:
            expected = torch.zeros_like(laid)
        torch.testing.assert_close(found, expected)
        torch.testing.assert_close(plane.fill(base, plane.place(values)), values)
        assert told_of_baseline(question, kind).startswith("Compared with ")


def test_the_baseline_and_the_steps_are_told_and_the_reference_is_the_score_of_the_baseline(paired: Paired) -> None:
    method = methods()["integrated-gradients"]
    with asking(paired(CNN)) as question:
        found = explain(question, method, method.settings())
        assert found.reference == pytest.approx(float(question.score(baseline_of(question, "mean"))), abs=1e-5)
    assert found.gap <= BENDING
    assert found.notes[0] == "Compared with the mean spectrum of this sound, held all the time."
    assert "steps; all parts together miss the change of the score by" in found.notes[1]


def test_too_few_steps_are_said_to_be_too_few(paired: Paired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.attribution.methods.integrated_gradients.BENDING", 0.0)
    method = methods()["integrated-gradients"]
    with asking(paired(CNN)) as question:
        found = explain(question, method, method.settings(first_steps=2, most_steps=2))
    assert found.notes[1].startswith("Even with 2 steps")


def test_silence_differs_from_nothing_by_nothing(paired: Paired) -> None:
    method = methods()["integrated-gradients"]
    found = explained(paired(CNN).model, method, quiet(noise(SECONDS)), settings=method.settings())
    assert not found.relevance.any()
    assert found.notes[1].endswith("there is nothing to share out.")
