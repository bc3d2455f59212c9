"""A row of the fault matrix as data: what the server does, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.server import Step, Steps
from tests.faults.surfaces import SURFACES

CHUNKINGS = ("whole", "bytes", "random")
ONE = ("whole",)
JSON_SURFACES = ("create", "parse")
STREAMS = ("raw", "helper")
RETRIES = 2
"""`max_retries` of a row's client, unless the row says otherwise."""
SHORT = 0.25
"""Seconds of every timeout in the rows that wait for one."""


def ONCE(retries: int) -> int:
    """Sent once, however many retries are allowed."""
    return 1


def EVERY(retries: int) -> int:
    """Sent once more for every retry that is allowed."""
    return 1 + retries


def NEVER(retries: int) -> int:
    """Not sent at all."""
    return 0


Sends = Callable[[int], int]


@dataclass(frozen=True)
class Due:
    """`error`: names of classes, each of which the exception must be an instance of; empty for a success."""

    error: tuple[str, ...] = ()
    sends: Sends = ONCE
    """How many requests the server must count, by the retries that are allowed."""
    retries: Sends | None = None
    """How often the client must wait to try again; None: once less than it sends."""
    phase: str = ""
    """How far each failed attempt got, or two phases between which the network decides (`a|b`). Empty: no attempt is
    recorded, since an answer came, and it is the answer that is wrong."""
    status: int | None = None
    says: str = ""
    """What the error's text must hold."""
    waits: tuple[float, float] | None = None
    """Bounds of the first wait before a retry."""
    value: Mapping[str, Any] = field(default_factory=dict)
    """What the success must have, where that is not the usual answer."""
    retry_after: bool = False
    """Whether the error must say how long to wait."""


def fine(sends: Sends | int = ONCE, **more: Any) -> Due:
    """The right answer, after so many requests."""
    return Due((), (lambda retries: sends) if isinstance(sends, int) else sends, **more)


def fails(*error: str, sends: Sends = EVERY, phase: str = "", **more: Any) -> Due:
    """An exception of these classes, after so many requests, with an attempt of this phase for each."""
    return Due(error, sends, phase=phase, **more)


def not_sent(*error: str, retries: Sends = lambda retries: retries, **more: Any) -> Due:
    """An exception, and not a request has left."""
    return Due(error, NEVER, retries, **{"phase": "not_sent", **more})


def same(*steps: Step) -> Callable[[str], Sequence[Steps]]:
    """The same steps for every request on every surface."""
    return lambda kind: [steps]


@dataclass(frozen=True)
class Row:
    """One fault. `answers(kind)` gives the steps for each request; `due` may differ by surface."""

    number: int
    name: str
    answers: Callable[[str], Sequence[Steps]]
    due: Due | Callable[[str], Due]
    on: tuple[str, ...] = SURFACES
    chunkings: tuple[str, ...] = CHUNKINGS
    client: Mapping[str, Any] = field(default_factory=dict)
    on_accept: Steps | None = None
    early: bool = False
    place: str = ""
    """Where the client is sent instead of the plain server; see `places.py`."""
    kept: bool = True
    """Whether what came before the fault must be on the error (`partial_message`)."""
    costly: bool = False
    """Whether the time it takes grows with the square of its size in the official SDK: minutes. Not played there."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further arguments of the call."""
    before: Callable[[], Any] | None = None
    """Replaces the text of the question, for large or strange ones."""

    hops: int = 0
    """How many of the requests are no attempts: questions before, and redirects."""
    answered: bool = True
    """Whether the server can answer the next call, when the fault is over."""

    @property
    def max_retries(self) -> int:
        """How many retries its client is allowed."""
        return int(self.client.get("max_retries", RETRIES))

    def due_on(self, surface: str) -> Due:
        return self.due(surface) if callable(self.due) else self.due
