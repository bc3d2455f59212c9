"""Sockets close themselves, without a word, whatever drops them and in whatever order."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import ssl
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from tercet.transport.async_socket import AsyncSocket
from tercet.transport.origin import Origin
from tercet.transport.sockets import TunedSocket, tune_socket
from tercet.transport.sync_pool import SyncSocket
from tercet.transport.tls import TlsSocket, blocking_tls

HERE = Origin("http", "127.0.0.1", 1)


def plain() -> Any:
    return SyncSocket(tune_socket(socket.AF_INET), HERE)


def tls() -> Any:
    one, other = socket.socketpair()
    other.close()
    return SyncSocket(blocking_tls(one, ssl.create_default_context(), "localhost"), HERE)


def async_plain() -> Any:
    return of_a_loop_that_ended(tune_socket(socket.AF_INET))


def async_tls() -> Any:
    return of_a_loop_that_ended(TlsSocket(tune_socket(socket.AF_INET), ssl.create_default_context(), "localhost"))


def of_a_loop_that_ended(sock: Any) -> AsyncSocket:
    loop = asyncio.new_event_loop()
    made = AsyncSocket(loop, sock, HERE)
    made.receive(60)
    loop.close()
    return made


@pytest.mark.parametrize("connected", [plain, tls, async_plain, async_tls])
@pytest.mark.parametrize("in_a_cycle", [True, False])
def test_a_connection_that_is_dropped_closes_without_a_warning(connected: Callable[[], Any], in_a_cycle: bool) -> None:
    made = [connected()]
    descriptor = made[0].sock.fileno()
    if in_a_cycle:
        made.append(made)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        gc.collect()  # what others left is not meant
        warned.clear()
        del made
        gc.collect()

    assert [str(each.message) for each in warned] == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_socket_that_could_not_be_made_is_dropped_in_peace() -> None:
    with pytest.raises(OSError, match="Errno"):
        TunedSocket(socket.AF_INET, 12)
    gc.collect()  # pytest fails a test during which something was raised that nobody could catch


def test_a_socket_of_a_class_of_the_callers_own_stays_one() -> None:
    class Mine(ssl.SSLSocket):
        pass

    context = ssl.create_default_context()
    context.sslsocket_class = Mine
    one, other = socket.socketpair()
    with other, blocking_tls(one, context, "localhost") as made:
        assert type(made) is Mine
