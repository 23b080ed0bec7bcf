"""What the tests of strategies share: pupils of small models, a few steps of learning, and what a fold must keep."""

from typing import Any

import torch

from core.finetuning import pupils
from core.finetuning.pupil import Pupil
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.loading import LoadedModel
from tests.contracts.small_models import Pair, noise

LABELS = ("no", "yes", "perhaps")


def pupil_of(model: LoadedModel, strategy: str, **options: Any) -> Pupil:
    """Copy a model for a strategy, with a classifier that says something from the start."""
    settings = FineTuneSettings(strategy=strategy, options=tuple(options.items()), dropout=0.0)
    pupil = pupils.copy(model, LABELS, settings)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for part in pupil.module.head.parameters():
            part.add_(0.3 * torch.randn(part.shape, generator=generator))
    return pupil


def groups_of(pupil: Pupil) -> list[dict[str, Any]]:
    """List the parameters that learn, everything else frozen, as the loop does it."""
    strategy = strategies()[pupil.parts["strategy"]]
    pupil.module.requires_grad_(False)
    groups = strategy.learns(pupil, strategy.chosen(pupil.parts["options"]))
    for group in groups:
        for part in group["params"]:
            part.requires_grad_(True)
    return groups


def moved(pupil: Pupil, by: float = 0.1) -> Pupil:
    """Move everything that learns by chance."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for group in groups_of(pupil):
            for part in group["params"]:
                part.add_(by * torch.randn(part.shape, generator=generator))
    return pupil


def inputs_of(pair: Pair, pupil: Pupil, seconds: float = 0.4, seed: int = 0) -> dict[str, torch.Tensor]:
    """Encode quiet noise."""
    model = pair.model
    return pupil.family.encode(pupil.extractor, model.samples(noise(seconds, model.card.sample_rate, seed)))


def logits(pupil: Pupil, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Ask a pupil once, without gradients."""
    pupil.module.eval()
    with torch.no_grad():
        return pupil.module(**inputs).logits


def losses(pupil: Pupil, inputs: dict[str, torch.Tensor], target: int, steps: int, rate: float) -> list[float]:
    """Learn one clip by heart; the loss before each step."""
    groups = [{"params": group["params"], "lr": rate * group.get("lr", 1.0)} for group in groups_of(pupil)]
    optimiser = torch.optim.AdamW(groups)
    found = []
    pupil.module.train()
    for _step in range(steps):
        loss = torch.nn.functional.cross_entropy(pupil.module(**inputs).logits, torch.tensor([target]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        found.append(loss.item())
    pupil.module.eval()
    return found


def learned_state(pupil: Pupil) -> dict[str, torch.Tensor]:
    """Copy what learns, by name, as a run that can be picked up again stores it."""
    groups_of(pupil)
    return {name: part.detach().clone() for name, part in pupil.module.named_parameters() if part.requires_grad}
