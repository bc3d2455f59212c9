"""The inspector's routes, and what browsers may do on them: run and load the page's own files, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path

import msgspec

from tercet.server.errors import HTTPError, not_found
from tercet.server.exchange import LiveResponse, PlainResponse, ServerExchange
from tercet.server.inspector.live import events
from tercet.server.inspector.views import detail
from tercet.server.journal.journal import Journal
from tercet.server.routing import Route
from tercet.server.state import State

FOLDER = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing from elsewhere, nothing inline, no HTML made of texts, no frames."""
GUARDED = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
FILES = {
    "": ("index.html", b"text/html; charset=utf-8"),
    "inspector.css": ("inspector.css", b"text/css; charset=utf-8"),
    "inspector.js": ("inspector.js", b"text/javascript; charset=utf-8"),
    "conversation.js": ("conversation.js", b"text/javascript; charset=utf-8"),
}
"""Path under `/_tercet/` -> file and its type."""
OWN = ("", "same-origin", "none")
"""What `sec-fetch-site` says of requests by the page itself, of those typed in, and of programs."""


def own_page(exchange: ServerExchange) -> None:
    """Raise 403 for a request that another site's page makes."""
    if exchange.header(b"sec-fetch-site") not in OWN:
        raise HTTPError(403, "The inspector is not shown to pages of other sites.")


def _file(name: str, kind: bytes) -> Callable[..., Awaitable[PlainResponse]]:
    async def handler(state: State, exchange: ServerExchange) -> PlainResponse:
        return PlainResponse(_content(name), headers=((b"content-type", kind), *GUARDED))

    return handler


@lru_cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def _journal(state: State) -> Journal:
    if state.journal is None:
        raise not_found("This server keeps no journal.")
    return state.journal


async def live(state: State, exchange: ServerExchange) -> LiveResponse:
    """`GET /_tercet/inspector/events`: every exchange, as it begins and ends."""
    own_page(exchange)
    headers = ((b"content-type", b"text/event-stream; charset=utf-8"), *GUARDED)
    return LiveResponse(200, headers, events(_journal(state)))


async def entry(state: State, exchange: ServerExchange, request_id: str) -> PlainResponse:
    """`GET /_tercet/inspector/entries/{request id}`: everything that is kept of one exchange."""
    own_page(exchange)
    found = _journal(state).get(request_id)
    if found is None:
        raise not_found("This request is not kept any more.")
    shown = await asyncio.to_thread(lambda: msgspec.json.encode(detail(found, exchange.base_url)))
    return PlainResponse(shown, headers=((b"content-type", b"application/json"), *GUARDED))


ROUTES = (
    *(Route("GET", f"/_tercet/{path}", _file(name, kind)) for path, (name, kind) in FILES.items()),
    Route("GET", "/_tercet/inspector/events", live),
    Route("GET", "/_tercet/inspector/entries/*", entry),
)
