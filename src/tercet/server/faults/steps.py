"""Pure steps that a body goes through on its way: bytes go in, actions come out. Knows no connection and no clock.

A step is fed every piece of the body and asked for the rest at its end; steps stand one behind the other.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tercet.server.faults.spec import WORDS, FaultSpec, drip_of


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this many seconds; None: until the client has left."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more comes: the connection is reset (`rst`), closed (`fin`), or the body ends as if whole (`end`)."""

    how: str


Action: TypeAlias = bytes | Pause | End


class Step(Protocol):
    """Bytes in, actions out."""

    def feed(self, data: bytes) -> Iterable[Action]: ...

    def finish(self) -> Iterable[Action]: ...


def run(steps: Sequence[Step], data: bytes, *, last: bool) -> list[Action]:
    """Return what `data` becomes behind all steps. Nothing comes behind an End."""
    actions: list[Action] = [data] if data else []
    for step in steps:
        made: list[Action] = []
        for action in actions:
            made += step.feed(action) if isinstance(action, bytes) else [action]
        if last:
            made += step.finish()
        actions = made
    end = next((place for place, action in enumerate(actions) if isinstance(action, End)), None)
    return actions if end is None else actions[: end + 1]


class At:
    """Lets `place` bytes through and acts then. A body that is shorter goes through whole."""

    def __init__(self, place: int, *actions: Action) -> None:
        self._left, self._actions = place, actions
        self._done = False

    def feed(self, data: bytes) -> Iterable[Action]:
        if self._done:
            return [data]
        if len(data) < self._left:
            self._left -= len(data)
            return [data]
        self._done = True
        before, behind = data[: self._left], data[self._left :]
        return [part for part in (before, *self._actions, behind) if part != b""]

    def finish(self) -> Iterable[Action]:
        return []


class Corrupt:
    """Replaces one byte by 0xFF, which no UTF-8 holds."""

    def __init__(self, place: int) -> None:
        self._left = place

    def feed(self, data: bytes) -> Iterable[Action]:
        place, self._left = self._left, self._left - len(data)
        if 0 <= place < len(data):
            return [data[:place] + b"\xff" + data[place + 1 :]]
        return [data]

    def finish(self) -> Iterable[Action]:
        return []


class Drip:
    """A few bytes at a time, with pauses between."""

    def __init__(self, size: int, seconds: float) -> None:
        self._size, self._pause = size, Pause(seconds)

    def feed(self, data: bytes) -> Iterable[Action]:
        for start in range(0, len(data), self._size):
            yield data[start : start + self._size]
            yield self._pause

    def finish(self) -> Iterable[Action]:
        return []


class Newlines:
    """Other line ends than the API's, or a byte order mark before everything."""

    def __init__(self, kind: str) -> None:
        self._kind, self._begun = kind, False

    def feed(self, data: bytes) -> Iterable[Action]:
        if self._kind == "bom":
            mark, self._begun = b"" if self._begun else b"\xef\xbb\xbf", True
            return [mark + data]
        return [data.replace(b"\n", b"\r\n" if self._kind == "crlf" else b"\r")]

    def finish(self) -> Iterable[Action]:
        return []


BOMB_SIZE = 64 * 1024 * 1024
FLOOD_MEMBERS = 100_000


class Gzip:
    """The body compressed, in the ways in which that goes wrong. Sent whole at the end."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> Iterable[Action]:
        self._parts.append(data)
        return []

    def finish(self) -> Iterable[Action]:
        return [GZIPS[self._kind](b"".join(self._parts))]


def _bomb(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    megabyte = bytes(1024 * 1024)
    parts = [packer.compress(body)]
    parts += [packer.compress(megabyte) for _ in range(BOMB_SIZE // len(megabyte))]
    return b"".join([*parts, packer.flush()])


GZIPS: dict[str, Callable[[bytes], bytes]] = {
    "good": lambda body: gzip.compress(body, mtime=0),
    "garbage": lambda body: b"\x1f\x8b\x08\x00" + body[::-1],
    "cut": lambda body: gzip.compress(body, mtime=0)[:-12],
    "bomb": _bomb,
    "flood": lambda body: gzip.compress(b"", mtime=0) * FLOOD_MEMBERS + gzip.compress(body, mtime=0),
}


def step_of(fault: FaultSpec) -> Step | None:
    """Return the step of a fault that changes bytes of the body; None for other faults."""
    if fault.place is not None and fault.place[0] == "bytes":
        place = int(fault.place[1])
        return Corrupt(place) if fault.kind == "corrupt" else At(place, *cut(fault))
    if fault.kind == "drip":
        return Drip(*drip_of(fault.value))
    if fault.kind == "newlines":
        return Newlines(fault.value or WORDS["newlines"][0])
    if fault.kind == "gzip":
        return Gzip(fault.value or WORDS["gzip"][0])
    return None


def cut(fault: FaultSpec) -> tuple[Action, ...]:
    """Return what a cutting fault does where it strikes. A stall that lasts for ever ends when the client leaves."""
    if fault.kind == "stall":
        return (Pause(fault.seconds),) if fault.value else (Pause(None), End("rst"))
    return (End(fault.kind),)
