"""The journal of requests and answers: bounded, readable, without credentials. Feeds assertions, pages and storage.

Knows no route: every request is one entry. Only there where it was asked for; a server without journal keeps nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Condition, RLock, get_ident
from typing import Any

import msgspec

from tercet.server.exchange import ServerExchange
from tercet.server.http.parser import Pairs
from tercet.server.http.transfer import Outlet
from tercet.server.journal.bodies import ReadableBody, readable, unread
from tercet.server.journal.reading import message_of_body
from tercet.wire.redaction import Redaction

MOST_ENTRIES = 500
MOST_BYTES = 32 * 1024 * 1024
MOST_OF_A_BODY = 8 * 1024 * 1024
"""Bytes of a body that is kept, without compression. Of a larger one, its size and hash are."""
SETTLE_SECONDS = 1.0
END = b"event: message_stop"
"""After this, a client may have all that it wants of a stream."""
Json = dict[str, Any]
Watcher = Callable[["Entry | None"], None]


@dataclass(slots=True)
class Entry:
    """One request and what came of it. Times are seconds; `started_at` counts from 1970 by the machine's clock."""

    id: str
    method: str
    path: str
    headers: dict[str, str]
    number: int = 0
    query: str = ""
    started_at: float = 0.0
    content: bytes = b""
    """The request's body, decoded and without credentials; a note with its size and hash if it cannot be read."""
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    response: bytes = b""
    """The response's body, in the same way."""
    first_byte_seconds: float | None = None
    seconds: float | None = None
    """How long it took to the last byte; None while it goes on."""
    fault: str | None = None
    """The fault that was done to this exchange."""
    truncated: bool = False
    """Whether of a body, or of an event of a stream, only the size and hash are kept."""
    whole: bool = False
    """Whether the whole response was handed over to the connection."""
    _message: Json | None = None
    _is_ending: bool = False
    """Whether the last of the response was handed over, so that the entry ends at any moment."""

    @property
    def json(self) -> Any:
        """The request's body as JSON; None if it is none."""
        try:
            return msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    @property
    def message(self) -> Json | None:
        """The message that was answered, streamed or plain; None if it was none."""
        if self._message is None:
            self._message = message_of_body(self.response, self.response_headers.get("content-type", ""))
        return self._message

    @property
    def model(self) -> str | None:
        """The model that answered, or else the one that was asked for."""
        for source in (self.message, self.json):
            if isinstance(source, dict) and isinstance(source.get("model"), str):
                return str(source["model"])
        return None

    @property
    def usage(self) -> Json | None:
        """The `usage` of the answer."""
        found = (self.message or {}).get("usage")
        return found if isinstance(found, dict) else None

    @property
    def size(self) -> int:
        """Bytes that this entry holds of bodies."""
        return len(self.content) + len(self.response)

    def shown(self, *, bodies: bool = True) -> Json:
        """Return the entry as JSON. Bodies are text, undecodable bytes replaced."""
        names = ("id", "number", "method", "path", "query", "headers", "started_at", "status", "response_headers")
        times = ("first_byte_seconds", "seconds", "fault", "truncated", "whole")
        shown = {name: getattr(self, name) for name in (*names, *times)}
        shown.update(model=self.model, usage=self.usage)
        if bodies:
            shown["content"] = self.content.decode("utf-8", "replace")
            shown["response"] = self.response.decode("utf-8", "replace")
        return shown


