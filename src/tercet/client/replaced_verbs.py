"""Verbs that somebody has replaced: mocks, tests and tracing libraries patch `client.post`, `client.request`, `messages._post`.

A call goes through the replacement then, as with the official SDK, and no real request is sent past it. Where nothing is
replaced, that is found by four look-ups. A replacement that hands on to the original gets exactly the call that was made:
it travels along in `options`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from tercet.client.call import Call

VERBS = {"GET": "get", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}
Verb = Callable[..., Any]


class OptionsOfCall(dict[str, Any]):
    """`options=` of a call that goes through a replaced verb, with the call itself. Read by keys, as the verbs' options are,
    and by attributes, as those of the official SDK's `request`: `url`, `json_data`, `method` …"""

    def __init__(self, call: Call[Any], body: Any) -> None:
        given = {"headers": call.headers.given, "params": call.query.given, "timeout": call.timeout}
        super().__init__({name: value for name, value in given.items() if value})
        self.call = call
        self.method, self.url, self.json_data = call.method.lower(), call.path, body
        self.headers, self.params, self.timeout = given["headers"], given["params"], given["timeout"]
        self.max_retries, self.files = call.max_retries, None

    def __bool__(self) -> bool:
        """Say yes: it holds a call, also where it holds no keys."""
        return True


def replaced_verb(client: Any, plain: type[Any], call: Call[Any]) -> Verb | None:
    """Return the verb that a call goes through, if it or `request` was replaced on the client, its class or a base of it."""
    passed = call.passed
    if passed == "request":
        return None
    own, kind = client.__dict__, type(client)
    if not passed:
        name = VERBS.get(call.method, "request")
        if name in own or getattr(kind, name) is not getattr(plain, name):
            return getattr(client, name)  # type: ignore[no-any-return]
    replaced = "request" in own or kind.request is not plain.request
    return partial(_ask, client.request) if replaced else None


def _ask(request: Verb, path: str, *, cast_to: Any, options: OptionsOfCall, **named: Any) -> Any:
    """Call a replaced `request` as the official SDK does."""
    named.pop("body", None)
    return request(cast_to, options=options, **{"stream": False, "stream_cls": None, **named})


def send_through(verb: Verb, call: Call[Any], stream_cls: Any = None) -> Any:
    """Return what a replaced verb makes of a call: the answer or a raw stream, or something to await."""
    body = body_of(call.content)
    named: dict[str, Any] = {"cast_to": getattr(call.read, "cast_to", object), "options": OptionsOfCall(call, body)}
    if body is not None:
        named["body"] = body
    if call.stream:
        named.update(stream=True, stream_cls=stream_cls)
    return verb(call.path, **named)


def body_of(content: bytes) -> Any:
    """Return a body as the JSON value that it is, else as it is; None for no body."""
    if not content:
        return None
    try:
        return msgspec.json.decode(content)
    except ValueError:
        return content


def carried_call(options: object, encode: Callable[[Any], bytes], path: str, body: Any) -> Any:
    """Return the call that travels in `options`, to `path` and with this body; None if none does."""
    if not isinstance(options, OptionsOfCall):
        return None
    call, body = options.call, options.json_data if body is None else body
    content = b"" if body is None else body if type(body) is bytes else encode(body)
    changed: dict[str, Any] = {"path": path, "content": content}
    if content != call.content and isinstance(body, dict):  # limits count, and the catalog judges, what is sent
        told = {"whole": body, "asked": body, "model": body.get("model")}
        changed |= {name: value for name, value in told.items() if getattr(call, name) is not None}
    return msgspec.structs.replace(call, **changed)


class ClientOfPatchedResource:
    """Stands before the client of a resource whose `_post`, `_get` or other verb was replaced."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.verbs: dict[str, Verb] = {}

    def _replaced(self, call: Call[Any]) -> Verb | None:
        mine = None if call.passed else self.verbs.get(VERBS.get(call.method, ""))
        return mine or self._client._replaced(call)

    def _send(self, call: Call[Any]) -> Any:
        verb = self._replaced(call)
        return self._client._send(call) if verb is None else send_through(verb, call)

    def _open(self, call: Call[Any], make: Any) -> Any:
        verb = self._replaced(call)
        return self._client._open(call, make) if verb is None else self._client._opened_through(verb, call, make)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class ResourceVerb:
    """`messages._post`: the client's verb, until somebody replaces it on the resource."""

    def __init__(self, verb: str) -> None:
        self._verb = verb

    def __get__(self, resource: Any, owner: type[Any]) -> Any:
        if resource is None:
            return self
        held = resource._client
        mine = held.verbs.get(self._verb) if type(held) is ClientOfPatchedResource else None
        return getattr(held, self._verb) if mine is None else mine

    def __set__(self, resource: Any, verb: Verb) -> None:
        if type(resource._client) is not ClientOfPatchedResource:
            resource._client = ClientOfPatchedResource(resource._client)
        resource._client.verbs[self._verb] = verb

    def __delete__(self, resource: Any) -> None:
        held = resource._client
        if type(held) is ClientOfPatchedResource:
            held.verbs.pop(self._verb, None)
            if not held.verbs:
                resource._client = held._client
