"""The base of the platforms that a call may go to instead of the Claude API: what a platform may change in a request and a reply.

A call is described for the Claude API; a platform moves that request to its own address and form (`shape`, pure), proves
who is calling (`authorised`, may block) and turns the reply back (`received`), so that nothing above knows of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec

from tercet.transport.base import Lost, Reply
from tercet.wire.errors import AnthropicError, CredentialsError
from tercet.wire.http import Headers, Request

T = TypeVar("T")
CREATE = "/v1/messages"
COUNT = "/v1/messages/count_tokens"


class MissingDependencyError(AnthropicError, ImportError):
    """Raised when a library that only this platform needs is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is needed here and not installed: pip install 'tercet[{extra}]'")


class MissingRegionError(AnthropicError, ValueError):
    """Raised when no region was given. A ValueError too, since that is what the official SDK raises."""


class BodyTranslator(Protocol):
    """Turn the bytes of a platform's stream into server-sent events. `broken` says why no more can come."""

    @property
    def broken(self) -> str | None: ...

    def feed(self, chunk: bytes) -> bytes: ...

    def close(self) -> None: ...


class Platform:
    """Describe a platform that speaks the Claude API itself and takes the client's own credentials. Others change what differs."""

    name = "the Claude API"

    @property
    def credential(self) -> object:
        """Return where credentials come from, in a form that may be printed."""
        return None

    def shape(self, request: Request, base_url: str) -> Request:
        """Return the request in the platform's form. Raises AnthropicError for what the platform does not have."""
        return request

    def authorises_at_once(self, request: Request) -> bool:
        """Return whether `authorise` will answer without waiting for disk or network, or working long."""
        return True

    def authorise(self, request: Request) -> Request | Lost:
        """Return the request with its credentials. May read files and ask servers. Raises CredentialsError if there are none."""
        return request

    async def authorise_async(self, request: Request) -> Request | Lost:
        """Return what `authorise` does, while the event loop goes on."""
        if self.authorises_at_once(request):
            return self.authorise(request)
        return await run_in_thread(self.authorise, request)

    def restore_reply(self, reply: Reply) -> Reply:
        """Return the reply with the headers that the Claude API would have sent."""
        return reply

    def translator_for(self, reply: Reply) -> BodyTranslator | None:
        """Return what reads this reply's body, if it is not what the Claude API sends."""
        return None


async def run_in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Do what waits for disk or network beside the event loop. Blocking programs never pay for asyncio."""
    from asyncio import to_thread

    return await to_thread(work, *arguments)


class PlatformRequest(NamedTuple):
    """Say where a request of a client goes, as seen from its base URL."""

    path: str
    query: str
    """Without `beta=true`, which only the Claude API knows; with its question mark, or empty."""


def platform_request(request: Request, base_url: str) -> PlatformRequest | None:
    """Return what is asked of the API at `base_url`; None if the request goes elsewhere."""
    if not request.url.startswith(base_url + "/"):
        return None
    path, _, query = request.url[len(base_url) :].partition("?")
    kept = "&".join(pair for pair in query.split("&") if pair and pair != "beta=true")
    return PlatformRequest(path, f"?{kept}" if kept else "")


def fields_of(request: Request) -> dict[str, msgspec.Raw]:
    """Return the top-level fields of a JSON body, their values untouched. Raises AnthropicError if it is no object."""
    try:
        return msgspec.json.decode(request.content, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as problem:
        raise AnthropicError(f"{request.method} {CREATE} needs a JSON object as its body: {problem}") from problem


def text_field(fields: dict[str, msgspec.Raw], name: str) -> str:
    """Return a field that must be text with something in it."""
    try:
        value: Any = msgspec.json.decode(fields[name]) if name in fields else None
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a string that is not empty, since it becomes a part of the URL")
    return value


def rewrite_request(request: Request, url: str, fields: dict[str, Any], headers: Headers) -> Request:
    """Return the same request at another URL, with another body and headers."""
    content = msgspec.json.encode(fields)
    return Request(request.method, url, headers, content, timeout=request.timeout, stream=request.stream)


def with_version(fields: dict[str, msgspec.Raw], headers: Headers, **more: Any) -> dict[str, Any]:
    """Return the body with the API version in it, which is a header elsewhere. One that the caller put there stays."""
    version = headers.get("anthropic-version")
    added = {} if version is None else {"anthropic_version": version}
    return {**added, **more, **fields}


def body_headers(headers: Headers) -> Headers:
    """Return the headers of a request whose body holds the API version, and whose path says whether the answer is streamed."""
    kept = without_headers(headers, "anthropic-version", "accept")
    return Headers([("Accept", "application/json"), *kept.multi_items()])


def without_headers(headers: Headers, *names: str) -> Headers:
    """Return the headers but for these, named in lower case."""
    return Headers([pair for pair in headers.multi_items() if pair[0].lower() not in names])


TokenProvider: TypeAlias = Callable[[], str | Awaitable[str]]


async def call_provider(provider: TokenProvider) -> object:
    """Return what a provider gives in an event loop: a plain function is called in a thread, since it may ask a server."""
    plain = not inspect.iscoroutinefunction(provider)
    token: Any = await run_in_thread(provider) if plain else provider()
    return await token if inspect.isawaitable(token) else token


def with_token(request: Request, token: object, argument: str) -> Request:
    """Return the request with what a provider gave. Raises CredentialsError, which does not show it, if that is no token."""
    if not isinstance(token, str) or not token:
        if inspect.iscoroutine(token):
            token.close()
        raise CredentialsError(f"{argument} must return a token, not {type(token).__name__}")
    return request.with_headers({"Authorization": f"Bearer {token}"})
