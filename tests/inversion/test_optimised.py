"""What is promised of the search for a sound that a layer cannot tell apart."""

import itertools

import numpy as np
import pytest
import torch

from core.clip import Clip
from core.errors import CancelledError, ClipError, MethodError
from core.inversion.optimised import Search, search
from core.inversion.picture import picture
from core.inversion.rebuilding import estimate, rebuild
from core.progress import Step
from core.timeline import TimeAxis
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import Small, load, save
from tests.inversion.planted import RATE, MelNetwork, hooks_of, sung

KINDS = {
    "wave": Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC"),
    "spectrogram": Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier),
    "patches": Small(FAMILIES["audio-spectrogram-transformer"], "ASTForAudioClassification"),
}
QUICK = Search(steps=3)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """One small random model of each kind of input."""
    found = {}
    for name, small in KINDS.items():
        folder = tmp_path_factory.mktemp(name)
        save(small, folder)
        found[name] = load(folder)
    return found


def test_the_first_convolution_gives_all_of_the_picture_back_and_every_later_one_less() -> None:
    # the reference: 1.000, 0.879, 0.567, 0.371 with an error of at most 0.018 throughout
    network = MelNetwork().requires_grad_(False)
    true = torch.from_numpy(picture(sung(1, 1), TimeAxis(0.05, 0.01, 0.01, 72)).T[None].copy())
    found = [
        search(lambda values, at=at: list(network.outputs((values + 35) / 16))[at], true) for at in range(4)
    ]  # fmt: skip
    likeness = [one.likeness for one in found]
    assert likeness[0] >= 0.99
    assert all(later < earlier for earlier, later in itertools.pairwise(likeness))
    assert all(one.error <= 0.018 for one in found)


def test_the_error_that_is_told_is_that_of_what_was_found() -> None:
    true = torch.randn(1, 8, 20, generator=torch.Generator().manual_seed(0))
    found = search(lambda values: values * 2 + 1, true, Search(steps=50))
    said, wanted = torch.from_numpy(found.values) * 2 + 1, true * 2 + 1
    assert found.error == pytest.approx(float((said - wanted).square().sum() / wanted.square().sum()), rel=1e-4)
    assert len(found.course) == 50
    assert found.course[-1] < found.course[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_input_can_be_searched_at_every_stop(models, kind: str) -> None:  # type: ignore[no-untyped-def]
    model, clip = models[kind], sung(0, 1)
    heard = trace(model, clip)
    for stop in range(-len(heard.convolutions), heard.layers + 1):
        found = rebuild(model, clip, stop, QUICK)
        assert found.samples.size == clip.samples.size
        assert np.isfinite(found.samples).all() and np.isfinite(found.picture).all()
        assert found.picture.shape[0] == found.time.count
        assert -1.0 <= found.likeness <= 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_listens_to_what_the_trace_says(models, kind: str) -> None:  # type: ignore[no-untyped-def]
    from core.inversion.rebuilding import _given, listener

    model, clip = models[kind], sung(2, 0)
    inputs, plane = _given(model, clip)
    heard = trace(model, clip)
    for layer in range(heard.layers + 1):
        said = listener(model, clip, layer, inputs, plane)(inputs[plane.name])
        laid = heard.grids[layer].place(heard.hidden[layer])
        np.testing.assert_allclose(said.numpy(), laid, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_is_left_exactly_as_it_was(models, kind: str) -> None:  # type: ignore[no-untyped-def]
    model, clip = models[kind], sung(0, 1)
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    said, hooks = trace(model, clip).hidden[-1], hooks_of(model.module)
    rebuild(model, clip, 1, QUICK)
    assert all((before[name] == value).all() for name, value in model.module.state_dict().items())
    assert hooks_of(model.module) == hooks
    assert not any(part.training for part in model.module.modules())
    assert all(value.grad is None and not value.requires_grad for value in model.module.parameters())
    np.testing.assert_array_equal(trace(model, clip).hidden[-1], said)


def test_others_can_use_the_model_between_steps_and_the_search_can_be_stopped(models) -> None:  # type: ignore[no-untyped-def]
    model, clip = models["wave"], sung(0, 1)
    trace(model, clip)
    heard, hooks = [], hooks_of(model.module)

    def report(step: Step) -> None:
        heard.append(trace(model, clip).layers)  # would wait for ever if the search kept the model
        if step.done == 2:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        rebuild(model, clip, 1, QUICK, report)
    assert len(heard) == 2
    assert hooks_of(model.module) == hooks


@pytest.mark.parametrize("kind", ["wave"])
def test_silence_and_what_is_shorter_than_a_frame_are_refused_in_words(models, kind: str) -> None:  # type: ignore[no-untyped-def]
    model = models[kind]
    with pytest.raises(MethodError, match="silent"):
        rebuild(model, Clip.of("silence", np.zeros(RATE), RATE), 1, QUICK)
    with pytest.raises(ClipError, match="ms long"):
        rebuild(model, Clip.of("click", np.ones(20), RATE), 1, QUICK)


def test_an_input_that_holds_the_clip_several_times_over_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    save(Small(FAMILIES["clap"], "ClapAudioModelWithProjection"), tmp_path)
    model = load(tmp_path)
    with pytest.raises(MethodError, match="several times over"):
        rebuild(model, sung(0, 0), 1, QUICK)


def test_the_cost_is_told_before(models) -> None:  # type: ignore[no-untyped-def]
    assert estimate(models["wave"], sung(0, 0), 1, steps=30) > 0
