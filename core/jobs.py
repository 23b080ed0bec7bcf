"""Long work that outlives the page that began it: one at a time, in a thread of its own, watched from anywhere."""

import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from traceback import clear_frames
from typing import Any, Generic, Literal, TypeVar

from core.errors import BusyError, CancelledError
from core.progress import Report, Step
from core.results import size_of
from core.text import _

T = TypeVar("T")
Status = Literal["waiting", "running", "done", "failed", "cancelled"]
OVER = ("done", "failed", "cancelled")
WINDOW = 40  # steps with their times that the time left is reckoned from
APART = 0.2  # seconds between two of them


@dataclass(frozen=True)
class Snapshot:
    """A job at one moment; times are seconds since 1970.

    ahead     jobs that come before it while it waits
    step      the last one reported, None before the first
    left      seconds until the present part of the work is done; None while that cannot be told
    stopping  it was asked to stop and has not reported since
    """

    key: str
    title: str
    status: Status
    ahead: int
    step: Step | None
    left: float | None
    begun: float
    started: float | None
    ended: float | None
    stopping: bool

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.status in OVER


@dataclass(eq=False)
class _Job(Generic[T]):
    key: str
    owner: str
    title: str
    work: Callable[[Report], T] | None
    future: "Future[T]" = field(default_factory=Future)
    status: Status = "waiting"
    begun: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    seen: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    step: Step | None = None
    marks: "deque[tuple[float, Step]]" = field(default_factory=lambda: deque(maxlen=WINDOW))

    def report(self, step: Step) -> None:
        """Take down a step; raise CancelledError once for every time that the work was asked to stop.

        Once, because work that keeps what it has when it is stopped still has to finish keeping it.
        """
        if self.stop.is_set():
            self.stop.clear()
            raise CancelledError(_("Stopped."), hint=_("What was finished before is kept."))
        now = time.monotonic()
        if self.marks and (self.marks[-1][1].total != step.total or self.marks[-1][1].done > step.done):
            self.marks.clear()  # another part of the work: its pace is its own
        if not self.marks or now - self.marks[-1][0] >= APART:
            self.marks.append((now, step))
        self.step = step

    def left(self) -> float | None:
        """Reckon the seconds left from the pace of the last steps."""
        marks = list(self.marks)
        if self.status != "running" or len(marks) < 2 or self.step is None:
            return None
        (first, at_first), (last, at_last) = marks[0], marks[-1]
        if at_last.done == at_first.done:
            return None
        pace = (last - first) / (at_last.done - at_first.done)
        return max(0.0, pace * (at_last.total - at_last.done) - (time.monotonic() - last))


@dataclass(eq=False)
class Jobs:
    """One job at a time, the others in the order in which they came; none of this touches any page.

    waiting    most jobs that may wait behind the running one
    kept       jobs that are over and can still be asked for; the oldest are forgotten first
    held       bytes of the results that these may hold together; the last one is always kept
    abandoned  seconds after which nobody who looks counts as nobody who waits

    A job goes on when its page is left, as long as nobody else wants its place. Where all places are taken, jobs that
    nobody has looked at for ``abandoned`` seconds make room: a waiting one leaves, a running one is asked to stop.
    """

    waiting: int = 4
    kept: int = 32
    held: int = 512 * 1024**2
    abandoned: float = 600.0

    def __post_init__(self) -> None:
        self._jobs: OrderedDict[str, _Job[Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, owner: str, title: str, work: Callable[[Report], T], key: str = "") -> str:
        """Queue some work and return the key that it is asked for with; whoever knows the key may look and cancel.

        key  its name where it has an unguessable one already; else one is made up

        Raises BusyError where the owner has work that is not over, or where every place is taken.
        """
        key = key or secrets.token_hex(16)
        with self._lock:
            live = [job for job in self._jobs.values() if job.status not in OVER]
            if any(job.owner == owner or job.key == key for job in live):
                raise BusyError(
                    _("Something of yours is running already."), hint=_("Wait until it is done, or stop it.")
                )
            self._make_room(live)
            self._jobs.pop(key, None)
            self._jobs[key] = _Job(key, owner, title, work)
            self._forget()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()
        return key

    def snapshot(self, key: str) -> Snapshot | None:
        """Say how a job stands; None where it is not known (any more). Looking keeps it from being abandoned."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            job.seen = time.monotonic()
            ahead = [other for other in self._jobs.values() if other.status not in OVER]
            place = ahead.index(job) if job in ahead else 0
            return Snapshot(
                key=key, title=job.title, status=job.status, ahead=place, step=job.step, left=job.left(),
                begun=job.begun, started=job.started, ended=job.ended, stopping=job.stop.is_set(),
            )  # fmt: skip

    def result(self, key: str, timeout: float | None = None) -> Any:
        """Wait for a job and return what it made; raises what it raised, KeyError where it is not known.

        TimeoutError after ``timeout`` seconds; None waits as long as it takes.
        """
        with self._lock:
            future = self._jobs[key].future
        return future.result(timeout)

    def cancel(self, key: str) -> None:
        """Take a waiting job out; ask a running one to stop, which it does at its next step."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None:
                self._cancel(job)

    def of(self, owner: str) -> str:
        """Return the key of the owner's job that is not over; empty where there is none."""
        with self._lock:
            return next((job.key for job in self._jobs.values() if job.owner == owner and job.status not in OVER), "")

    def _cancel(self, job: "_Job[Any]") -> None:
        if job.status == "running":
            job.stop.set()
        elif job.status == "waiting":
            self._end(job, "cancelled")
            job.future.set_exception(CancelledError(_("Stopped before it began.")))

    def _make_room(self, live: "list[_Job[Any]]") -> None:
        if len(live) <= self.waiting:
            return
        since = time.monotonic() - self.abandoned
        for job in reversed([job for job in live if job.seen <= since]):
            self._cancel(job)
            if job.status in OVER:
                return
        raise BusyError(
            _("The computer is busy: {count} others are waiting already.").format(count=self.waiting),
            hint=_("Try again in a few minutes, or run Strata on your own computer."),
        )

    def _forget(self) -> None:
        over = [key for key, job in self._jobs.items() if job.status in OVER]
        sizes = [_size(self._jobs[key]) for key in over]
        while len(over) > self.kept or (len(over) > 1 and sum(sizes) > self.held):
            del self._jobs[over.pop(0)], sizes[0]

    def _end(self, job: "_Job[Any]", status: Status) -> None:
        job.status, job.ended = status, time.time()
        job.work = None  # what it works on need not be kept

    def _next(self) -> "_Job[Any] | None":
        with self._lock:
            job = next((job for job in self._jobs.values() if job.status == "waiting"), None)
            if job is None:
                self._thread = None
            else:
                job.status, job.started = "running", time.time()
            return job

    def _run(self) -> None:
        while job := self._next():
            self._work(job)

    def _work(self, job: "_Job[Any]") -> None:
        try:
            made = job.work(job.report) if job.work else None
        except BaseException as error:  # noqa: BLE001  a thread has no caller: whoever asks for the result gets it
            clear_frames(error.__traceback__)  # else the models in them would stay in memory as long as the error
            with self._lock:  # whoever sees that it is over must find the result there
                job.future.set_exception(error)
                self._end(job, "cancelled" if isinstance(error, CancelledError) else "failed")
        else:
            with self._lock:
                job.future.set_result(made)
                self._end(job, "done")
                self._jobs.move_to_end(job.key)  # the last to be over is the last to be forgotten
                self._forget()


def _size(job: "_Job[Any]") -> int:
    """Bytes of what a job that is over made."""
    return size_of(job.future.result()) if job.status == "done" else 0
