"""A lock that is handed on in the order in which it was asked for, so that short work gets in between long work."""

import threading
from collections import deque
from types import TracebackType


class Turns:
    """Lock for one thread at a time, first come, first served; whoever has it may take it again.

    A plain lock may be taken again at once by the thread that has just let go of it, over and over, while others wait.
    """

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None
        self._depth = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._door:
            if self._owner in {None, me}:
                self._owner, self._depth = me, self._depth + 1
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append((me, ticket))
        ticket.acquire()  # until the one before lets go

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._door:
            self._depth -= 1
            if self._depth:
                return
            self._owner = None
            if self._waiting:
                self._owner, ticket = self._waiting.popleft()
                self._depth = 1
                ticket.release()
