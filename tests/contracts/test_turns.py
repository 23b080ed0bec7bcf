"""Work on a model that all visitors share is done in the order in which it was asked for, long work in turns."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.attribution.method import attribute
from core.attribution.methods import methods
from core.progress import Step
from core.trace import trace
from core.turns import Turns
from tests.attribution.asking import SAYING, cheap, pieces_of, target_of
from tests.contracts.small_models import Pair, Small, noise

SOON = 60.0  # seconds
LONG = [name for name, method in methods().items() if method.by_turns]


def test_who_waits_comes_before_who_has_just_let_go() -> None:
    turns, order, asking = Turns(), [], threading.Event()

    def other() -> None:
        asking.set()
        with turns:
            order.append("other")

    with ThreadPoolExecutor(1) as pool:
        with turns:
            waiting = pool.submit(other)
            asking.wait(SOON)
            while not turns.waiting:
                time.sleep(0.01)
        with turns:
            order.append("again")
        waiting.result(SOON)
    assert order == ["other", "again"]


def test_whoever_has_it_may_take_it_again_and_gives_it_back_with_the_last() -> None:
    turns = Turns()
    with ThreadPoolExecutor(1) as pool:
        with turns:
            with turns:
                pass
            waiting = pool.submit(turns.__enter__)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
        waiting.result(SOON)


def test_it_is_given_back_when_the_work_fails() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with ThreadPoolExecutor(1) as pool:
        pool.submit(turns.__enter__).result(SOON)


@pytest.mark.parametrize("name", LONG)
def test_others_can_ask_a_model_while_a_long_explanation_is_under_way(
    name: str, paired: Callable[[Small], Pair]
) -> None:
    model, method = paired(SAYING[0]).model, methods()[name]
    clip, answered = noise(0.6, model.card.sample_rate), []

    with ThreadPoolExecutor(1) as visitor:

        def report(_step: Step) -> None:
            if not answered:
                answered.append(visitor.submit(trace, model, clip).result(SOON).layers)

        attribute(model, clip, method, target_of(model), cheap(method), pieces_of(model, clip, 5), report)
    assert answered == [model.card.layers]
