"""Group commit: what tasks and threads ask of a store while it writes is written together, next. Knows no place.

Theory of operation. A commit that survives a loss of power takes milliseconds, however much it commits; so changes wait for
one another, not each for the disk.

- *Asking takes no lock.* `begin` appends a Pending to a deque and puts a token into a queue that wakes the writer. Both are
  safe at any moment: a collector may ask (a stream that nobody closed is settled in its `__del__`) while this very thread
  holds something. Whoever must know waits for the future: a thread in `update`, a task by the effect `Wait`, which occupies
  no thread.
- *One thread a store writes* (`_write_on`), so that no signal interrupts a transaction. It takes all that lies in the queue
  (`flush`), in the order of asking. While it writes, the next group gathers: under load groups grow by themselves, and
  alone a change goes at once. Between groups the thread holds the store by a weak reference and waits for a token: True,
  somebody waits; False, there is only what may trail (settlements), for which it waits TRAIL seconds more; None, the end.
- *A group is one transaction, its changes stay apart.* A Pending that was cancelled before its turn drops out (`claim`); a
  change that raises leaves its state as it was, and its asker gets the error, the others their results. Only where the
  transaction fails do all get the failure, each its own copy. `may_be_written` tells of an end that left the outcome open:
  who reserved money then must take it back.
- *Busy is not lost.* If another process holds the file for too long, nothing was written. Those who wait are told; what
  trails goes back to the head of the queue, until half of its lease is over.
- *Ends.* Where no thread can be started any more (the interpreter ends), who asks writes. At exit and before a fork what
  trails is written; a child begins with an empty queue, since what was asked for is its parent's. A store with changes that
  trail is kept alive by `_trailing`.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import msgspec

from tercet.flow.store.store import S
from tercet.transport.sockets import reset_in_child
from tercet.wire.errors.limits import SharedStateBusyError, SharedStateError
from tercet.wire.msgspec_warmup import warm_up

T = TypeVar("T")
TRAIL = 0.05
"""Seconds by which a change that nobody waits for may come later."""
_trailing: set[GroupCommitStore] = set()
"""Those that have such changes: a store that nobody holds any more must not take them along."""
_stores: weakref.WeakSet[GroupCommitStore] = weakref.WeakSet()
_exiting = False


class Pending:
    """Keep one change that was asked for, and what became of it."""

    __slots__ = ("asked", "change", "error", "future", "key", "kind", "result", "trails")

    def __init__(self, key: str, kind: type[Any], change: Callable[[Any], Any], trails: bool) -> None:
        self.key, self.kind, self.change, self.trails = key, kind, change, trails
        self.asked = time.monotonic()
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: Exception | None = None

    def claim(self) -> bool:
        """Return whether it is still asked for. From here on it cannot be withdrawn."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def apply(self, data: bytes | None, place: str) -> bytes | None:
        """Return the state after this change, or as it was where the change fails: that harms no other one."""
        self.error = None
        try:
            state = self.kind() if data is None else _decode_state(data, self.kind, place)
            self.result = self.change(state)
            return msgspec.msgpack.encode(state)
        except Exception as error:  # its asker's, and raised there
            self.error = error
            return data

    def end(self, failure: SharedStateError | None) -> None:
        """Tell who waits. `failure`: nothing of the group was written."""
        error = copy_error(failure) if failure is not None else self.error
        if error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(error)


