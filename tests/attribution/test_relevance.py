"""LRP for convolutions and GRUs against captum, against input times gradient, and against sums written out."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.attribution.method import attribute
from core.attribution.methods import methods
from core.attribution.methods.lrp_epsilon import Settings as Epsilon
from core.attribution.methods.lrp_gamma import Settings as Gamma
from core.attribution.relevance.backward import Relevance
from core.attribution.relevance.convolutional import Convolutional
from core.attribution.relevance.shares import alpha_beta_rule, epsilon_rule, gamma_rule
from core.attribution.target import Target
from models import FAMILIES
from tests.attribution.planted import CNN, clips, network

CLASS = 1
Rows = list[list[float]]


def handed_back(module: nn.Module, heard: Tensor, way: Relevance, target: int = CLASS) -> tuple[Tensor, Tensor]:
    """Relevance of the input, and what the network said meanwhile."""
    point = heard.clone().requires_grad_(True)
    with way:
        logits = getattr(found := module(point), "logits", found)
        (arriving,) = torch.autograd.grad(logits[:, target].sum(), point)
    assert not way.strangers
    return arriving * heard, logits.detach()


def pictures(bias: bool, norm: bool, seed: int = 0) -> nn.Sequential:
    """A random network of every kind of layer that captum knows as well."""
    torch.manual_seed(seed)
    parts: list[nn.Module] = [nn.Conv2d(1, 6, 3, padding=1, bias=bias)]
    parts += [nn.BatchNorm2d(6)] if norm else []
    parts += [nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3, bias=bias), nn.ReLU(), nn.AvgPool2d(2)]
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3, bias=bias)]
    module = nn.Sequential(*parts).eval().requires_grad_(False)
    for part in module:
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(), part.running_var.uniform_(0.5, 2), part.weight.normal_(), part.bias.normal_()
    return module


def merged(module: nn.Sequential) -> nn.Sequential:
    """The same network with its batch norm inside the convolution before it."""
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    first, norm, *rest = module
    return nn.Sequential(fuse_conv_bn_eval(first, norm), *rest).eval().requires_grad_(False)


def by_captum(module: nn.Sequential, heard: Tensor, rule: Callable[[], object], target: int) -> Tensor:
    from captum.attr import LRP
    from captum.attr._utils.lrp_rules import EpsilonRule

    for part in module:
        if isinstance(part, (nn.Conv2d, nn.Linear)):
            part.rule = rule()
        elif not isinstance(part, (nn.ReLU, nn.Flatten)) or isinstance(part, nn.Flatten):
            part.rule = EpsilonRule(1e-9)
    found: Tensor = LRP(module).attribute(heard.clone(), target=target)
    return found.detach()


def loud_class(module: nn.Module, heard: Tensor) -> int:
    """A class whose score is above zero, as the plain gamma rule wants it."""
    return int(module(heard)[0].argmax())


def close(found: Tensor, expected: Tensor, bound: float = 1e-4) -> None:
    assert float((found - expected).abs().max()) <= bound * float(expected.abs().max())


@pytest.mark.parametrize("seed", range(3))
def test_epsilon_and_gamma_share_out_as_captum_does(seed: int) -> None:
    from captum.attr._utils.lrp_rules import EpsilonRule, GammaRule

    module = pictures(bias=True, norm=True, seed=seed)
    heard = torch.rand(1, 1, 16, 20)
    target = loud_class(module, heard)
    assert float(module(heard)[0, target]) > 0
    for ours, theirs in (
        (epsilon_rule(0.1), lambda: EpsilonRule(0.1)),
        (gamma_rule(0.25), lambda: GammaRule(0.25)),
    ):
        found, _said = handed_back(module, heard, Convolutional(ours), target)
        close(found, by_captum(merged(module), heard, theirs, target))


def test_alpha_of_one_shares_out_as_captum_does_where_there_are_no_biases() -> None:
    from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule

    module = pictures(bias=False, norm=False)
    heard = torch.rand(1, 1, 16, 20)
    target = loud_class(module, heard)
    found, _said = handed_back(module, heard, Convolutional(alpha_beta_rule(1.0)), target)
    close(found, by_captum(module, heard, lambda: Alpha1_Beta0_Rule(set_bias_to_zero=True), target))


@pytest.mark.parametrize("rule", [epsilon_rule(0.0), gamma_rule(0.25), alpha_beta_rule(1.0)], ids=["ε", "γ", "αβ"])
def test_without_biases_the_whole_score_arrives_at_the_input(rule: Callable[..., Tensor]) -> None:
    module = pictures(bias=False, norm=False, seed=4)
    heard = torch.rand(1, 1, 16, 20)
    found, said = handed_back(module, heard, Convolutional(rule), loud_class(module, heard))
    assert float(found.sum()) == pytest.approx(float(said.max()), rel=1e-4)


def test_epsilon_is_input_times_gradient_in_a_network_of_relus() -> None:
    model = network(CNN)
    for item in clips(4):
        target = Target(item.shape)
        ours = attribute(model, item.clip, methods()["lrp-epsilon"], target).relevance
        plain = attribute(model, item.clip, methods()["input-x-gradient"], target).relevance
        assert np.corrcoef(ours.ravel(), plain.ravel())[0, 1] >= 0.999
        exact = attribute(model, item.clip, methods()["lrp-epsilon"], target, Epsilon(0.0)).relevance
        np.testing.assert_allclose(exact, plain, atol=1e-4 * np.abs(plain).max())
        none = attribute(model, item.clip, methods()["lrp-gamma"], target, Gamma(0.0)).relevance
        np.testing.assert_allclose(none, plain, atol=1e-4 * np.abs(plain).max())


def share(part: float, total: float) -> float:
    return part / total if total else 0.0


def shared_out(
    rule: str, values: list[float], weights: Rows, biases: list[float], relevance: list[float]
) -> list[float]:
    """Share the relevance of sums out among inputs of any sign, one product at a time."""
    found = [0.0] * len(values)
    for row, bias, mine in zip(weights, biases, relevance, strict=True):
        parts = [value * weight for value, weight in zip(values, row, strict=True)]
        total = sum(parts) + bias
        above, below = sum(max(part, 0) for part in parts), sum(min(part, 0) for part in parts)
        for at, part in enumerate(parts):
            if rule == "gamma":
                pulled = max(part, 0) if total >= 0 else min(part, 0)
                found[at] += (part + 0.5 * pulled) / (total + 0.5 * (above if total >= 0 else below)) * mine
            else:
                found[at] += 2 * share(max(part, 0), above + max(bias, 0)) * mine
                found[at] -= share(min(part, 0), below + min(bias, 0)) * mine
    return found


@pytest.mark.parametrize("rule", ["gamma", "alpha-beta"])
def test_inputs_below_zero_and_biases_are_shared_out_as_the_formula_says(rule: str) -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).double().requires_grad_(False)
    heard = torch.randn(1, 5, dtype=torch.float64)
    chosen = gamma_rule(0.5) if rule == "gamma" else alpha_beta_rule(2.0)
    for target in range(3):
        found, said = handed_back(module, heard, Convolutional(chosen), target)
        inner = module[1](module[0](heard))[0].tolist()
        last = [float(said[0, at]) if at == target else 0.0 for at in range(3)]
        middle = shared_out(rule, inner, module[2].weight.tolist(), module[2].bias.tolist(), last)
        expected = shared_out(rule, heard[0].tolist(), module[0].weight.tolist(), module[0].bias.tolist(), middle)
        np.testing.assert_allclose(found[0].numpy(), expected, rtol=1e-8, atol=1e-12)


def gru_by_hand(part: nn.GRU, rows: np.ndarray, arriving: np.ndarray) -> np.ndarray:
    """Relevance of every input of one GRU that reads forwards; ``arriving`` is that of every state it hands on."""
    into, around, offset, inner = (getattr(part, f"{name}_l0").numpy() for name in NUMBERS)
    width, state, seen = part.hidden_size, np.zeros(part.hidden_size), []
    for row in rows:
        given, turned = into @ row + offset, around @ state + inner
        reset, kept = (1 / (1 + np.exp(-(given + turned)[: 2 * width]))).reshape(2, width)
        drive = given[2 * width :] + reset * turned[2 * width :]
        seen.append((row, state, reset, kept, drive))
        state = (1 - kept) * np.tanh(drive) + kept * state
    found, held = np.zeros_like(rows), np.zeros(width)
    for at in reversed(range(len(rows))):
        row, before, reset, kept, drive = seen[at]
        held = held + arriving[at]
        after = (1 - kept) * np.tanh(drive) + kept * before
        candidate, stays = (1 - kept) * np.tanh(drive) / after * held, kept * before / after * held
        share = candidate / drive  # a tanh hands on what it gets, and a gate keeps nothing
        found[at] = row * (into[2 * width :].T @ share)
        held = stays + before * (around[2 * width :].T @ (reset * share))
    return found


NUMBERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def test_a_gru_hands_back_through_signals_and_never_through_gates() -> None:
    torch.manual_seed(2)
    part = nn.GRU(4, 6, batch_first=True).double().requires_grad_(False)
    heard = torch.randn(1, 9, 4, dtype=torch.float64)
    point = heard.clone().requires_grad_(True)
    with Convolutional(epsilon_rule(0.0)) as way:
        found = part(point)[0]
        (arriving,) = torch.autograd.grad(found.sum(), point)
    plain = part(heard)[0]
    torch.testing.assert_close(found.detach(), plain, rtol=0, atol=0)
    assert not way.strangers
    expected = gru_by_hand(part, heard[0].numpy(), plain[0].numpy())
    np.testing.assert_allclose((arriving * heard)[0].numpy(), expected, rtol=1e-6, atol=1e-9)


def test_a_gru_that_reads_both_ways_is_two_that_read_one_way_each() -> None:
    torch.manual_seed(3)
    both = nn.GRU(4, 6, batch_first=True, bidirectional=True, num_layers=2).double().requires_grad_(False)
    heard = torch.randn(1, 7, 4, dtype=torch.float64)
    point = heard.clone().requires_grad_(True)
    with Convolutional(epsilon_rule(0.0)):
        found = both(point)[0]
        (arriving,) = torch.autograd.grad(found.sum(), point)
    single = []
    for suffix in ("", "_reverse"):
        one = nn.GRU(4, 6, batch_first=True).double()
        one.load_state_dict({f"{name}_l0": getattr(both, f"{name}_l0{suffix}") for name in NUMBERS})
        single.append(one.requires_grad_(False))
    first = torch.cat([single[0](heard)[0], single[1](heard.flip(1))[0].flip(1)], -1)
    later = []
    for suffix in ("", "_reverse"):
        one = nn.GRU(12, 6, batch_first=True).double()
        one.load_state_dict({f"{name}_l0": getattr(both, f"{name}_l1{suffix}") for name in NUMBERS})
        later.append(one.requires_grad_(False))
    states = [later[0](first)[0][0], later[1](first.flip(1))[0][0]]
    on_first = gru_by_hand(later[0], first[0].numpy(), states[0].numpy())
    on_first += gru_by_hand(later[1], first[0].flip(0).numpy(), states[1].numpy())[::-1]
    expected = gru_by_hand(single[0], heard[0].numpy(), on_first[:, :6])
    expected += gru_by_hand(single[1], heard[0].flip(0).numpy(), on_first[::-1, 6:])[::-1]
    np.testing.assert_allclose((arriving * heard)[0].numpy(), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["log-mel-cnn", "log-mel-crnn"])
@pytest.mark.parametrize("rule", [epsilon_rule(0.1), gamma_rule(0.25), alpha_beta_rule(2.0)], ids=["ε", "γ", "αβ"])
def test_what_a_network_says_stays_as_it_is_to_the_last_bit(name: str, rule: Callable[..., Tensor]) -> None:
    module = FAMILIES[name].tiny()
    heard = torch.randn(1, 30, 64, generator=torch.Generator().manual_seed(0))
    before = module(heard).logits
    _found, meanwhile = handed_back(module, heard, Convolutional(rule))
    torch.testing.assert_close(meanwhile, before, rtol=0, atol=0)
    torch.testing.assert_close(module(heard).logits, before, rtol=0, atol=0)


def test_a_part_without_a_rule_is_met_and_named() -> None:
    module = nn.Sequential(nn.Linear(4, 4), nn.Softplus(), nn.Linear(4, 2)).requires_grad_(False)
    with Convolutional(epsilon_rule(0.0)) as way:
        module(torch.randn(1, 4, requires_grad=True))
    assert way.strangers == {"softplus"}


def test_others_use_torch_undisturbed_meanwhile() -> None:
    module = nn.Sequential(nn.Linear(4, 4), nn.GELU()).requires_grad_(False)
    heard, found = torch.randn(1, 4), []

    def elsewhere() -> None:
        point = heard.clone().requires_grad_(True)
        found.append(torch.autograd.grad(module(point).sum(), point)[0])

    elsewhere()
    with Convolutional(epsilon_rule(0.0)) as way:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert not way.met
    torch.testing.assert_close(found[0], found[1], rtol=0, atol=0)
