"""One connection: requests come in, answers go out in the same order, one at a time. Knows who answers only as a function.

Theory of operation. A connection serves one request at a time: it is free for the next one when no response is going out
(`_outgoing`), no body is coming in (`_incoming`) and the client has taken what was written (`_drained`). What comes while
it is not free waits in `_buffer`, and beyond `MOST_AHEAD` bytes reading is paused: the client's next bytes then wait in the
network, not here.

An answer is a coroutine. `run_eagerly` takes it as far as it goes without waiting; most answers are made and written while
their request is read, and cost no task. Only one that waits becomes a task. A coroutine that is not in a task yet has no
`asyncio.current_task()`: what needs one, such as `asyncio.timeout`, comes behind an `await asyncio.sleep(0)`.

One timer watches a connection. Requests only move `_deadline`, and the timer, when it fires early, is set again for what is
left: a head has ten seconds from its first byte, a connection rests at most 75 between two requests.

The lingering connection. An answer may be complete before its request is: a body that is too large is refused at its
headers. To close then would make the system send a reset for the bytes that still come in, and a reset takes from the
client what it has not read yet: the very answer that says why. So the connection says that it will send no more
(`write_eof`), goes on hearing what comes without looking at it, and is closed when the client has left or after
`LINGER_SECONDS`. A client that goes on sending for ever is cut off at that time.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from tercet.server.errors import HTTPError
from tercet.server.http.parser import END, Head, HeadReader, MalformedRequestError, check_begun, without_blank_lines
from tercet.server.http.transfer import ClientLeft, RequestBody, ResponseWriter

LOG = logging.getLogger("tercet.server")
HEADER_SECONDS = 10.0
"""How long a client may take from connecting, or from a later request's first byte, to the end of the headers."""
IDLE_SECONDS = 75.0
"""How long a connection may rest between two requests."""
LINGER_SECONDS = 2.0
"""How long a client that is still sending gets to read why it was refused."""
MOST_AHEAD = 64 * 1024
"""Bytes of further requests that are taken in while one is answered."""
NEVER = float("inf")

Answer: TypeAlias = Callable[[Head, RequestBody, ResponseWriter], Coroutine[Any, Any, None]]


