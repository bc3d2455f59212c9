"""Failures as values: exceptions of sockets, TLS and parsers become `Lost`. Names origins, never credentials."""

from __future__ import annotations

import errno
import os
import socket

from tercet.transport.base import Kind, Lost, Phase
from tercet.transport.deadline import TimedOutError
from tercet.transport.decoding import TooLargeError, UndecodableError
from tercet.transport.http1 import EndlessError, MalformedError, UnsafeError
from tercet.transport.origin import Origin

_NOT_A_TIMEOUT = (errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE)


class ProxyRefusedError(Exception):
    """Raised when the proxy answers a CONNECT with something other than 2xx."""


class ProxyCredentialsError(ProxyRefusedError):
    """Raised when the proxy wants credentials, or others."""


class PoolClosedError(Exception):
    """Raised when our own pool was closed meanwhile."""


class PoolFullError(Exception):
    """Raised when no connection became free within the pool timeout."""


def is_from_network(error: BaseException) -> bool:
    """Return whether an exception tells of the network: it is of a class that sockets, TLS and parsers raise, and no signal
    handler raised it. Whatever else came while we waited is the caller's own."""
    return isinstance(error, _OF_NETWORKS) and not is_from_handler(error)


def is_from_handler(error: BaseException) -> bool:
    """Return whether a signal handler raised it, which may be of any class, a TimeoutError too. Python runs handlers within
    whatever it waits for, and calls them with the very frame that they interrupt; no other function is called so."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        interrupted, trace = trace.tb_frame, trace.tb_next
        for value in trace.tb_frame.f_locals.values():
            given = value if type(value) is tuple else (value,)
            if any(each is interrupted for each in given):
                return True
    return False


def lost_from(error: BaseException, origin: Origin, phase: Phase, doing: str, closed: bool = False) -> Lost:
    """Return the Lost for an exception that came while `doing` ("connecting to", "reading from" …) an origin."""
    _forget_frames(error)
    if closed or isinstance(error, PoolClosedError):
        return Lost("closed", phase, "the client was closed", error)
    kind = _kind(error, doing)
    return Lost(kind, phase, _reason(error, kind, origin, doing), error)


def _forget_frames(error: BaseException | None) -> None:
    """Take the tracebacks away: their frames hold the headers that were being sent, and tools print them."""
    for _ in range(10):
        if error is None:
            return
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _kind(error: BaseException, doing: str) -> Kind:
    for type_, kind in _KINDS:
        if isinstance(error, type_):
            return kind
    if type(error).__module__ == "ssl":
        if doing.startswith("connecting") and type(error).__name__ in _HANDSHAKE_ENDED:
            return "connect"
        return "tls" if doing.startswith("connecting") else "read"
    if doing.startswith("connecting"):
        return "connect"
    return "write" if doing.startswith("sending") else "read"


_OF_NETWORKS = (
    OSError,
    TimedOutError,
    PoolClosedError,
    PoolFullError,
    ProxyRefusedError,
    MalformedError,
    UndecodableError,
    TooLargeError,
    ValueError,  # a name that is none, a socket that was closed meanwhile
    RuntimeError,  # an event loop that was closed meanwhile
)

_HANDSHAKE_ENDED = frozenset({"SSLEOFError", "SSLZeroReturnError", "SSLSyscallError"})
"""The connection broke during the handshake, which may go well next time; a certificate stays what it is."""

_KINDS: tuple[tuple[type[BaseException], Kind], ...] = (
    (ProxyCredentialsError, "refused"),
    (ProxyRefusedError, "proxy"),
    (PoolFullError, "pool"),
    (TimedOutError, "timeout"),
    (UnsafeError, "refused"),
    (EndlessError, "too_large"),
    (MalformedError, "protocol"),
    (TooLargeError, "too_large"),
    (UndecodableError, "decode"),
    (TimeoutError, "timeout"),
)


def _reason(error: BaseException, kind: Kind, origin: Origin, doing: str) -> str:
    where = str(origin)
    if origin.proxy is not None and doing == "connecting to":
        where = f"{origin.proxy} (the proxy of {origin})"
    if kind == "tls":
        return f"TLS with {origin}: {getattr(error, 'verify_message', '') or getattr(error, 'reason', '') or error}"
    if isinstance(error, socket.gaierror):
        return f"the name of {where} was not found ({error.strerror})"
    if isinstance(error, TimeoutError) and not error.args:
        return f"no progress within the time limit while {doing} {where}"
    if isinstance(error, OSError) and error.errno:
        text = os.strerror(error.errno).lower() if error.errno > 0 else str(error)
        return f"{text} while {doing} {where}"
    return f"{error} ({doing} {where})"
