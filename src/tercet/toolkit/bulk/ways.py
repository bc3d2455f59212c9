"""What a way of answering must do. A way knows the client and requests; it knows no folder, no source and no output."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Protocol

from tercet.toolkit.bulk.items import ItemResult, NumberedRequest

MOST_IN_GROUP = 500


class StopRequest:
    """Tells a way, from any thread or a signal's handler, that it shall finish: it asks nothing new from then on."""

    def __init__(self) -> None:
        self.requested = self.at_once = False
        self._told: list[Callable[[], object]] = []

    def request(self, *, at_once: bool = False) -> None:
        """Ask for it. `at_once`: what is under way is not waited for either; what was answered is given all the same."""
        self.requested, self.at_once = True, self.at_once or at_once
        for tell in tuple(self._told):
            tell()

    def when_requested(self, tell: Callable[[], object]) -> None:
        """Have this called when it is asked for, in whatever thread that is; at once if it was."""
        self._told.append(tell)
        if self.requested:
            tell()


class TasksUnderStop:
    """The tasks of one run in the running loop: a stop, asked for in any thread, is noted here, and cancels them if it is at
    once."""

    def __init__(self, stop: StopRequest) -> None:
        self._stop, self._loop = stop, asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def _heed_stop(self) -> None:
        """Begin to listen."""
        self._stop.when_requested(self._tell_stopping)

    def _tell_stopping(self) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._heed)

    def _heed(self) -> None:
        self._stopping.set()
        if self._stop.at_once:
            for task in self._tasks:
                task.cancel()


class Way(Protocol):
    """One way of having numbered requests answered: live, or by Message Batches."""

    def answer(self, requests: Iterator[NumberedRequest], stop: StopRequest) -> AsyncIterator[list[ItemResult]]:
        """Yield groups of results, in any order, until all requests are answered or a stop was asked for.

        A group stands in the log when the next one is asked for. A request that cannot be answered is a result with an
        error; what concerns all of them is raised.
        """
        ...
