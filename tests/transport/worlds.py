"""The same exchange through every transport: blocking or async, fast or portable."""

from __future__ import annotations

import asyncio
from typing import Any

from tercet.transport.async_pool import AsyncPool
from tercet.transport.async_transport import AsyncFastTransport
from tercet.transport.base import Lost, Reply, TransportSettings
from tercet.transport.httpx_client import AsyncPortableTransport, PortableTransport, own_async_client, own_client
from tercet.transport.sync_pool import SyncPool
from tercet.transport.sync_transport import FastTransport
from tercet.wire.http import Headers, Request, Timeout

FAST = ("blocking", "async")
ALL = (*FAST, "portable", "async portable")


class World:
    """Runs a transport to its end in one call, so that tests read the same in all worlds."""

    def __init__(self, kind: str, **settings: Any) -> None:
        self.kind = kind
        self.settings = TransportSettings(**settings)
        self._loop = asyncio.new_event_loop() if "async" in kind else None
        self.transport: Any = self._made()

    def _made(self) -> Any:
        match self.kind:
            case "blocking":
                return FastTransport(SyncPool(self.settings))
            case "async":
                return AsyncFastTransport(AsyncPool(self.settings))
            case "portable":
                return PortableTransport(own_client(self.settings), owned=True)
            case _:
                return AsyncPortableTransport(own_async_client(self.settings), owned=True)

    def done(self, value: Any) -> Any:
        return self._loop.run_until_complete(value) if self._loop else value

    def send(self, request: Request) -> Reply | Lost:
        outcome: Reply | Lost = self.done(self.transport.send(request))
        return outcome

    def read(self, reply: Reply) -> bytes | Lost | None:
        assert reply.stream is not None
        chunk: bytes | Lost | None = self.done(reply.stream.read())
        return chunk

    def read_all(self, reply: Reply) -> tuple[bytes, Lost | None]:
        """The stream's bytes and how it ended."""
        pieces = []
        while isinstance(chunk := self.read(reply), bytes):
            pieces.append(chunk)
        return b"".join(pieces), chunk

    def close_stream(self, reply: Reply) -> None:
        assert reply.stream is not None
        self.done(reply.stream.close())

    def close(self) -> None:
        self.done(self.transport.close())
        if self._loop:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


def asked(url: str, content: bytes = b"{}", *, stream: bool = False, timeout: Timeout | None = None) -> Request:
    limits = timeout or Timeout(60)  # nobody meets it: a test of a limit sets one
    headers = Headers({"x-api-key": "sk-ant-secret-of-this-test", "content-type": "application/json"})
    return Request("POST", url, headers, content, timeout=limits, stream=stream)
