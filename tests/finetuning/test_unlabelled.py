"""Clips without a label: only sure guesses count, and on clusters they help."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from core.finetuning import loop, pupils
from core.finetuning.settings import FineTuneSettings
from core.finetuning.unlabelled import PseudoLabels, Used, consistency, pseudo_labels, teacher_epochs
from tests.contracts.small_models import ONE_EACH, Pair, Small
from tests.finetuning.sounds import LABELS as CLASSES
from tests.finetuning.sounds import halves, made

SPEECH = next(small for small in ONE_EACH if small.family.name == "wav2vec2")
SURE, UNSURE = [10.0, 0.0, 0.0], [0.5, 0.0, 0.0]


def test_only_sure_guesses_count_and_the_rest_counts_as_zero() -> None:
    weak = torch.tensor([SURE, UNSURE])
    strong = torch.tensor([[0.0, 1.0, 0.0], [0.0, 5.0, 0.0]])
    loss, used = consistency(weak, strong)
    # cross-entropy of the first clip with class 0, over two clips
    by_hand = -torch.log_softmax(strong[0], 0)[0] / 2
    assert float(loss) == pytest.approx(float(by_hand), rel=1e-6)
    assert used == Used(heard=2, sure=1)


def test_no_gradient_goes_through_the_guess() -> None:
    weak = torch.tensor([SURE], requires_grad=True)
    strong = torch.tensor([[0.0, 1.0, 0.0]], requires_grad=True)
    consistency(weak, strong)[0].backward()
    assert weak.grad is None
    assert strong.grad is not None
    assert strong.grad.abs().sum() > 0


def test_without_a_sure_guess_nothing_is_learned() -> None:
    strong = torch.tensor([[0.0, 1.0, 0.0]], requires_grad=True)
    loss, used = consistency(torch.tensor([UNSURE]), strong)
    loss.backward()
    assert float(loss.detach()) == 0
    assert strong.grad is not None
    assert not strong.grad.any()
    assert used == Used(1, 0)


def test_a_guess_exactly_as_sure_as_the_threshold_counts() -> None:
    found = pseudo_labels((7, 8, 9), np.array([[0.9, 0.1], [0.05, 0.95], [0.96, 0.04]]), threshold=0.95)
    assert found == PseudoLabels(items=(8, 9), targets=(1, 0), heard=3)
    assert found.used == Used(heard=3, sure=2)


def test_no_clips_give_no_labels() -> None:
    assert pseudo_labels((), np.zeros((0, 3))) == PseudoLabels()


def test_counts_add_up() -> None:
    assert Used(3, 1) + Used(2, 2) == Used(5, 3)


def test_the_teacher_has_the_first_half_of_the_epochs() -> None:
    assert [teacher_epochs(epochs) for epochs in (1, 2, 5, 10)] == [1, 1, 2, 5]


def clusters(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw points around (-2, 0) and (2, 0), wide along the second direction."""
    generator = torch.Generator().manual_seed(seed)
    classes = torch.arange(count) % 2
    points = torch.randn(count, 2, generator=generator) * torch.tensor([0.5, 2.0])
    points[:, 0] += 4 * classes - 2
    return points, classes


# one labelled point of each class, placed so that they alone suggest a slanted border
LABELLED = torch.tensor([[-2.0, 3.0], [2.0, -3.0]])
ANSWERS = torch.tensor([0, 1])
POINTS, HIDDEN = clusters(400, seed=1)


def taught(unlabelled: bool) -> tuple[float, Used]:
    """Fit a line to the labelled points, with or without the others; its accuracy on fresh points."""
    layer = torch.nn.Linear(2, 2)
    for part in layer.parameters():
        torch.nn.init.zeros_(part)
    optimiser = torch.optim.AdamW(layer.parameters(), lr=0.05)
    generator, used = torch.Generator().manual_seed(2), Used()
    for _step in range(200):
        loss = torch.nn.functional.cross_entropy(layer(LABELLED), ANSWERS)
        if unlabelled:
            strong = POINTS + torch.randn(POINTS.shape, generator=generator)
            more, used = consistency(layer(POINTS), layer(strong))
            loss = loss + more
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    fresh, classes = clusters(1_000, seed=3)
    return float((layer(fresh).argmax(1) == classes).float().mean()), used


def test_consistency_helps_where_classes_are_clusters() -> None:
    alone, _nothing = taught(unlabelled=False)
    together, used = taught(unlabelled=True)
    assert alone < 0.9
    assert together > alone + 0.05
    assert used.sure <= used.heard == 400


def test_pseudo_labels_of_planted_clusters_are_nearly_all_right_while_the_unsure_are_left_out() -> None:
    middles = torch.tensor([[-2.0, 0.0], [2.0, 0.0]])
    # the true probability of each class for such clusters, where the second direction says nothing
    logits = 4 * POINTS[:, :1] * middles[None, :, 0]
    between = torch.tensor([[0.0, 1.0], [0.02, -1.0]])
    unsure = 4 * between[:, :1] * middles[None, :, 0]
    probabilities = torch.cat([logits, unsure]).softmax(1).double().numpy()
    found = pseudo_labels(range(402), probabilities)
    right = [int(HIDDEN[item]) == target for item, target in zip(found.items, found.targets, strict=True)]
    assert not {400, 401} & set(found.items)
    assert np.mean(right) > 0.99
    assert 300 < len(found.items) <= 400


def used(model: Pair, folder: Path, way: Literal["none", "consistency", "pseudo-labels"], epochs: int) -> list[int]:
    """Teach tones, a third of them without a label; how often these were learned from in each epoch."""
    data = made(folder / "set", 36, unlabelled=12)
    settings = FineTuneSettings(epochs=epochs, batch=6, patience=0, learning_rate=0.1, dropout=0.0, unlabelled=way)
    pupil = pupils.copy(model.model, CLASSES, settings)
    history = loop.teach(pupil, data, halves(data), settings, folder / way)
    return [epoch.unlabelled for epoch in history.epochs]


def test_a_run_tells_how_often_it_learned_from_what_has_no_label(
    paired: Callable[[Small], Pair], tmp_path: Path
) -> None:
    pair = paired(SPEECH)
    assert used(pair, tmp_path, "none", 2) == [0, 0]
    labelled = used(pair, tmp_path, "pseudo-labels", 12)
    assert labelled[:6] == [0] * 6
    assert 0 < labelled[-1] <= 12
    # as many in each of the four steps as there are sounds in a batch, at most
    consistent = used(pair, tmp_path, "consistency", 12)
    assert 0 < max(consistent) <= 2 * 12
