"""The recurrent head: hears the order of frames, never the padding; and the encoder can join in the end."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core.errors import CancelledError
from core.finetuning import loop, pupils
from core.finetuning.blocks import blocks_of
from core.finetuning.heads.recurrent_head import RecurrentHead
from core.finetuning.history import Epoch
from core.finetuning.pupil import Pupil
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies.recurrent import STRATEGY, RecurrentOptions, joins
from core.trace import trace
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise
from tests.finetuning.sounds import LABELS, halves, made
from tests.finetuning.teaching import inputs_of, learned_state, logits, losses, moved, pupil_of

Lend = Callable[[Small], Pair]
EACH = pytest.mark.parametrize("small", ONE_EACH, ids=str)
CELLS = pytest.mark.parametrize("cell", ["gru", "lstm"])
SPEECH = next(small for small in ONE_EACH if small.family.name == "wav2vec2")


def head_of(cell: str = "gru") -> RecurrentHead:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return RecurrentHead(3, 6, 4, cell, hidden=5, dropout=0.0).eval().requires_grad_(False)


def frames(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, count, 6, generator=torch.Generator().manual_seed(seed))


@CELLS
def test_padding_changes_nothing(cell: str) -> None:
    head, short, long = head_of(cell), frames(4), frames(9, seed=1)
    padded = torch.cat([torch.cat([short, torch.full((1, 5, 6), 1e3)], 1), long])
    mask = torch.arange(9) < torch.tensor([4, 9])[:, None]
    found = head([padded], mask)
    torch.testing.assert_close(found[:1], head([short]), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(found[1:], head([long]), atol=1e-6, rtol=1e-5)


@CELLS
def test_the_order_of_sounds_in_a_batch_changes_nothing(cell: str) -> None:
    head = head_of(cell)
    both = torch.cat([frames(6), frames(6, seed=1)])
    mask = torch.arange(6) < torch.tensor([2, 6])[:, None]
    turned = head([both.flip(0)], mask.flip(0)).flip(0)
    torch.testing.assert_close(turned, head([both], mask), atol=1e-6, rtol=1e-5)


@CELLS
def test_the_order_of_frames_matters(cell: str) -> None:
    head, said = head_of(cell), frames(7)
    assert (head([said]) - head([said.flip(1)])).abs().max() > 1e-3


def test_a_gru_over_one_frame_is_the_formula_of_the_paper() -> None:
    head, heard = head_of(), frames(1)
    weights = dict(head.network.named_parameters())
    x = head.norm(heard)[0, 0]
    said = []
    for way in ("", "_reverse"):
        reset, update, new = (weights[f"weight_ih_l0{way}"] @ x + weights[f"bias_ih_l0{way}"]).chunk(3)
        old_reset, old_update, old_new = weights[f"bias_hh_l0{way}"].chunk(3)
        # Cho et al. 2014 from a state of zeros: (1 - z) tanh(W x + r * U 0)
        keep = torch.sigmoid(update + old_update)
        said.append((1 - keep) * torch.tanh(new + torch.sigmoid(reset + old_reset) * old_new))
    by_hand = head.classifier(torch.cat(said))
    torch.testing.assert_close(head([heard])[0], by_hand, atol=1e-6, rtol=1e-5)


@EACH
def test_it_fits_every_family_and_says_the_same_from_stored_frames(small: Small, paired: Lend) -> None:
    pair = paired(small)
    pupil = moved(pupil_of(pair.model, "recurrent"))
    clip = noise(0.4, pair.model.card.sample_rate)
    found = trace(pair.model, clip)
    head = pupil.module.head
    stored = torch.from_numpy(found.frames(head.reads[0]).copy())[None]
    with torch.no_grad():
        torch.testing.assert_close(
            logits(pupil, inputs_of(pair, pupil)), head.from_frames(stored), atol=1e-4, rtol=1e-3
        )


def test_it_hears_the_layer_asked_for(paired: Lend) -> None:
    model = paired(SPEECH).model
    assert pupil_of(model, "recurrent", layer="last").module.head.reads == (3,)
    assert pupil_of(model, "recurrent").module.head.reads == (2,)


@EACH
def test_every_block_is_found_and_holds_its_attention(small: Small, paired: Lend) -> None:
    pupil = pupil_of(paired(small).model, "recurrent")
    found, attention = blocks_of(pupil), pupil.family.attention(pupil.module)
    assert len(found) == pupil.family.shape(pupil.module.base.config).layers == len(set(map(id, found)))
    assert len(attention) == (len(found) if small.family.attends else 0)
    for block, part in zip(found, attention, strict=small.family.attends):
        inside = list(block.modules())
        assert [other for other in attention if any(other is held for held in inside)] == [part]


def test_the_blocks_below_the_layer_that_is_heard_join_slowly(paired: Lend) -> None:
    pupil = pupil_of(paired(SPEECH).model, "recurrent")  # it hears layer 2 of 3
    epochs, (group,) = joins(pupil, RecurrentOptions(together=4, blocks=1))
    assert epochs == 4
    assert group["lr"] < 0.1
    assert set(group["params"]) == set(blocks_of(pupil)[1].parameters())
    _epochs, (group,) = joins(pupil, RecurrentOptions(blocks=0))
    assert set(group["params"]) == {part for block in blocks_of(pupil)[:2] for part in block.parameters()}


TOGETHER = FineTuneSettings(
    strategy="recurrent", options=(("together", 2), ("width", 8), ("layer", "last")), epochs=4, batch=6, patience=0
)


def test_first_the_head_learns_alone_then_both(paired: Lend, tmp_path: Path) -> None:
    data = made(tmp_path / "set")
    pupil = pupils.copy(paired(SPEECH).model, LABELS, TOGETHER)
    start = {name: part.clone() for name, part in pupil.module.named_parameters()}
    changed = []

    def watch(pupil: Pupil, epoch: Epoch) -> None:
        now = dict(pupil.module.named_parameters())
        changed.append({name.split(".")[0] for name, part in start.items() if not torch.equal(part, now[name])})

    history = loop.teach(pupil, data, halves(data), TOGETHER, tmp_path / "state", on_epoch=watch)
    assert history.ended == "finished"
    assert changed == [{"head"}, {"head"}, {"head", "base"}, {"head", "base"}]
    assert history.epochs[-1].loss < history.epochs[0].loss


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_run_stopped_before_or_after_the_encoder_joined_goes_on_as_if_nothing_had_been(
    epoch: int, paired: Lend, tmp_path: Path
) -> None:
    data = made(tmp_path / "set")
    whole, first, second = (pupils.copy(paired(SPEECH).model, LABELS, TOGETHER) for _copy in range(3))
    loop.teach(whole, data, halves(data), TOGETHER, tmp_path / "whole")

    def stop(pupil: Pupil, now: Epoch) -> None:
        if now.number == epoch:
            raise CancelledError("stop")

    cut = loop.teach(first, data, halves(data), TOGETHER, tmp_path / "cut", on_epoch=stop)
    assert cut.ended == "cancelled"
    history = loop.teach(second, data, halves(data), TOGETHER, tmp_path / "cut")
    assert len(history.epochs) == 4
    theirs = second.module.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in whole.module.state_dict().items())


@CELLS
def test_a_few_steps_lower_the_loss_and_leave_the_shared_model_alone(cell: str, paired: Lend) -> None:
    pair = paired(SPEECH)
    before = {name: value.clone() for name, value in pair.model.module.state_dict().items()}
    pupil = pupil_of(pair.model, "recurrent", cell=cell)
    found = losses(pupil, inputs_of(pair, pupil), target=1, steps=10, rate=1e-2)
    assert found[-1] < 0.5 * found[0]
    assert all(name.startswith("head.") for name in learned_state(pupil))
    assert all(torch.equal(value, before[name]) for name, value in pair.model.module.state_dict().items())


def test_what_learned_can_be_put_into_a_fresh_copy(paired: Lend) -> None:
    pair = paired(SPEECH)
    taught, fresh = moved(pupil_of(pair.model, "recurrent")), pupil_of(pair.model, "recurrent")
    fresh.module.load_state_dict(learned_state(taught), strict=False)
    inputs = inputs_of(pair, taught)
    assert torch.equal(logits(fresh, inputs), logits(taught, inputs))
    assert STRATEGY.fold(taught) is False
