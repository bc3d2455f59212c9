"""Rows 118, 121–123, 127 on a budget that a Redis server keeps: a server that is full, silent, gone, killed, or has forgotten.

Needs a `redis-server` on the path and the extra `redis`; `can_serve()` says whether they are there.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.faults.children import Child, until
from tests.faults.held import ANSWER, COST, OnRedis, account, asked, audit, client_of
from tests.faults.server import FaultServer

from tercet.flow.budget import Budget

Problems = Iterator[tuple[str, list[str]]]
PATIENCE = 0.5
"""Seconds that these clients wait for the server."""


def can_serve() -> bool:
    """Whether a Redis server can be started and talked to here."""
    return shutil.which("redis-server") is not None and find_spec("redis") is not None


class Server:
    """A Redis server of our own that writes everything down before it answers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._socket = folder, folder / "redis.sock"
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it on what it has written down, and return when it answers."""
        kept = ["--dir", str(self._folder), "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        command = ["redis-server", "--port", "0", "--unixsocket", str(self._socket), *kept]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.control = import_module("redis").Redis.from_url(self.url)
        until(self._answers, "the Redis server")

    def _answers(self) -> bool:
        try:
            return bool(self.control.ping())
        except import_module("redis").RedisError:
            return False

    def kill(self) -> None:
        """As `kill -9`, also of one that stands still."""
        self.control.close()
        self.process.kill()
        self.process.wait(30)


def key_of(tag: str) -> str:
    """Return the key of an account on the server."""
    return "tercet:" + Budget(usd=100, tag=tag).key()


def refusing(server: FaultServer, redis: Server) -> Problems:
    """121, 122, 127: a server that is full, may not be written, or holds something else."""
    control, place = redis.control, OnRedis(redis.url)
    begins: dict[str, tuple[Callable[[str], Any], Callable[[str], Any]]] = {
        "121 no memory is left": (
            lambda key: control.config_set("maxmemory", "1"),
            lambda key: control.config_set("maxmemory", "0"),
        ),
        "122 a replica that may not be written": (
            lambda key: control.replicaof("127.0.0.1", 1),
            lambda key: control.replicaof("NO", "ONE"),
        ),
        "127 something else in its place": (
            lambda key: (control.rename(key, "kept"), control.rpush(key, "x")),
            lambda key: control.rename("kept", key),
        ),
        "127 garbage in its place": (
            lambda key: (control.rename(key, "kept"), control.set(key, b"\xc1\xff\x00")),
            lambda key: control.rename("kept", key),
        ),
        "127 evicted or flushed": (
            lambda key: control.rename(key, "kept"),
            lambda key: control.rename("kept", key),
        ),
    }
    for number, (name, (begin, end)) in enumerate(begins.items()):
        tag = f"refusing-{number}"
        client = client_of(server, place.store(timeout=PATIENCE), tag=tag)
        server.play([ANSWER])
        said = [asked(client)]
        begin(key_of(tag))
        said += [asked(client), asked(client)]
        end(key_of(tag))
        said.append(asked(client))
        client.close()
        problems = audit(place, server.requests, tag)
        if said != ["answered", "SharedStateError", "SharedStateError", "answered"] or server.requests != 2:
            problems.append(f"the calls ended with {said}; {server.requests} requests")
        yield f"{name} · redis", problems


def silent(server: FaultServer, redis: Server, *, threads: int = 16) -> Problems:
    """123: a server that stands still, asked by many threads at once; 118: one that is killed and comes back."""
    place = OnRedis(redis.url)
    client = client_of(server, place.store(timeout=PATIENCE), tag="silent")
    server.play([ANSWER])
    said = [asked(client)]
    redis.process.send_signal(signal.SIGSTOP)
    ended: list[str] = []
    began = time.monotonic()
    waiting = [threading.Thread(target=lambda: ended.append(asked(client))) for _ in range(threads)]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    seconds = time.monotonic() - began
    redis.process.send_signal(signal.SIGCONT)
    said.append(asked(client))
    client.close()
    problems = [] if (said, server.requests) == (["answered"] * 2, 2) else [f"{said}, {server.requests} requests"]
    if ended != ["SharedStateError"] * threads:
        problems.append(f"they ended with {ended}")
    if seconds > 8 * PATIENCE + 5:  # five for a slow machine
        problems.append(f"the last of them waited for {seconds:.0f} s")
    yield f"123 silent to {threads} threads · redis", problems + audit(place, 2, "silent")


def killed(server: FaultServer, redis: Server, *, times: int = 5) -> Problems:
    """118: the server is killed while processes spend, and started again on what it wrote down."""
    place, problems = OnRedis(redis.url), []
    server.play([ANSWER])

    def spend() -> list[str]:
        client = client_of(server, place.store(timeout=PATIENCE), tag="killed")
        return sorted({asked(client) for _ in range(1_000_000) if os.getppid() == parent})

    parent = os.getpid()
    children = [Child(spend) for _ in range(2)]
    for _ in range(times):
        before = server.requests
        until(lambda before=before: server.requests > before + 5, "requests")
        redis.kill()
        redis.start()
    for child in children:
        child.end(kill=True)
    server.settled(30)
    problems += audit(place, server.requests, "killed")
    if account(place, "killed").spent.nano_usd < COST:
        problems.append("nothing was booked")
    yield f"118 the server killed {times} times · redis", problems


CHECKS = (refusing, silent, killed)
