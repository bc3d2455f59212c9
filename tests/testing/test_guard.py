"""The guard by itself: what it refuses is refused whole."""

from __future__ import annotations

import socket

import pytest

from tercet.testing.guard import Guard, ReachedOut


def test_a_socket_that_may_not_connect_is_closed() -> None:
    """Libraries close theirs for an OSError only; an open one would be some later test's warning."""
    with Guard(only_loopback=True):
        reaching = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

        with pytest.raises(ReachedOut):
            reaching.connect(("192.0.2.1", 443))

    assert reaching.fileno() == -1
