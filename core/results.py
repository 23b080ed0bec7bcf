"""Keep expensive results within a budget of bytes, computing each of them once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(eq=False)
class ResultStore:
    """Least-recently-used store shared by every session; keys name content, never a person."""

    budget_bytes: int

    def __post_init__(self) -> None:
        self._items: OrderedDict[Hashable, Any] = OrderedDict()
        self._pending: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the result of ``key``, computing it while others who ask for it wait."""
        with self._lock:
            pending = self._pending.setdefault(key, threading.Lock())
        try:
            with pending:
                found, value = self.peek(key)
                return value if found else self._keep(key, compute())
        finally:
            with self._lock:
                if not pending.locked():
                    self._pending.pop(key, None)

    def peek(self, key: Hashable) -> tuple[bool, Any]:
        """Return (True, result) where ``key`` is kept, else (False, None); never computes."""
        with self._lock:
            if key not in self._items:
                return False, None
            self._items.move_to_end(key)
            return True, self._items[key]

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._items

    def _keep(self, key: Hashable, result: T) -> T:
        with self._lock:
            self._items[key] = result
            while len(self._items) > 1 and sum(map(size_of, self._items.values())) > self.budget_bytes:
                self._items.popitem(last=False)
        return result


def size_of(value: Any) -> int:
    """Bytes held by the arrays and byte strings of a (nested) result."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, (bytes, str)):
        return len(value)
    if is_dataclass(value) and not isinstance(value, type):
        return sum(size_of(getattr(value, item.name)) for item in fields(value))
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(size_of, value))
    return 0
