"""Opens a stream: reads until its first content, so that one that fails before can be sent again and nobody saw it.

Understands SSE as far as telling content from its absence; what the events say is read later, from the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tercet.flow.billing import ErrorAnswer, NothingYielded
from tercet.flow.effects import Close, Lost, Outcome, Plan, Read, Reply, Rewind, Send
from tercet.flow.retry import ERROR_NAME, ERROR_NAMED_WITHIN, unmask_error
from tercet.transport.base import AsyncByteStream, ByteStream
from tercet.wire.http import Request
from tercet.wire.model import Model
from tercet.wire.stream.decoder import EventDecoder
from tercet.wire.stream.events import ErrorEvent

FIRST_CONTENT = b'"content_block_start"'
BEFORE_CONTENT = frozenset({"message_start", "ping"})
LONGEST_ERROR = 65_536
ENDED_CLEANLY = Lost("read", "cut", "the stream ended before its first content")
SILENT = Lost("timeout", "cut", "the stream brought pings and no content")


def open_stream(request: Request, clock: Callable[[], float], until: float | None = None) -> Plan[Outcome]:
    """Make one attempt of a call whose answer is streamed. Returns a Reply whose content has begun, or what went wrong before.

    `until`: when the whole answer must have been read, a time of `time.monotonic`.
    """
    outcome: Outcome = yield Send(request)
    if isinstance(outcome, Reply) and outcome.stream is not None and is_event_stream(outcome):
        limit = request.timeout.stream_idle
        return (yield from _read_to_content(outcome, request, clock, None if limit is None else clock() + limit, until))
    return (yield from _hand_out(outcome, request, until))


def bound_stream(request: Request, until: float | None = None) -> Plan[Outcome]:
    """Make one attempt whose streamed answer is handed out at once, and ended at `until`."""
    outcome: Outcome = yield Send(request)
    return (yield from _hand_out(outcome, request, until))


def _hand_out(outcome: Outcome, request: Request, until: float | None) -> Plan[Outcome]:
    if isinstance(outcome, Lost) or outcome.stream is None:
        return unmask_error(outcome, request)
    if _may_be_json(outcome.headers.get("content-type", "")):
        return (yield from _set_errors_apart(outcome, request, until))
    return outcome if until is None else _with(outcome, (yield Rewind(outcome.stream, until=until)))


def _may_be_json(label: str) -> bool:
    """Return whether a body of this content type may be an error of the API all the same: gateways label them as they like."""
    if label.startswith("text/event-stream"):
        return False  # its bytes are for the caller as they come
    return not label or label.startswith("text/") or ("json" in label and "jsonl" not in label)


def _set_errors_apart(reply: Reply, request: Request, until: float | None) -> Plan[Outcome]:
    """Read JSON that came where a stream was asked for, as long as it may be an error of the API."""
    stream, begun = reply.stream, b""
    assert stream is not None
    held: list[bytes | Lost | None] = []
    while may_be_error(begun):
        chunk: bytes | Lost | None = yield Read(stream)
        held.append(chunk)
        if not isinstance(chunk, bytes):
            break
        begun += chunk
    if held and held[-1] is None:
        whole = unmask_error(Reply(reply.status, reply.headers, begun, None, reply.http_version), request)
        if isinstance(whole, ErrorAnswer):
            yield Close(stream)
            return whole
    return _with(reply, (yield Rewind(stream, held, until)))


def may_be_error(begun: bytes) -> bool:
    """Return whether a body that begins so may still be an error of the API, which is a short JSON object."""
    if begun.lstrip()[:1] not in (b"", b"{") or len(begun) > LONGEST_ERROR:
        return False
    return len(begun) < ERROR_NAMED_WITHIN or ERROR_NAME in begun[:ERROR_NAMED_WITHIN]


def _with(reply: Reply, stream: ByteStream | AsyncByteStream) -> Reply:
    return Reply(reply.status, reply.headers, reply.content, stream, reply.http_version)


def is_event_stream(reply: Reply) -> bool:
    """Return whether a reply's unread body is Server-Sent Events."""
    return reply.status < 300 and reply.headers.get("content-type", "").startswith("text/event-stream")


def _read_to_content(
    reply: Reply, request: Request, clock: Callable[[], float], silent: float | None, until: float | None
) -> Plan[Outcome]:
    stream, decoder = reply.stream, None
    assert stream is not None
    held: list[bytes | Lost | None] = []
    seen: bool | ErrorEvent = False
    failure: Lost | dict[str, object] | None = None
    bound = getattr(stream, "bound", None)
    while not seen and failure is None:
        if silent is not None and bound is not None:
            bound(max(0.0, silent - clock()))
        chunk: bytes | Lost | None = yield Read(stream)
        held.append(chunk)
        if isinstance(chunk, bytes):
            seen = FIRST_CONTENT in chunk
            if not seen:
                decoder = decoder or EventDecoder()
                seen = content_in(decoder.feed(chunk))
            failure = SILENT if not seen and silent is not None and clock() >= silent else None
        else:
            seen = chunk is None and decoder is not None and content_in(decoder.close())
            failure = None if seen else chunk or ENDED_CLEANLY
    if isinstance(seen, ErrorEvent):
        failure = dict(seen)
    if failure is ENDED_CLEANLY and (begun := _bytes_of(held)).lstrip().startswith(b"{"):  # no event stream, but JSON
        answer = unmask_error(Reply(reply.status, reply.headers, begun, None, reply.http_version), request)
        if isinstance(answer, ErrorAnswer):
            yield Close(stream)
            return answer
        failure = None
    if failure is None:
        return _with(reply, (yield Rewind(stream, held, until)))
    if isinstance(held[-1], bytes):
        held.append(SILENT if failure is SILENT else None)
    yield Close(stream)  # all of it is held
    return NothingYielded(_with(reply, (yield Rewind(stream, held))), failure)


def _bytes_of(held: Iterable[bytes | Lost | None]) -> bytes:
    return b"".join([chunk for chunk in held if isinstance(chunk, bytes)])


def content_in(events: Iterable[object]) -> bool | ErrorEvent:
    """Return whether any of these events is more than a beginning; the error event, if one comes first.

    A stream off the protocol counts as begun: sending it again cannot help, and its reader says what is wrong.
    """
    for event in events:
        if isinstance(event, ErrorEvent):
            return event
        if not isinstance(event, Model) or event.get("type") not in BEFORE_CONTENT:
            return True
    return False
