"""Says, once, that a key and messages would travel where others can read them: over plain HTTP to another machine, or over
TLS whose certificates nobody checks. A warning and no error: the network in between may be one's own."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from tercet.client.preflight import warn

_told: set[str] = set()
"""Origins that a program has been warned of."""


class ExposedConnectionWarning(UserWarning):
    """A key that others on the way can read, and every message with it."""


def warn_if_insecure(base_url: str, http_client: Any) -> None:
    """Warn about this origin, if there is a reason and nobody has yet. TERCET_ADVICE=0 turns it off."""
    reason = find_insecurity(base_url, http_client)
    if reason is None or base_url in _told or os.environ.get("TERCET_ADVICE") == "0":
        return
    _told.add(base_url)
    warn(f"{reason}: whoever is on the way can read the key and every message", ExposedConnectionWarning)


def find_insecurity(base_url: str, http_client: Any) -> str | None:
    """Return why others can read what is said to this origin; None if they cannot."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_this_machine(host):
        return None
    if parts.scheme == "http":
        return f"requests to {host} go over plain HTTP; use https:// in base_url"
    if http_client is not None and not verifies_certificates(http_client):
        return f"the http_client for {host} checks no certificates (verify=False); pass verify= a CA bundle instead"
    return None


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, so that nobody is on the way."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def verifies_certificates(http_client: Any) -> bool:
    """Return whether a client of httpx or httpx2, or our own settings, verify who answers. True where it cannot be told."""
    if getattr(http_client, "verify", True) is False:
        return False
    transport = getattr(http_client, "_transport", None)
    context = getattr(getattr(transport, "_pool", None), "_ssl_context", None)
    if context is None:
        return True
    import ssl

    return bool(context.verify_mode != ssl.CERT_NONE)
