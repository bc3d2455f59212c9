"""The effects that a plan may ask of the world. A plan is a generator that yields these and receives outcomes as values;
it does nothing until a driver (`drivers.py`) carries it out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from tercet.flow.usage import Meter
from tercet.transport.base import AsyncByteStream, ByteStream, Lost, Outcome, Reply
from tercet.wire.http import Request

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = [
    "Ask",
    "CallTool",
    "Close",
    "Effect",
    "Emit",
    "Hand",
    "Lost",
    "Metering",
    "Outcome",
    "Plan",
    "Read",
    "Reply",
    "Rewind",
    "Send",
    "Sleep",
    "Together",
    "Wait",
    "Work",
]

T = TypeVar("T")


class Send(msgspec.Struct, frozen=True):
    """Send this request; the answer is an Outcome."""

    request: Request


class Sleep(msgspec.Struct, frozen=True):
    """Wait this many seconds; the answer is None."""

    seconds: float


class Together(msgspec.Struct, frozen=True):
    """Carry these plans out side by side, at most `limit` at once; the answer is the list of their results, in order."""

    plans: Sequence[Plan[Any]]
    limit: int | None = None


class Emit(msgspec.Struct, frozen=True):
    """Tell whoever listens; the answer is None."""

    event: object


class Read(msgspec.Struct, frozen=True):
    """Read once from a streamed body; the answer is bytes, None at its end, or Lost."""

    stream: ByteStream | AsyncByteStream


class Close(msgspec.Struct, frozen=True):
    """Give a streamed body up; the answer is None."""

    stream: ByteStream | AsyncByteStream


class Rewind(msgspec.Struct, frozen=True):
    """Put what was read back before the rest; the answer is a stream that gives each of `held`, then what `stream` gives.

    `until` (a time of `time.monotonic`) ends it. `watch` sees every chunk that is handed out, and once what ends it: Lost,
    or None for a clean end and for `close()`.
    """

    stream: ByteStream | AsyncByteStream
    held: Sequence[bytes | Lost | None] = ()
    until: float | None = None
    watch: Callable[[bytes | Lost | None], None] | None = None


class Work(msgspec.Struct, frozen=True):
    """Do this, which may wait for a disk or another server; the answer is what it returns. It does not raise."""

    act: Callable[[], Any]


class Wait(msgspec.Struct, frozen=True):
    """Wait until another thread has done this, or has failed; the answer is None."""

    future: Future[Any]


class Ask(msgspec.Struct, frozen=True):
    """Ask the model with these arguments; the answer is what the asker has for it: a Message, or a stream of one."""

    arguments: dict[str, Any]
    checked: bool = False
    """Whether the arguments were checked before."""


class CallTool(msgspec.Struct, frozen=True):
    """Call this tool with the input of `call`, a `tool_use` block; the answer is a `tool_result` block."""

    tool: Any
    call: Any
    seconds: float | None = None
    """Seconds after which it is given up, if its own time limit is not sooner; None: there is no other limit."""


class Hand(msgspec.Struct, frozen=True):
    """Give this to whoever iterates, and go on when they ask for the next; the answer is what it has become as a whole."""

    value: Any


class Metering(msgspec.Struct, frozen=True):
    """Put a stream under a meter; the answer is the stream to read. `blocking`: telling may wait for a disk."""

    stream: ByteStream | AsyncByteStream
    meter: Meter
    blocking: bool = False


Effect: TypeAlias = (
    Send | Sleep | Together | Emit | Read | Close | Rewind | Work | Wait | Metering | Ask | CallTool | Hand
)
Plan: TypeAlias = Generator[Effect, Any, T]
