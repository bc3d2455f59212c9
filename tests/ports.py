"""A port where nobody listens, and that nobody is given while a test needs it to stay so.

The port of a listener that was just closed may be the next one the system gives away: to another test's server, or to the very
connection that should be refused. So this one lies below those that the system chooses from.
"""

from __future__ import annotations

import os
import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
_choice = random.Random(os.getpid())  # each worker of a parallel run chooses others


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    while True:
        port = _choice.randrange(LOWEST, HIGHEST)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