class Journal:
    """The latest entries, oldest first. Written in the server's event loop, read from any thread."""

    def __init__(self, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._entries: deque[Entry] = deque()
        self._size = self._count = 0
        self._changed = Condition(RLock())
        self._watchers: list[Watcher] = []
        self._thread: int | None = None

    def begin(self, exchange: ServerExchange) -> Entry:
        """Return a new entry, for a request whose headers have come."""
        redaction = Redaction(exchange.pairs, query=exchange.query_string)
        asked = exchange.method, redaction.text(exchange.path), redaction.headers(exchange.pairs)
        entry = Entry(exchange.request_id, *asked, query=redaction.query(exchange.query_string))
        entry.started_at = time.time()
        self._thread = get_ident()
        with self._changed:
            self._count += 1
            entry.number = self._count
            self._entries.append(entry)
            self._trim()
        self._tell(entry)
        return entry

    def end(self, entry: Entry) -> None:
        """End an exchange. Nobody hears of one that was forgotten meanwhile."""
        with self._changed:
            is_kept = any(entry is kept for kept in self._entries)
            if is_kept:
                self._size += entry.size
                self._trim()
            self._changed.notify_all()
        if is_kept:
            self._tell(entry)

    def _trim(self) -> None:
        while len(self._entries) > self._most_entries or (self._size > self._most_bytes and len(self._entries) > 1):
            gone = self._entries.popleft()
            if gone.seconds is not None:
                self._size -= gone.size

    def entries(self, *, method: str | None = None, path: str | None = None, since: int = 0) -> list[Entry]:
        """Return the entries kept, oldest first: of this method and path, and with a number above `since`.

        An exchange whose answer was handed over ends first: who has an answer finds its entry complete.
        """
        with self._changed:
            if get_ident() != self._thread:  # the server's own thread would wait for itself
                self._changed.wait_for(self._nothing_ends, SETTLE_SECONDS)
            kept = list(self._entries)
        return [
            entry
            for entry in kept
            if entry.number > since and method in (None, entry.method) and path in (None, entry.path)
        ]

    def _nothing_ends(self) -> bool:
        return not any(entry._is_ending and entry.seconds is None for entry in self._entries)

    def get(self, entry_id: str) -> Entry | None:
        """Return the entry of this request id."""
        return next((entry for entry in self.entries() if entry.id == entry_id), None)

    def last(self, *, method: str | None = None, path: str | None = None) -> Entry | None:
        """Return the latest entry of this method and path."""
        found = self.entries(method=method, path=path)
        return found[-1] if found else None

    def settled(self, seconds: float = 5.0) -> bool:
        """Wait until every exchange has ended, at most this long: a client may have its answer before the entry is closed."""
        with self._changed:
            return self._changed.wait_for(lambda: all(entry.seconds is not None for entry in self._entries), seconds)

    def clear(self) -> None:
        """Forget every entry, and tell the watchers so. Numbers go on."""
        with self._changed:
            self._entries.clear()
            self._size = 0
            self._changed.notify_all()
        self._tell(None)

    def restore(self, entries: list[Entry]) -> None:
        """Take over what was kept before a restart, oldest first."""
        with self._changed:
            self._entries.extendleft(reversed(entries))
            self._size += sum(entry.size for entry in entries)
            self._count = max(self._count, *(entry.number for entry in entries)) if entries else self._count
            self._trim()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` in the server's thread when an entry begins and when it has ended. Returns how to stop that.

        It is called with None when all entries were forgotten, in the thread of whoever did so.
        """
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    def _tell(self, entry: Entry | None) -> None:
        for watcher in list(self._watchers):
            watcher(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries())


class Recorder:
    """Stands where the response goes out, and writes down what passes, before a client can have seen all of it."""

    def __init__(self, journal: Journal, exchange: ServerExchange, out: Outlet) -> None:
        self.entry = journal.begin(exchange)
        self._journal, self._exchange, self._out = journal, exchange, out
        self._begun = time.perf_counter()
        self._headers: Pairs = ()
        self._parts: list[bytes] = []
        self._size = self._written = 0
        self._hash: Any = None
        self._content: tuple[bytes, ReadableBody, Redaction] | None = None

    def begin(self, status: int, headers: Pairs) -> None:
        """Pass the head on, and keep it."""
        self.entry.status, self._headers = status, headers
        self.entry.response_headers = self._asked()[1].headers(headers)
        self._out.begin(status, headers)

    async def send(self, data: bytes, *, last: bool = False) -> None:
        """Pass a piece of the body on, and keep it."""
        if self.entry.first_byte_seconds is None:
            self.entry.first_byte_seconds = time.perf_counter() - self._begun
        self._keep(data)
        if last or (not self._written and END in data):
            self._write()
            self.entry._is_ending = True
        await self._out.send(data, last=last)
        self.entry.whole = last

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._hash is not None:
            self._hash.update(data)
            return
        self._parts.append(data)
        if self._size > MOST_OF_A_BODY:
            self._hash = sha256(b"".join(self._parts))
            self._parts.clear()

    def _asked(self) -> tuple[ReadableBody, Redaction]:
        """Return what is kept of the request, and the credentials that it has shown."""
        exchange = self._exchange
        if self._content is None or self._content[0] is not exchange.content:
            redaction = Redaction(exchange.pairs, self._headers, query=exchange.query_string)
            body = readable(exchange.pairs, exchange.content, redaction, MOST_OF_A_BODY)
            self._content = exchange.content, body, redaction
            self.entry.content = body.written()
        return self._content[1:]

    def _write(self) -> None:
        """Keep both bodies as far as they have come."""
        asked, redaction = self._asked()
        if self._hash is not None:
            answered = unread(self._size, self._hash.hexdigest())
        else:
            answered = readable(self._headers, b"".join(self._parts), redaction, MOST_OF_A_BODY)
        self.entry.response, self._written = answered.written(), self._size
        self.entry.truncated = not (asked.is_whole and answered.is_whole)

    def close(self) -> None:
        """Close an exchange, whether or not it was answered wholly."""
        if self._written != self._size or self._content is None or self._content[0] is not self._exchange.content:
            self._write()
        self.entry.seconds = time.perf_counter() - self._begun
        self._journal.end(self.entry)
