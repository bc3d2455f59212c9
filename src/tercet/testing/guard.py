"""Keeps tests off the network: connections and name look-ups are judged before they happen. Knows no fixture.

It stands at Python's sockets, so every HTTP library and event loop written on them is seen. What it cannot see: sockets
of native code (uvloop's connections; its name look-ups too), other processes, and which host a proxy is asked for.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from functools import partial
from types import TracebackType
from typing import Any, Self

import pytest

REAL_API = frozenset({"api.anthropic.com", "api-staging.anthropic.com", "mcp-proxy.anthropic.com"})
"""Hosts that answer for money, or for Anthropic. Those of clouds are met by `only_loopback`."""


_Failed: Any = pytest.fail.Exception


class ReachedOut(_Failed):  # type: ignore[misc]
    """A test tried to leave this machine. No `except Exception` of the code under test can swallow it."""


class Guard:
    """While it is entered, hosts that are not allowed cannot be reached, and `attempts` names those that were tried.

    `only_loopback`: nothing but this machine; otherwise everything but the real API. `allowed`: hosts let through.
    """

    def __init__(self, *, only_loopback: bool, allowed: Collection[str] = ()) -> None:
        self.only_loopback = only_loopback
        self.allowed = frozenset(host.lower().rstrip(".") for host in allowed)
        self.attempts: list[str] = []
        self._let_through: set[str] = set()
        """Addresses of allowed names, once these were looked up."""
        self._put_back: list[Callable[[], None]] = []

    def permits(self, host: str) -> bool:
        """Whether this name or address may be reached."""
        host = host.lower().rstrip(".").partition("%")[0]
        if host in self.allowed or host in self._let_through:
            return True
        if not self.only_loopback:
            return host not in REAL_API
        return is_here(host)

    def check(self, host: str) -> None:
        """Raise ReachedOut, and remember it, for a host that may not be reached."""
        if not self.permits(host):
            self.attempts.append(host)
            raise ReachedOut(refusal(host, self.only_loopback), pytrace=True)

    def __enter__(self) -> Self:
        plain = socket.socket
        for name in ("connect", "connect_ex"):
            self._replace(plain, name, self._connecting(getattr(plain, name)))
        self._replace(socket, "getaddrinfo", self._looking_up(socket.getaddrinfo))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._put_back:
            self._put_back.pop()()

    def _replace(self, place: Any, name: str, new: Any) -> None:
        """Put `new` there until the guard is left. What was inherited will be inherited again."""
        if name in vars(place):
            self._put_back.append(partial(setattr, place, name, vars(place)[name]))
        else:
            self._put_back.append(partial(delattr, place, name))
        setattr(place, name, new)

    def _connecting(self, original: Any) -> Any:
        def connect(this: socket.socket, address: Any) -> Any:
            if this.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and address:
                try:
                    self.check(_text(address[0]))
                except BaseException:  # libraries close a socket for an OSError only, and this is none
                    this.close()
                    raise
            return original(this, address)

        return connect

    def _looking_up(self, original: Any) -> Any:
        def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
            name = _text(host) if host is not None else ""
            if name and not is_address(name):
                self.check(name)
            found = original(host, *rest, **options)
            if name.lower().rstrip(".") in self.allowed:
                self._let_through.update(_text(entry[4][0]) for entry in found)
            return found

        return getaddrinfo


def _text(host: Any) -> str:
    return bytes(host).decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)


def is_address(host: str) -> bool:
    """Whether this is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_here(host: str) -> bool:
    """Whether this name or address means this machine."""
    if not is_address(host):
        return host in ("", "localhost") or host.endswith(".localhost") or host == socket.gethostname().lower()
    address = ipaddress.ip_address(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def refusal(host: str, only_loopback: bool) -> str:
    """Return the words for a test that tried to reach `host`."""
    why = "tests with the local API reach this machine alone" if only_loopback else "tests do not reach the real API"
    return (
        f"this test tried to connect to {host}; {why}.\n"
        f"Give the code under test the local API: the fixture `claude` is such a client, and `local_api` sets "
        f"ANTHROPIC_BASE_URL for clients that are made without base_url.\n"
        f'If the connection is meant: @pytest.mark.allow_network for the test, @pytest.mark.allow_network("{host}") '
        f"for this host, tercet_allow_hosts for all tests, tercet_guard = off for none of this."
    )
