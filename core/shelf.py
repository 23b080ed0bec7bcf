"""A few loaded models, shared by everyone, each loaded once however many ask for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.progress import Report, silent

T = TypeVar("T")


@dataclass(eq=False)
class Shelf(Generic[T]):
    """Keep at most ``capacity`` models; the one used longest ago leaves first.

    load  (spec, report) -> model; runs outside of any lock, once per spec at a time
    """

    load: Callable[[Hashable, Report], T]
    capacity: int = 2

    def __post_init__(self) -> None:
        self._models: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, spec: Hashable, report: Report = silent) -> T:
        """Return the model of ``spec``, loading it or waiting for whoever is loading it; errors are not kept."""
        future, mine = self._place(spec)
        if mine:
            self._fill(spec, future, report)
        return future.result()

    def ready(self, spec: Hashable) -> bool:
        """Tell whether the model of ``spec`` is there without waiting."""
        with self._lock:
            future = self._models.get(spec)
        return future is not None and future.done() and future.exception() is None

    def warm(self, spec: Hashable, after: float = 0.0) -> None:
        """Load the model of ``spec`` in the background after some seconds, unless someone has asked for it by then."""
        timer = threading.Timer(after, self._warm, args=(spec,))
        timer.daemon = True
        timer.start()

    def _warm(self, spec: Hashable) -> None:
        future, mine = self._place(spec)
        if mine:
            self._fill(spec, future, silent)

    def forget(self, spec: Hashable) -> None:
        """Let go of the model of ``spec``."""
        with self._lock:
            self._models.pop(spec, None)

    def _place(self, spec: Hashable) -> tuple[Future[T], bool]:
        with self._lock:
            if spec in self._models:
                self._models.move_to_end(spec)
                return self._models[spec], False
            future: Future[T] = Future()
            self._models[spec] = future
            while len(self._models) > self.capacity:
                self._models.popitem(last=False)
            return future, True

    def _fill(self, spec: Hashable, future: Future[T], report: Report) -> None:
        try:
            future.set_result(self.load(spec, report))
        except BaseException as error:  # noqa: BLE001  whoever waits gets the same error; nobody is left waiting for ever
            self.forget(spec)
            future.set_exception(error)
