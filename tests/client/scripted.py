"""A transport that plays back what a test wrote down, and keeps what it was sent. No socket, no waiting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.transport.base import Lost, Reply
from tercet.wire.http import Headers, Request

KEY = "sk-ant-canary-0123456789abcdef"
JSON = {"content-type": "application/json", "request-id": "req_011CTest"}
SSE = {"content-type": "text/event-stream; charset=utf-8", "request-id": "req_011CTest"}


class Chunks:
    """A streamed body, chunk by chunk; `closed` tells whether the connection was given up."""

    def __init__(self, chunks: Iterable[bytes | Lost]) -> None:
        self._chunks = iter(chunks)
        self.closed = False

    def read(self) -> bytes | Lost | None:
        return next(self._chunks, None)

    def close(self) -> None:
        self.closed = True


class AsyncChunks(Chunks):
    async def read(self) -> bytes | Lost | None:  # type: ignore[override]
        return super().read()

    async def close(self) -> None:  # type: ignore[override]
        self.closed = True


class Script:
    """Outcomes in order; the last one repeats. As a transport it serves both worlds (see `client`, `async_client`)."""

    def __init__(self, *outcomes: Any) -> None:
        self._outcomes = list(outcomes)
        self.sent: list[Request] = []
        self.streams: list[Chunks] = []

    def next(self, request: Request, stream: type[Chunks]) -> Reply | Lost:
        self.sent.append(request)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Lost):
            return outcome
        status, headers, body = outcome
        if isinstance(body, bytes):
            return Reply(status, Headers(headers), body)
        self.streams.append(stream(body))
        return Reply(status, Headers(headers), stream=self.streams[-1])

    def client(self, **options: Any) -> Anthropic:
        client = Anthropic(**{"api_key": KEY, "max_retries": 0, "base_url": "http://local", **options})
        client.__dict__["_transport"] = Blocking(self)
        return client

    def async_client(self, **options: Any) -> AsyncAnthropic:
        client = AsyncAnthropic(**{"api_key": KEY, "max_retries": 0, "base_url": "http://local", **options})
        client.__dict__["_transport"] = Awaited(self)
        return client


class Blocking:
    def __init__(self, script: Script) -> None:
        self._script = script

    def send(self, request: Request) -> Reply | Lost:
        return self._script.next(request, Chunks)

    def close(self) -> None:
        pass


class Awaited:
    def __init__(self, script: Script) -> None:
        self._script = script

    async def send(self, request: Request) -> Reply | Lost:
        return self._script.next(request, AsyncChunks)

    async def close(self) -> None:
        pass


MESSAGE = (
    b'{"id":"msg_01A","type":"message","role":"assistant","model":"claude-sonnet-4-6",'
    b'"content":[{"type":"text","text":"Hi!"}],"stop_reason":"end_turn","stop_sequence":null,'
    b'"usage":{"input_tokens":12,"output_tokens":6},"brand_new":{"a":1}}'
)

EVENTS = [
    b'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-sonnet-4-6","id":"msg_01A","type":"message",'
    b'"role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}}\n\n',
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
    b'event: ping\ndata: {"type": "ping"}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}\n\n',
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},'
    b'"usage":{"output_tokens":6}}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
]

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}
