"""Results and models are computed once, kept within bounds, and never kept when they failed."""

import threading
import time

import numpy as np
import pytest

from core.progress import silent
from core.results import ResultStore
from core.shelf import Shelf


def together(count, work):
    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)


def test_eight_sessions_asking_for_the_same_result_compute_it_once():
    store, calls = ResultStore(10**6), []

    def slow():
        calls.append(1)
        time.sleep(0.05)
        return np.zeros(3)

    together(8, lambda index: store.get("key", slow))
    assert len(calls) == 1


def test_the_oldest_result_leaves_when_the_budget_is_spent():
    store = ResultStore(budget_bytes=100)
    for key in ("a", "b"):
        store.get(key, lambda: np.zeros(10))
    assert "a" not in store
    assert store.peek("b")[0]


def test_a_failed_result_is_not_kept():
    store = ResultStore(100)
    for _attempt in range(2):
        with pytest.raises(ZeroDivisionError):
            store.get("key", lambda: 1 / 0)
    assert store.get("key", lambda: 7) == 7


def test_a_model_that_three_sessions_ask_for_is_loaded_once():
    loads = []

    def load(spec, report):
        loads.append(spec)
        time.sleep(0.05)
        return object()

    shelf = Shelf(load)
    got = [None] * 3

    def ask(index):
        got[index] = shelf.get("a")

    together(3, ask)
    assert loads == ["a"]
    assert got[0] is got[1] is got[2]


def test_the_shelf_keeps_the_models_used_last():
    shelf = Shelf(lambda spec, report: spec, capacity=2)
    for spec in ("a", "b", "a", "c"):
        shelf.get(spec)
    assert [shelf.ready(spec) for spec in "abc"] == [True, False, True]


def test_a_model_that_failed_to_load_is_tried_again():
    tries = []

    def load(spec, report):
        tries.append(spec)
        if len(tries) == 1:
            raise OSError("gone")
        return "model"

    shelf = Shelf(load)
    with pytest.raises(OSError, match="gone"):
        shelf.get("a", silent)
    assert shelf.get("a", silent) == "model"


def test_warming_loads_in_the_background():
    started = threading.Event()
    shelf = Shelf(lambda spec, report: started.set() or spec)
    shelf.warm("a")
    assert started.wait(5)
    assert shelf.get("a") == "a"
