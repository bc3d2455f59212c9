"""`client.get`, `post`, `put`, `patch`, `delete`: for endpoints that no resource wraps yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    call = make_call(method, path, read, content=content, stream=stream, options=known, kind=kind)
    call.direct = True
    return call


def asked_call(
    method: str, path: str, cast_to: Any, body: Any, options: Mapping[str, Any] | None, stream: bool
) -> tuple[Call[Any], Any]:
    """Return the call to make, and what makes a stream of its answer, if it knows: one that came through a replaced verb,
    or a new one."""
    from tercet.client.replaced_verbs import carried_call

    carried = carried_call(options, encode_json, path, body)
    return carried or (generic_call(method, path, cast_to, body, options, stream), None)


class Verbs(Guarded):
    """The HTTP verbs of the blocking client."""

    _send: Any
    _open: Any

    def request(
        self,
        method: str,
        path: str,
        *,
        cast_to: Any,
        body: Any = None,
        content: bytes | None = None,
        options: Mapping[str, Any] | None = None,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        """Call an endpoint that no resource wraps. `cast_to`: a Model, pydantic model, dataclass, dict, list, str, bytes.

        `options` may hold `headers`, `params`, `timeout`, `max_retries`. With `stream=True` the answer's events come
        as a `Stream`. `content` are the body's bytes, as they are.
        """
        from tercet.client.streams.reader import Stream

        call, make = asked_call(method, path, cast_to, content if body is None else body, options, stream)
        return self._open(call, make or stream_cls or Stream) if call.stream else self._send(call)

    def get(self, path: str, **named: Any) -> Any:
        """GET `path`. See `request`."""
        return self.request("GET", path, **named)

    def post(self, path: str, **named: Any) -> Any:
        """POST `body` to `path`. See `request`."""
        return self.request("POST", path, **named)

    def put(self, path: str, **named: Any) -> Any:
        """PUT `body` to `path`. See `request`."""
        return self.request("PUT", path, **named)

    def patch(self, path: str, **named: Any) -> Any:
        """PATCH `path` with `body`. See `request`."""
        return self.request("PATCH", path, **named)

    def delete(self, path: str, **named: Any) -> Any:
        """DELETE `path`. See `request`."""
        return self.request("DELETE", path, **named)


class AsyncVerbs(Guarded):
    """The HTTP verbs of the async client."""

    _send: Any
    _open: Any

    async def request(
        self,
        method: str,
        path: str,
        *,
        cast_to: Any,
        body: Any = None,
        content: bytes | None = None,
        options: Mapping[str, Any] | None = None,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        """Call an endpoint that no resource wraps. `cast_to`: a Model, pydantic model, dataclass, dict, list, str, bytes.

        `options` may hold `headers`, `params`, `timeout`, `max_retries`. With `stream=True` the answer's events come
        as a `Stream`. `content` are the body's bytes, as they are.
        """
        from tercet.client.streams.reader import AsyncStream

        call, make = asked_call(method, path, cast_to, content if body is None else body, options, stream)
        return await self._open(call, make or stream_cls or AsyncStream) if call.stream else await self._send(call)

    async def get(self, path: str, **named: Any) -> Any:
        """GET `path`. See `request`."""
        return await self.request("GET", path, **named)

    async def post(self, path: str, **named: Any) -> Any:
        """POST `body` to `path`. See `request`."""
        return await self.request("POST", path, **named)

    async def put(self, path: str, **named: Any) -> Any:
        """PUT `body` to `path`. See `request`."""
        return await self.request("PUT", path, **named)

    async def patch(self, path: str, **named: Any) -> Any:
        """PATCH `path` with `body`. See `request`."""
        return await self.request("PATCH", path, **named)

    async def delete(self, path: str, **named: Any) -> Any:
        """DELETE `path`. See `request`."""
        return await self.request("DELETE", path, **named)
