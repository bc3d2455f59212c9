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
SHORT = 0.25
"""Seconds of every timeout in the rows that wait for one."""


@dataclass(frozen=True)
class Due:
    """`error`: names of classes, each of which the exception must be an instance of; empty for a success."""

    error: tuple[str, ...] = ()
    requests: int | tuple[int, int] | None = None
    """How many requests the server counted; a pair is a range."""
    retries: int | None = None
    """How often the client waited to try again."""
    status: int | None = None
    says: str = ""
    """What the error's text must hold."""
    waits: tuple[float, float] | None = None
    """Bounds of the first wait before a retry."""
    value: Mapping[str, Any] = field(default_factory=dict)
    """What the success must have, where that is not the usual answer."""
    retry_after: bool = False
    """Whether the error must say how long to wait."""


def fine(requests: int | tuple[int, int] | None = 1, **more: Any) -> Due:
    """The right answer."""
    return Due((), requests, **more)


def fails(*error: str, requests: int | tuple[int, int] | None = 3, **more: Any) -> Due:
    """An exception of these classes."""
    return Due(error, requests, **more)


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

    def due_on(self, surface: str) -> Due:
        return self.due(surface) if callable(self.due) else self.due