class ServerConnection(asyncio.Protocol):
    """The server's end of one connection. `connections` holds it while it is open."""

    def __init__(self, answer: Answer, connections: set[ServerConnection], loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._answer, self._connections = answer, connections
        self._heads = HeadReader()
        self._transport: Any = None
        self._buffer = b""
        """What was received and belongs to no request yet."""
        self._incoming: RequestBody | None = None
        """The body that is still coming in."""
        self._outgoing: ResponseWriter | None = None
        """The response that is still going out."""
        self._task: asyncio.Task[None] | None = None
        self._deadline = NEVER
        self._timer: asyncio.TimerHandle | None = None
        self._is_paused = False
        self._drained: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] | None = None
        self.is_over = False
        """Whether nothing more is read or written."""

    # --- what the event loop says -------------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first head, which has to come in time."""
        self._transport = transport
        self._connections.add(self)
        self._expire_in(HEADER_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Bytes of a body, of the next request, or of both."""
        if self.is_over:
            return
        try:
            if self._incoming is not None:
                data = self._feed(self._incoming, data)
            self._serve(self._buffer + data if self._buffer else data)
        except MalformedRequestError as problem:
            self._refuse(str(problem))

    def eof_received(self) -> None:
        """Take a client that will send no more to have left: the event loop closes the connection."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way, whichever side closed the connection."""
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._end()

    def pause_writing(self) -> None:
        """Hold back what is sent, since the client does not keep up."""
        self._drained = self._drained or self.loop.create_future()

    def resume_writing(self) -> None:
        """It has caught up."""
        drained, self._drained = self._drained, None
        if drained is not None:
            drained.set_result(None)
        self._catch_up()

    # --- requests, one after the other --------------------------------------------------------------------------------

    def _feed(self, incoming: RequestBody, data: bytes) -> bytes:
        """Give a body what belongs to it."""
        rest = incoming.feed(data)
        if incoming.is_whole:
            self._incoming = None
            if self._outgoing is None:  # it was answered before it was whole
                self._deadline = self.loop.time() + IDLE_SECONDS
        return rest

    def _serve(self, data: bytes) -> None:
        """Answer the requests that have come, as far as that can be done at once."""
        while data and self._is_free():
            if data.startswith(b"\r\n"):
                data = without_blank_lines(data)
                continue
            end = data.find(END)
            if end < 0:
                check_begun(data)
                self._expire_in(HEADER_SECONDS, at_most=True)
                break
            data = self._begin(self._heads.read(data[:end]), data, end + 4)
        self._buffer = data
        if len(data) > MOST_AHEAD and not self._is_free():
            self.pause()

    def _is_free(self) -> bool:
        """Return whether the next request may begin: the one before is over, and its response on its way."""
        return self._outgoing is None and self._incoming is None and self._drained is None and not self.is_over

    def _begin(self, head: Head, data: bytes, start: int) -> bytes:
        """Begin to answer a request; what follows it is given back."""
        self._buffer, self._deadline = b"", NEVER
        if len(data) - start == head.length:
            incoming, rest = RequestBody(connection=self, whole=data[start:]), b""
        else:
            incoming = self._incoming = RequestBody(head, self)
            rest = self._feed(incoming, data[start:])
        outgoing = self._outgoing = ResponseWriter(head, self)
        try:
            task = run_eagerly(self._answer(head, incoming, outgoing), self.loop)
        except Exception:
            LOG.exception("a request could not be answered")
            self.abort()
            return b""
        if task is None:
            self._answered()
        else:
            self._task = task
            task.add_done_callback(self._carried_out)
        return rest

    def _carried_out(self, task: asyncio.Task[None]) -> None:
        """Go on after an answer that had to wait."""
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            LOG.error("a request could not be answered", exc_info=task.exception())
            self.abort()
            return
        self._answered()
        self._catch_up()

    def _catch_up(self) -> None:
        """Go on with what came in meanwhile."""
        self.go_on()
        if self._buffer:
            self.data_received(b"")

    def _answered(self) -> None:
        """Rest until the next request, or end if this response was the last one or is not whole."""
        outgoing, incoming = self._outgoing, self._incoming
        self._outgoing = None
        if self.is_over or outgoing is None:
            return
        if outgoing.closes or not outgoing.is_whole or (incoming is not None and incoming.expects):
            self._finish()
            return
        self._deadline = self.loop.time() + IDLE_SECONDS
        if incoming is not None:
            incoming.drop()

    # --- for bodies, responses and faults -----------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send these bytes, if anybody is there."""
        if data and not self.is_over:
            self._transport.write(data)

    @property
    def is_behind(self) -> bool:
        """Whether the client has not taken what was written."""
        return self._drained is not None

    async def drained(self, seconds: float | None = None) -> None:
        """Return when the client has taken enough to go on, has left, or after so long."""
        if self._drained is not None and not self.is_over:
            await asyncio.wait({self._drained, self.gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def flushed(self, seconds: float) -> None:
        """Return when the system has taken everything that was written, or after so long."""
        self._transport.set_write_buffer_limits(high=0)
        await self.drained(seconds)

    @property
    def gone(self) -> asyncio.Future[None]:
        """Done when the connection is over. Not to be cancelled: it is everybody's."""
        if self._gone is None:
            self._gone = self.loop.create_future()
            if self.is_over:
                self._gone.set_result(None)
        return self._gone

    def pause(self) -> None:
        """Take nothing more in for now."""
        if not self._is_paused and not self.is_over:
            self._is_paused = True
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Take in again what comes."""
        if self._is_paused and not self.is_over:
            self._is_paused = False
            self._transport.resume_reading()

    # --- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End the connection once everything that was written is out."""
        self._end()
        self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        self._end()
        self._transport.abort()

    def reset(self) -> None:
        """End the connection by a reset, which the client sees as an error."""
        connection = self._transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()

    def cut(self) -> None:
        """End the connection and the work on its answer: the server stops."""
        self.abort()
        if self._task is not None:
            self._task.cancel()

    def _end(self) -> None:
        """Tell those who wait for this client that there is nothing to wait for."""
        if self.is_over:
            return
        self.is_over, self._buffer = True, b""
        if self._gone is not None:
            self._gone.set_result(None)
        if self._incoming is not None:
            self._incoming.break_off(ClientLeft())

    def _finish(self) -> None:
        """End the connection; a client that is still sending gets to read what was written first."""
        if self._incoming is None:
            self.close()
        else:
            self._linger()

    def _linger(self) -> None:
        """Say nothing more, and hear what comes without reading it: unheard, it would take the answer away."""
        self.go_on()
        self._end()
        self._transport.write_eof()
        self._expire_in(LINGER_SECONDS)

    def _refuse(self, message: str) -> None:
        """Answer what is no HTTP, and end the connection."""
        if self._outgoing is not None and self._outgoing.is_begun:
            self.abort()
            return
        body = HTTPError(400, message).body(None)
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.write(head.encode() + body)
        self._linger()

    def _expire_in(self, seconds: float, *, at_most: bool = False) -> None:
        """End the connection after so long, unless a request or a later word moves that."""
        deadline = self.loop.time() + seconds
        if at_most and self._deadline <= deadline:
            return
        self._deadline = deadline
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(deadline, self._look)

    def _look(self) -> None:
        """Whether the time is up. Requests only move the deadline: one timer serves the whole connection."""
        now = self.loop.time()
        if now < self._deadline:
            self._timer = self.loop.call_at(min(self._deadline, now + IDLE_SECONDS), self._look)
        elif self.is_over or self._drained is not None:
            self._transport.abort()
        else:
            self.close()


# --- answers that wait for nothing --------------------------------------------------------------------------------------

Work = Coroutine[Any, Any, None]


def run_eagerly(work: Work, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """Return the task that carries the work on; None if it has ended already. What it raises at once is raised here."""
    try:
        awaited = work.send(None)
    except StopIteration:
        return None
    return loop.create_task(_Rest(work, awaited))


class _Rest(Coroutine[Any, Any, None]):
    """A coroutine that has gone as far as `awaited`, as a task takes it: it waits for that first, and then goes on."""

    def __init__(self, work: Work, awaited: Any) -> None:
        self._work, self._awaited = work, awaited
        self._has_waited = False

    def send(self, value: Any) -> Any:
        """Return what is awaited next."""
        if self._has_waited:
            return self._work.send(value)
        self._has_waited = True
        return self._awaited

    def throw(self, *problem: Any) -> Any:
        """Return the same, after what was awaited has failed or the task was cancelled: even before its first step."""
        self._has_waited = True
        return self._work.throw(*problem)

    def close(self) -> None:
        """Give it up."""
        self._work.close()

    def __await__(self) -> Any:
        raise RuntimeError("only a task carries this on")
