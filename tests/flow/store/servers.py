"""A real Redis server for the tests that need one: started on a socket of its own, ended with them.

Needs Debian's package `redis-server` (or any `redis-server` on the path) and the extra `redis`; without them the tests are
skipped, and say so.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest


@contextmanager
def redis_server(directory: Path) -> Iterator[str]:
    """The URL of a server that nobody else uses."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here: `apt-get install redis-server` brings it")
    if find_spec("redis") is None:
        pytest.skip("the Python client is not here: `pip install 'tercet[redis]'` brings it")
    socket = directory / "redis.sock"
    server = subprocess.Popen(
        [
            program,
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--dir",
            str(directory),
            "--save",
            "",
            "--daemonize",
            "no",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(3000):
            if socket.exists() or server.poll() is not None:
                break
            time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait(30)
