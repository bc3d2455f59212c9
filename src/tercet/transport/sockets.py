"""Sockets as all connections want them: no delay, kept alive, addresses tried in turn."""

from __future__ import annotations

import select
import socket
from typing import Any

KEEPALIVE_SECONDS = 60
KEEPALIVE_PROBES = 5
SHARE_WITHOUT_LIMIT = 10.0
"""Seconds for an address when others wait behind it and the caller set no limit."""

Address = tuple[Any, ...]
_OPTIONS = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", KEEPALIVE_SECONDS),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", KEEPALIVE_SECONDS),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", KEEPALIVE_PROBES),
)


def tuned_socket(family: int) -> socket.socket:
    """A TCP socket with the options that this system knows."""
    made = socket.socket(family, socket.SOCK_STREAM)
    for level, name, value in _OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            made.setsockopt(level, option, value)
    return made


def share_of(left: float | None, addresses_left: int) -> float | None:
    """How long one address may take, so that a dead one leaves time for the next."""
    if addresses_left <= 1:
        return left
    return SHARE_WITHOUT_LIMIT if left is None else left / addresses_left


def something_came(descriptor: int) -> bool:
    """Return whether a socket has something to read as of now: bytes, the peer's end, or an error."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])