class GroupCommitStore(ABC):
    """Write changes in groups to a place that lets us wait: a disk, a server. `place` says where it is, without a password."""

    blocking = True
    lease: float

    def __init__(self, place: str) -> None:
        self._place = place
        self._set_up_queue()
        _stores.add(self)
        reset_in_child(self)

    def _set_up_queue(self) -> None:
        self._queue: deque[Pending] = deque()
        self._wake: SimpleQueue[bool | None] = SimpleQueue()
        """True: somebody waits. False: there is something that may trail. None: the thread ends."""
        self._writing, self._starting = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._writer: int | None = None
        """The thread that writes now."""

    @abstractmethod
    def _write(self, group: list[Pending]) -> None:
        """Apply all of these and keep what they made of the states. Raises SharedStateError where nothing was kept."""

    def update(self, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        """Hand the state to `change` and wait until it is written."""
        if self._writer == threading.get_ident():
            raise SharedStateError(f"a change of {self._place} asked for another one, which would wait for the first")
        for other in list(_trailing):  # what this process was told is seen by all of it
            if other is not self and other._place == self._place:
                other.flush()
        future = self.begin(key, kind, change)
        try:
            return future.result()
        finally:
            future.cancel()  # Ctrl-C while it waited: what has not begun is not done

    def begin(self, key: str, kind: type[S], change: Callable[[S], T], *, trails: bool = False) -> Future[T]:
        """Ask for a change. `trails`: nobody waits for it, and it may be written up to 50 ms later."""
        pending = Pending(key, kind, change, trails)
        self._queue.append(pending)
        if trails:
            _trailing.add(self)
        if self._thread is None and not self._start_thread():
            self.flush()
        else:
            self._wake.put(not trails)
        return pending.future

    def _start_thread(self) -> bool:
        """Return whether there is a thread that writes, started if need be: none can be started when the interpreter ends."""
        if _exiting:
            return False
        if self._starting.acquire(blocking=False):  # otherwise somebody is at it, perhaps further down in this stack
            try:
                if self._thread is None:
                    run = threading.Thread(
                        target=_write_on, args=(weakref.ref(self), self._wake), name="tercet-store", daemon=True
                    )
                    run.start()
                    self._thread = run
                    _flush_at_the_end_of_children()
            except RuntimeError:
                return False
            finally:
                self._starting.release()
        return True

    def flush(self) -> None:
        """Write what was asked for until now, in this thread."""
        if self._writer == threading.get_ident():
            return
        with self._writing:
            try:
                self._writer = threading.get_ident()
                taken = [self._queue.popleft() for _ in range(len(self._queue))]  # nobody else takes any
                group = [pending for pending in taken if pending.claim()]
                if group:
                    self._write_together(group)
            finally:
                self._writer = None
        if not self._queue:
            _trailing.discard(self)
            if self._queue:  # it came in between
                _trailing.add(self)

    def _write_together(self, group: list[Pending]) -> None:
        interrupted = SharedStateError(f"writing to {self._place} was interrupted")
        interrupted.may_be_written = True
        failure: SharedStateError | None = interrupted
        try:
            self._write(group)
            failure = None
        except SharedStateBusyError as error:
            failure = error
            group = self._put_back(group)
        except SharedStateError as error:
            failure = error
        except Exception as error:
            interrupted.__cause__ = error
        finally:
            for pending in group:
                pending.end(failure)

    def _put_back(self, group: list[Pending]) -> list[Pending]:
        """Let what nobody waits for be tried again while the others of the group are told that it was in vain."""
        since = time.monotonic() - self.lease / 2
        again = [pending for pending in group if pending.trails and pending.asked > since and not _exiting]
        if again:
            self._queue.extendleft(reversed(again))
            self._wake.put(False)
        return [pending for pending in group if pending not in again]

    def _end(self) -> None:
        """Write what is left and let the thread end: the interpreter does."""
        self.flush()
        self._wake.put(None)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def after_fork(self) -> None:
        """Begin anew in a forked child: what was asked for is the parent's, and its thread is not here."""
        self._set_up_queue()
        _trailing.discard(self)

    def __del__(self) -> None:
        if "_wake" in self.__dict__:
            self._wake.put(None)


def _write_on(ref: weakref.ref[GroupCommitStore], wake: SimpleQueue[bool | None]) -> None:
    """Write for a store as long as there is one. While nothing is asked, the thread does not keep it."""
    while (soon := wake.get()) is not None:
        if not soon:
            soon = _somebody_waits(wake)
        with suppress(Empty):
            while soon is not None:
                soon = wake.get_nowait()
        store = ref()
        if store is not None:
            with suppress(BaseException):  # those who wait were told, and others will ask
                store.flush()
        del store
        if soon is None:
            return


def _somebody_waits(wake: SimpleQueue[bool | None]) -> bool | None:
    until = time.monotonic() + TRAIL
    soon: bool | None = False
    with suppress(Empty):
        while soon is False:
            soon = wake.get(timeout=max(0.0, until - time.monotonic()))
    return soon


def _decode_state(data: bytes, kind: type[S], place: str) -> S:
    try:
        return msgspec.msgpack.decode(data, type=warm_up(kind))
    except (msgspec.MsgspecError, TypeError) as error:
        raise SharedStateError(f"{place} holds something else than the state of {kind.__name__}") from error


def copy_error(failure: SharedStateError) -> SharedStateError:
    """Return the same error for one who waits: one exception cannot be raised in several threads."""
    error = type(failure)(*failure.args)
    error.may_be_written, error.__cause__ = failure.may_be_written, failure.__cause__
    return error


def _flush_all() -> None:
    for store in list(_trailing):
        store.flush()


def _flush_at_the_end_of_children() -> None:
    """Have what is left written when a process that multiprocessing forked ends, which takes no leave of the interpreter."""
    if (util := sys.modules.get("multiprocessing.util")) is not None:
        util.Finalize(None, _flush_all, exitpriority=0)


def _at_exit() -> None:
    global _exiting
    _exiting = True
    for store in list(_stores):
        store._end()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_flush_all)
