"""What every method of attribution keeps, on every family of models: the contract of the explanations."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.attribution.method import attribute
from core.attribution.methods import methods
from core.attribution.target import Target
from core.errors import CancelledError, ClipError, MethodError, StrataError
from core.loading import LoadedModel
from core.progress import Step
from tests.attribution.asking import (
    SAYING,
    SECONDS,
    Ran,
    breaking,
    cheap,
    differences,
    explained,
    pieces_of,
    quiet,
    state,
    target_of,
)  # fmt: skip
from tests.contracts.small_models import Pair, Small, noise

Offered = Callable[[str, Small], LoadedModel | None]
Watched = Callable[[str, Small], Ran | None]
every_pair = pytest.mark.parametrize(
    ("name", "small"),
    [pytest.param(name, small, id=f"{name}-{small}") for small in SAYING for name in methods()],
)
every_method = pytest.mark.parametrize("name", methods())


class BrokenError(StrataError):
    """Something inside the model went wrong."""


@every_method
def test_a_method_tells_what_a_person_has_to_know_of_it(name: str) -> None:
    method = methods()[name]
    assert method.summary.endswith(".")
    assert method.caution == "" or method.caution.endswith(".")
    assert any(character.isdigit() for character in method.source)
    assert method.settings() == method.settings()


@every_method
def test_every_method_is_offered_for_some_family(name: str, offered: Offered) -> None:
    assert any(offered(name, small) for small in SAYING)


@every_pair
def test_where_a_method_would_not_be_right_it_is_refused_in_words(
    name: str, small: Small, paired: Callable[[Small], Pair]
) -> None:
    model = paired(small).model
    method = methods()[name]
    reason = method.unfit(model, target_of(model), cheap(method))
    if reason:
        with pytest.raises(MethodError) as caught:
            explained(model, method)
        assert reason in str(caught.value)
        assert str(caught.value).endswith(".")
        assert caught.value.hint.endswith(".")


@every_pair
def test_what_a_method_finds_lies_on_the_time_of_the_clip_and_is_finite(
    name: str, small: Small, ran: Watched, offered: Offered
) -> None:
    if (watched := ran(name, small)) is None:
        return
    found = watched.attribution
    bands, columns = found.relevance.shape
    assert np.isfinite(found.relevance).all()
    assert columns == found.time.count
    assert bands == max(len(found.edges) - 1, 1)
    assert list(found.edges) == sorted(set(found.edges))
    assert found.time.start >= 0
    assert found.time.start + found.time.step * (columns - 1) <= SECONDS + found.time.field
    assert not found.relevance.flags.writeable
    assert np.isfinite([found.score, found.probability, found.reference or 0.0]).all()
    if not methods()[name].signed:
        assert (found.relevance >= 0).all()
    if methods()[name].kind == "pieces":
        assert len(found.contributions) == len(found.segments) > 1


@every_pair
def test_a_method_says_the_same_twice(name: str, small: Small, ran: Watched, offered: Offered) -> None:
    if (watched := ran(name, small)) is not None:
        again = explained(offered(name, small), methods()[name])
        np.testing.assert_array_equal(again.relevance, watched.attribution.relevance)
        assert again.notes == watched.attribution.notes


@every_pair
def test_a_method_leaves_the_model_exactly_as_it_was(name: str, small: Small, ran: Watched) -> None:
    if (watched := ran(name, small)) is not None:
        assert watched.changed == []


@every_pair
def test_progress_never_goes_back_and_ends_when_all_is_done(name: str, small: Small, ran: Watched) -> None:
    if (watched := ran(name, small)) is not None:
        shares = [step.fraction for step in watched.steps]
        assert shares == sorted(shares)
        assert shares[0] > 0
        assert shares[-1] == 1


@every_pair
def test_no_method_costs_more_than_it_says(name: str, small: Small, ran: Watched, offered: Offered) -> None:
    if (watched := ran(name, small)) is not None:
        model, method = offered(name, small), methods()[name]
        pieces = len(pieces_of(model, noise(SECONDS)))
        said = method.passes(model, SECONDS, pieces, cheap(method))
        assert said.forward + said.back >= watched.heard - 1, "one pass more reads the score itself"


@every_pair
def test_a_cancelled_method_stops_at_once_and_leaves_no_trace(name: str, small: Small, offered: Offered) -> None:
    if (model := offered(name, small)) is None:
        return
    heard: list[Step] = []

    def cancel(step: Step) -> None:
        heard.append(step)
        raise CancelledError("stopped", hint="")

    before = state(model.module)
    with pytest.raises(CancelledError):
        explained(model, methods()[name], report=cancel)
    assert len(heard) == 1
    assert differences(before, state(model.module)) == []


@pytest.mark.parametrize("backward", [False, True], ids=["on the way there", "on the way back"])
@every_pair
def test_a_method_that_fails_leaves_no_trace(name: str, small: Small, backward: bool, offered: Offered) -> None:
    if (model := offered(name, small)) is None:
        return

    def fault(*_gradient: object) -> None:
        raise BrokenError("broken", hint="")

    failed = False
    with breaking(model.module, fault, backward):
        before = state(model.module)
        try:
            explained(model, methods()[name])
        except BrokenError:
            failed = True
        after = state(model.module)
    assert failed or backward, "a method without gradients has no way back"
    assert differences(before, after) == []


@every_pair
def test_silence_gives_numbers_or_a_sentence_never_nonsense(name: str, small: Small, offered: Offered) -> None:
    if (model := offered(name, small)) is None:
        return
    try:
        found = explained(model, methods()[name], quiet(noise(SECONDS)))
    except MethodError as refused:
        assert str(refused).endswith(".")
    else:
        assert np.isfinite(found.relevance).all()
        assert np.isfinite(found.contributions).all()


@every_pair
def test_the_shortest_clip_that_a_model_hears_is_explained_or_refused_in_words(
    name: str, small: Small, offered: Offered
) -> None:
    if (model := offered(name, small)) is None:
        return
    method, target = methods()[name], target_of(model)
    clip = noise(model.card.shortest, model.card.sample_rate)
    target = Target(1, None, (0, 1) if target.frames else None)
    try:
        found = attribute(model, clip, method, target, cheap(method), pieces_of(model, clip))
    except MethodError as refused:
        assert str(refused).endswith(".")
    else:
        assert np.isfinite(found.relevance).all()


@every_pair
def test_a_clip_shorter_than_one_frame_is_refused_in_words(name: str, small: Small, offered: Offered) -> None:
    if (model := offered(name, small)) is None:
        return
    clip = noise(model.card.shortest / 2, model.card.sample_rate)
    with pytest.raises(ClipError, match="ms long") as caught:
        attribute(model, clip, methods()[name], target_of(model), cheap(methods()[name]))
    assert caught.value.hint


@every_method
@pytest.mark.parametrize("small", SAYING[:1], ids=str)
@pytest.mark.parametrize("index", [-1, 10_000])
def test_a_class_that_does_not_exist_is_refused_in_words(
    name: str, small: Small, index: int, paired: Callable[[Small], Pair]
) -> None:
    model = paired(small).model
    wrong = Target(index, None, target_of(model).frames)
    with pytest.raises(MethodError, match="nothing of that kind"):
        attribute(model, noise(SECONDS), methods()[name], wrong, cheap(methods()[name]))


@every_pair
def test_the_difference_of_two_is_a_target_too(name: str, small: Small, offered: Offered) -> None:
    model = offered(name, small)
    if model is None:
        return
    found = explained(model, methods()[name], against=0)
    assert np.isfinite(found.relevance).all()
    clip = noise(SECONDS)
    with torch.no_grad():
        logits = model.module(**model.inputs(clip), **model.family.call).logits
    assert found.score == pytest.approx(float(target_of(model, 0).score(logits)), abs=1e-5)
