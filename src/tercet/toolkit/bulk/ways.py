"""What a way of answering must do. A way knows the client and requests; it knows no folder, no source and no output."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from tercet.toolkit.bulk.items import ItemResult, NumberedRequest

MOST_IN_GROUP = 500
GROUP_SECONDS = 1.0


class StopRequest:
    """Tells a way, from any thread, that it shall finish: it asks nothing new from then on."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """Ask for it."""
        self.requested = True


class Way(Protocol):
    """One way of having numbered requests answered: live, or by Message Batches."""

    def answer(self, requests: Iterator[NumberedRequest], stop: StopRequest) -> AsyncIterator[list[ItemResult]]:
        """Yield groups of results, in any order, until all requests are answered or a stop was asked for.

        A group stands in the log when the next one is asked for. A request that cannot be answered is a result with an
        error; what concerns all of them is raised.
        """
        ...
