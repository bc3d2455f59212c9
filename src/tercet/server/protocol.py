"""The HTTP/1.1 connection: uvicorn's httptools protocol with limits for clients that send slowly or without end."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tercet.server.errors import APIError
from tercet.server.guard import MOST_HEADER_BYTES

HEADER_SECONDS = 10.0
"""How long a client may take from connecting to the end of its first request's headers."""


class LimitedProtocol(HttpToolsProtocol):
    """Closes connections whose headers do not end in time or in size, and answers broken requests in the API's shape."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = logging.getLogger("tercet.server")
        self.access_log = False
        self._header_bytes = 0
        self._in_headers = True
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first request."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEADER_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; refuse headers that do not end."""
        if self._in_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > 2 * MOST_HEADER_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers of this request are too large.")

    def on_message_begin(self) -> None:
        """A request's headers begin."""
        self._in_headers = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """They have ended."""
        self._in_headers, self._header_bytes = False, 0
        self._stop_timer()
        super().on_headers_complete()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, and close."""
        body = APIError(400, msg).body(None)
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()
