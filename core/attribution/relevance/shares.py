"""How a sum's relevance is shared out among its summands: the epsilon, gamma and alpha-beta rules.

What arrives at a sum is its relevance / the sum; what is handed on to an input is relevance / input.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.relevance.layers import Heard

Values = Float[Tensor, "..."]
Share = Callable[[Heard, Values], Values]  # (a layer and what it heard, what arrives) -> what is handed on
LEAST = 1e-12  # a sum that is counted as nothing


def epsilon_rule(epsilon: float) -> Share:
    """Share in proportion to the summands; ``epsilon`` takes what little lies on sums close to zero.

    R_j = sum_k a_j w_jk / (z_k + epsilon sign z_k) R_k; biases keep their share (Bach et al. 2015).
    """

    def share(heard: Heard, arriving: Values) -> Values:
        sums = heard.sums.detach().abs()
        return _back(heard.sums, heard.values, arriving * (sums / (sums + epsilon + LEAST)))

    return share


def gamma_rule(gamma: float) -> Share:
    """Let summands that pull where the sum goes count 1 + ``gamma`` times.

    For inputs that are not below zero and sums above it these are the weights w + gamma max(w, 0) of Montavon et al.
    2019, with biases as they are; for the others its general form (Andeol et al. 2021).
    """

    def share(heard: Heard, arriving: Values) -> Values:
        sums = heard.sums.detach()
        with torch.enable_grad():
            if bool((heard.values < 0).any()) or bool((arriving * (sums < 0)).any()):
                lifted = heard.sums + gamma * torch.where(sums >= 0, heard.part(above=True), heard.part(above=False))
            else:
                layer = heard.layer
                lifted = layer.weigh(heard.values, layer.weight + gamma * layer.weight.clamp_min(0), layer.bias)
            return _back(lifted, heard.values, arriving * (sums / _safe(lifted.detach())))

    return share


def alpha_beta_rule(alpha: float) -> Share:
    """Share ``alpha`` parts among the summands above zero and take ``alpha`` - 1 parts from those below (Bach et al.).

    Biases count among the summands of their sign and keep their share.
    """

    def share(heard: Heard, arriving: Values) -> Values:
        relevance = arriving * heard.sums.detach()
        found = torch.zeros_like(heard.values)
        for above, times in ((True, alpha), (False, 1 - alpha)):
            if times:
                with torch.enable_grad():
                    part = heard.part(above, biased=True)
                found = found + _back(part, heard.values, times * relevance / _safe(part.detach()))
        return found

    return share


def _back(sums: Values, values: Values, arriving: Values) -> Values:
    """Bring what arrives at sums back to the values they were made of."""
    (found,) = torch.autograd.grad(sums, values, arriving)
    return found


def _safe(sums: Values) -> Values:
    """Keep sums away from zero, so that nothing is divided by it."""
    return torch.where(sums >= 0, sums.clamp_min(LEAST), sums.clamp_max(-LEAST))
