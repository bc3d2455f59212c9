"""Takes credentials out of what may be kept: headers by an allow-list, URLs by parameter, bodies by value and by field.

Whatever goes into the journal or a recording goes through here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from tercet.wire.headers import REDACTED, is_secret, redacted_url

__all__ = ["REDACTED", "Redaction", "redacted_json", "redacted_url", "shown_headers"]

SHORTEST = 8
"""Shorter credentials are not searched for in bodies: they would be found in ordinary words."""
KEY = re.compile(rb"sk-ant-[A-Za-z0-9_\-]{8,}")
SECRET_FIELDS = frozenset({"authorization_token", "api_key", "access_token", "client_secret", "password"})
"""Fields of a request that carry a credential of their own, such as that of an MCP server."""
SHOWN = frozenset(
    {
        "accept", "accept-encoding", "anthropic-beta", "anthropic-organization-id", "anthropic-version", "anthropic-workspace-id",
        "cache-control", "connection", "content-encoding", "content-length", "content-type", "host",
        "idempotency-key", "location", "request-id", "retry-after", "retry-after-ms", "transfer-encoding",
        "user-agent", "x-client-request-id", "x-should-retry",
    }
)  # fmt: skip
"""Headers that are kept as they came."""
SHOWN_PREFIXES = ("anthropic-ratelimit-", "anthropic-priority-", "x-stainless-", "tercet-")
HELD_BACK = frozenset({"tercet-token"})

Pairs = Iterable[tuple[bytes, bytes]]


class Redaction:
    """The credentials of one request, and what is left of a text without them."""

    def __init__(self, headers: Pairs) -> None:
        self._secrets = sorted(_forms(headers), key=len, reverse=True)

    def bytes(self, data: bytes) -> bytes:
        """`data` without this request's credentials and without anything that looks like an API key."""
        for secret in self._secrets:
            data = data.replace(secret, REDACTED.encode())
        return KEY.sub(REDACTED.encode(), data) if b"sk-ant-" in data else data

    def text(self, text: str) -> str:
        """The same for a text."""
        return self.bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


def _forms(headers: Pairs) -> set[bytes]:
    """Every way in which a credential of these headers may stand in a body."""
    found: set[bytes] = set()
    for name, value in headers:
        if not is_secret(name.decode("latin-1"), value.decode("latin-1")):
            continue
        for bare in {value.strip(), value.strip().rpartition(b" ")[2]}:
            if len(bare) >= SHORTEST:
                found |= {bare, quote(bare, safe="").encode()}
    return found


def shown_headers(pairs: Pairs) -> dict[str, str]:
    """The headers that may be kept, by lower-case name and without what looks like a credential; of the others, the names."""
    shown: dict[str, str] = {}
    redaction = Redaction(pairs := list(pairs))
    for name, value in pairs:
        key = name.decode("latin-1").lower()
        known = key in SHOWN or (key.startswith(SHOWN_PREFIXES) and key not in HELD_BACK)
        said = value.decode("latin-1")
        shown[key] = redaction.text(said) if known and not is_secret("", said) else REDACTED
    return shown


def redacted_json(value: Any) -> Any:
    """A JSON value whose credential fields are replaced. Copies only where something is."""
    if isinstance(value, dict):
        return {
            key: REDACTED if key in SECRET_FIELDS and isinstance(item, str) else redacted_json(item)
            for key, item in value.items()
        }
    return [redacted_json(item) for item in value] if isinstance(value, list) else value
