"""`client.get`, `post`, `put`, `patch`, `delete`: for endpoints that no resource wraps yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from tercet.client.call import Call, make_call
from tercet.wire.frames import Guarded
from tercet.wire.http import Response
from tercet.wire.requests.json_body import encode_json
from tercet.wire.requests.sentinels import drop_not_given

OPTIONS = {
    "headers": "extra_headers",
    "params": "extra_query",
    "extra_headers": "extra_headers",
    "extra_query": "extra_query",
    "timeout": "timeout",
    "max_retries": "max_retries",
    "deadline": "deadline",
}
"""What `options=` may hold: the official SDK's names, and the names that arguments have elsewhere."""


def generic_call(
    method: str, path: str, cast_to: Any, body: Any, options: Mapping[str, Any] | None, stream: bool
) -> Call[Any]:
    """Return one request to `path`, its answer read as `cast_to`."""
    if not path.startswith(("/", "https://", "http://")):
        path = "/" + path
    known = {OPTIONS[name]: value for name, value in drop_not_given(options or {}).items() if name in OPTIONS}

    def read(response: Response) -> Any:
        from tercet.client.decode_as import decode_as

        return decode_as(cast_to, response)

    content = b"" if body is None else body if isinstance(body, bytes) else encode_json(body)
    from tercet.flow.kinds import kind_of

    kind = kind_of(method, path, content)
    return make_call(method, path, read, content=content, stream=stream, options=known, kind=kind)


def asked_call(
    passed: Literal["verb", "request"], method: Any, path: Any, *, cast_to: Any = None, body: Any = None,
    content: bytes | None = None, options: Any = None, stream: bool = False, stream_cls: Any = None,
) -> Call[Any]:  # fmt: skip
    """Return the call to make: one that came through a replaced verb, or a new one. The official SDK's
    `request(cast_to, options)` is understood, too."""
    from tercet.client.replaced_verbs import OptionsOfCall, carried_call

    if isinstance(path, OptionsOfCall):
        path, options = path.url, path
    elif path is None:
        path = options.url if isinstance(options, OptionsOfCall) else ""
    sent = content if body is None else body
    call: Call[Any] | None = carried_call(options, encode_json, path, sent)
    if call is None:
        call = generic_call(method, path, cast_to, sent, options, stream)
    call.passed = passed
    return call


class Verbs(Guarded):
    """The HTTP verbs of the blocking client."""

    _send: Any
    _open: Any

    def request(self, method: str, path: Any = None, **named: Any) -> Any:
        """Call an endpoint that no resource wraps. `cast_to`: a Model, pydantic model, dataclass, dict, list, str, bytes.

        `body` is sent as JSON, `content` as it is. `options` may hold `headers`, `params`, `timeout`, `max_retries`. With
        `stream=True` the answer's events come as a `Stream`.
        """
        return self._through("request", method, path, named)

    def _through(self, passed: Any, method: str, path: Any, named: Any) -> Any:
        from tercet.client.streams.reader import Stream

        call = asked_call(passed, method, path, **named)
        return self._open(call, named.get("stream_cls") or Stream) if call.stream else self._send(call)

    def _opened_through(self, verb: Any, call: Call[Any], make: Any) -> Any:
        """Open a stream through a replaced verb, which makes a raw one of it."""
        from tercet.client.replaced_verbs import send_through
        from tercet.client.streams.reader import Stream, is_raw

        if is_raw(make):
            return send_through(verb, call, make)
        raw = send_through(verb, call, Stream)
        return make(raw.response, raw._source)._over(raw) if isinstance(raw, Stream) else raw

    def get(self, path: str, **named: Any) -> Any:
        """GET `path`. See `request`."""
        return self._through("verb", "GET", path, named)

    def post(self, path: str, **named: Any) -> Any:
        """POST `body` to `path`. See `request`."""
        return self._through("verb", "POST", path, named)

    def put(self, path: str, **named: Any) -> Any:
        """PUT `body` to `path`. See `request`."""
        return self._through("verb", "PUT", path, named)

    def patch(self, path: str, **named: Any) -> Any:
        """PATCH `path` with `body`. See `request`."""
        return self._through("verb", "PATCH", path, named)

    def delete(self, path: str, **named: Any) -> Any:
        """DELETE `path`. See `request`."""
        return self._through("verb", "DELETE", path, named)


class AsyncVerbs(Guarded):
    """The HTTP verbs of the async client."""

    _send: Any
    _open: Any

    async def request(self, method: str, path: Any = None, **named: Any) -> Any:
        """Call an endpoint that no resource wraps. See `Verbs.request`; streams come as an `AsyncStream`."""
        return await self._through("request", method, path, named)

    async def _through(self, passed: Any, method: str, path: Any, named: Any) -> Any:
        from tercet.client.streams.reader import AsyncStream

        call = asked_call(passed, method, path, **named)
        if call.stream:
            return await self._open(call, named.get("stream_cls") or AsyncStream)
        return await self._send(call)

    async def _opened_through(self, verb: Any, call: Call[Any], make: Any) -> Any:
        """Open a stream through a replaced verb, which makes a raw one of it."""
        from tercet.client.replaced_verbs import send_through
        from tercet.client.streams.reader import AsyncStream, is_raw

        if is_raw(make):
            return await send_through(verb, call, make)
        raw = await send_through(verb, call, AsyncStream)
        return make(raw.response, raw._source)._over(raw) if isinstance(raw, AsyncStream) else raw

    async def get(self, path: str, **named: Any) -> Any:
        """GET `path`. See `request`."""
        return await self._through("verb", "GET", path, named)

    async def post(self, path: str, **named: Any) -> Any:
        """POST `body` to `path`. See `request`."""
        return await self._through("verb", "POST", path, named)

    async def put(self, path: str, **named: Any) -> Any:
        """PUT `body` to `path`. See `request`."""
        return await self._through("verb", "PUT", path, named)

    async def patch(self, path: str, **named: Any) -> Any:
        """PATCH `path` with `body`. See `request`."""
        return await self._through("verb", "PATCH", path, named)

    async def delete(self, path: str, **named: Any) -> Any:
        """DELETE `path`. See `request`."""
        return await self._through("verb", "DELETE", path, named)
