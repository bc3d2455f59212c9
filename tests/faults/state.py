"""Rows 118–131 and 136–138 at full length: `python -m tests.faults.state files`, `limits`, `redis` or `data`. Prints problems as the other parts of
the suite do, and what could not be played here for want of a program."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.faults import data_folder, state_clocks, state_file, state_kills, state_limits, state_power, state_redis
from tests.faults.children import can_trace
from tests.faults.held import File, Memory, OnRedis
from tests.faults.limits import limited, listen_to_signals
from tests.faults.server import FaultServer

Problems = Iterator[tuple[str, list[str]]]
MEMORY = "/dev/shm"
"""A disk that costs no waiting: what a kill leaves is the same on any, and lost power is a model anyway."""


def files(folder: Path) -> Problems:
    """A budget in a file."""
    for check in (*state_kills.CHECKS, *state_file.CHECKS, *state_power.CHECKS):
        server = FaultServer()
        yield from limited(check.__name__, check(server, File(folder / f"{check.__name__}.db")))
        server.close()


SHARED = (*state_limits.CHECKS, *state_clocks.CHECKS)


def limits(folder: Path) -> Problems:
    """Several budgets in one store, in memory and in a file."""
    for place in (Memory(), File(folder / "limits.db")):
        for check in SHARED:
            server = FaultServer()
            yield from limited(check.__name__, check(server, place))
            server.close()


def redis(folder: Path) -> Problems:
    """A budget on a Redis server."""
    if not state_redis.can_serve():
        return
    kept = state_redis.Server(folder)
    for check in (*state_kills.CHECKS, *SHARED):
        server = FaultServer()
        yield from limited(check.__name__, check(server, OnRedis(kept.url)))
        server.close()
    for also in state_redis.CHECKS:
        server = FaultServer()
        yield from limited(also.__name__, also(server, kept))
        server.close()
    kept.kill()


def data(folder: Path) -> Problems:
    """The local API's folder."""
    for check in data_folder.CHECKS:
        yield from limited(check.__name__, check(folder / check.__name__))


def quick_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder on a disk that costs no waiting, where there is one."""
    return tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None)


PARTS = {
    "files": (files, can_trace, "strace"),
    "limits": (limits, None, ""),
    "redis": (redis, state_redis.can_serve, "redis-server"),
    "data": (data, None, ""),
}


def main(name: str) -> None:
    listen_to_signals()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    play, whole, program = PARTS[name]
    if whole is not None and not whole():
        print(json.dumps({"name": name, "problems": [], "cells": 0, "missing": program}), flush=True)
    with quick_folder() as folder:
        began = time.monotonic()
        for what, problems in play(Path(folder)):
            told = {"name": what, "problems": problems, "seconds": round(time.monotonic() - began, 3)}
            print(json.dumps(told), flush=True)
            began = time.monotonic()


if __name__ == "__main__":
    main(sys.argv[1])
