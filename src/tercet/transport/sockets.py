"""Sockets as all connections want them: no delay, kept alive, addresses tried in turn; and what a fork does to them: the
child must not touch its parent's, which costs nothing until a fork happens."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import weakref
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Protocol

KEEPALIVE_SECONDS = 60
KEEPALIVE_PROBES = 5
MOST_FOR_ONE = 5.0
"""Seconds for an address while others wait behind it: three lost SYNs are a dead one."""

Address = tuple[Any, ...]
_OPTIONS = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPALIVE" if sys.platform == "darwin" else "TCP_KEEPIDLE", KEEPALIVE_SECONDS),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", KEEPALIVE_SECONDS),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", KEEPALIVE_PROBES),
)


class ClosesItself:
    """Close a socket when it is dropped. A cycle is taken apart in any order: its socket may come before the connection that
    would have closed it, so that no owner can do this."""

    __slots__ = ()

    def __del__(self: socket.socket) -> None:  # type: ignore[misc]
        if self.fileno() >= 0:  # one that could not be made has none, and nothing to close
            self.close()


class TunedSocket(ClosesItself, socket.socket):
    """Hold a TCP connection that closes itself."""

    __slots__ = ()


def tune_socket(family: int) -> socket.socket:
    """Return a TCP socket with the options that this system knows."""
    made = TunedSocket(family, socket.SOCK_STREAM)
    for each in socket_options():
        made.setsockopt(*each)
    return made


@cache
def socket_options() -> tuple[tuple[int, int, int], ...]:
    """Return the options of a socket that this system knows, as `setsockopt` takes them."""
    return tuple((level, getattr(socket, name), value) for level, name, value in _OPTIONS if hasattr(socket, name))


def share_of(left: float | None, addresses_left: int) -> float | None:
    """Return how long one address may take, so that a dead one leaves time for the next."""
    if addresses_left <= 1:
        return left
    return MOST_FOR_ONE if left is None else min(MOST_FOR_ONE, left / addresses_left)


def arrival_check(descriptor: int) -> Callable[[], object]:
    """Return the function that says, by a true value, that a socket has something to read: bytes, the peer's end, an error.
    Made once a connection."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return partial(poll.poll, 0)
    return lambda: select.select([descriptor], [], [], 0)[0]


class Forkable(Protocol):
    """Hold sockets that a child must let go."""

    def after_fork(self) -> None: ...


_held: weakref.WeakSet[Forkable] = weakref.WeakSet()
_generation = 0


def generation() -> int:
    """Return how many forks lie between this process and the first one. A connection of another generation is not ours."""
    return _generation


def reset_in_child(holder: Forkable) -> None:
    """Have `holder.after_fork()` called in every child."""
    _held.add(holder)


def _after_fork() -> None:
    global _generation
    _generation += 1
    for holder in list(_held):
        with contextlib.suppress(OSError):
            holder.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
