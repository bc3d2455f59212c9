"""Who asks, in which version of the API, with which betas: the headers that every native route checks."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple, get_args

from tercet.server.errors import HTTPError, invalid
from tercet.server.exchange import ServerExchange
from tercet.server.settings import ServerSettings
from tercet.server.validation.error_texts import text
from tercet.wire.params.betas import AnthropicBeta

VERSIONS = ("2023-01-01", "2023-06-01", "2026-10-21")
VERSION_HEADERS = {version.encode(): version for version in VERSIONS}
NEWEST = "2026-10-21"
NO_BETAS = frozenset[str]()
DOCUMENTED = ("fine-grained-tool-streaming-2025-05-14", "fallback-credit-2026-06-09")
"""Betas that the API's documentation names and the official SDK does not list."""
KNOWN_BETAS = frozenset((*get_args(get_args(AnthropicBeta)[0]), *DOCUMENTED))
MOST_BETAS = 200
WORKSPACE = re.compile(rb"wrkspc_[0-9A-Za-z]{1,64}")


class Caller(NamedTuple):
    """What the headers say. `key` is a digest of the key and the workspace that was named: it isolates callers from each
    other, and the key itself is kept nowhere."""

    key: str
    version: str
    betas: frozenset[str]


def caller(exchange: ServerExchange, settings: ServerSettings) -> Caller:
    """The caller of a native route. Raises 400 for version and betas, 401 for the key, in the API's order."""
    found_version = version(exchange)
    named = exchange.all_of(b"anthropic-beta") if b"anthropic-beta" in exchange.headers else []
    found_betas = betas(named, settings, exchange) if named else NO_BETAS
    return Caller(owner(key(exchange, settings) + _workspace(exchange, settings)), found_version, found_betas)


def _workspace(exchange: ServerExchange, settings: ServerSettings) -> str:
    """What a workspace that the request names adds to its owner. The answer tells the workspace, named or not."""
    named = exchange.headers.get(b"anthropic-workspace-id", b"")
    chosen = named if named and WORKSPACE.fullmatch(named) else b""
    told = chosen or (settings.workspace or "").encode()
    if told:
        exchange.told = (*exchange.told, (b"anthropic-workspace-id", told))
    return f"\0{chosen.decode()}" if chosen else ""


def owner(secret: str) -> str:
    """A name for the holder of this key, which does not tell the key."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def version(exchange: ServerExchange) -> str:
    """The `anthropic-version`."""
    known = VERSION_HEADERS.get(exchange.headers.get(b"anthropic-version", b""))
    if known is not None:
        return known
    value = exchange.header(b"anthropic-version")
    if not value:
        raise invalid(text("version_required"))
    if value not in VERSIONS:
        raise invalid(text("version_unknown", value=value[:100]))
    return value


def betas(names: list[str], settings: ServerSettings, exchange: ServerExchange) -> frozenset[str]:
    """The betas asked for. Unknown ones are refused when strict, and warned of otherwise."""
    found = frozenset(names)
    unknown = sorted(found - KNOWN_BETAS)
    if unknown:
        said = text("beta_unknown", names=", ".join(f"`{name[:100]}`" for name in unknown[:20]))
        if settings.strict or len(found) > MOST_BETAS:
            raise invalid(said)
        exchange.warnings.append(said)
    return found


def key(exchange: ServerExchange, settings: ServerSettings) -> str:
    """The key, from either header. Raises 401 if there is none or it is not let in."""
    bare = exchange.header(b"x-api-key")
    given = bare or _bearer(exchange)
    if not given:
        raise HTTPError(401, text("key_required"))
    if settings.keys is not None and given not in settings.keys and given not in settings.keys_without_permission:
        raise HTTPError(401, text("key_invalid" if bare else "bearer_invalid"))
    if given in settings.keys_without_permission:
        raise HTTPError(403, text("no_permission"))
    return given


def _bearer(exchange: ServerExchange) -> str:
    scheme, _, token = exchange.header(b"authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
