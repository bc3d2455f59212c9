"""A thousand streams at once from the local API, fifty events a second each: what arrives, and what memory does.

Run by itself, it is the server that is measured: `server_streams.py PORT WORDS PACE`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import server_watch as watch
from server_load import EVENT, request

AROUND = 7
"""Events of a stream that are no words: start, block start, ping, the last space, block stop, delta, stop."""
RATE = 50


@dataclass
class Course:
    """What became of the streams: events of each, those that ended well, memory while they ran, lateness at the end."""

    streams: int
    seconds: int
    events: list[int] = field(default_factory=list)
    whole: int = 0
    memory: list[int] = field(default_factory=list)
    cpu: float = 0.0
    took: float = 0.0

    @property
    def expected(self) -> int:
        """Events of a stream that has lost none."""
        return self.seconds * RATE

    @property
    def dropped(self) -> int:
        """Events that did not arrive."""
        return self.streams * self.expected - sum(self.events)


def serve(port: int, words: int, pace: float) -> None:
    """The server: one long answer, paced."""
    from tercet.server.run import serve as serve_local
    from tercet.server.service.responder import Answer

    class Long:
        def answer(self, request: object, headers: object) -> Answer:
            return Answer([{"type": "text", "text": "word " * words}], "end_turn", words)

    serve_local(port=port, pace=pace, answerer=Long(), rate_limits=None)


async def _one(port: int, course: Course) -> None:
    body = {
        "model": "claude-opus-5-5",
        "max_tokens": 64_000,
        "stream": True,
        "messages": [{"role": "user", "content": "Go"}],
    }
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 16)
    writer.write(request(port, "/v1/messages", body))
    found, tail, stopped = 0, b"", False
    while part := await reader.read(1 << 16):
        tail += part
        found += tail.count(EVENT)
        stopped = stopped or b"event: message_stop" in tail
        if tail.endswith(b"0\r\n\r\n") and stopped:
            break
        tail = tail[-len(EVENT) + 1 :] if b"message_stop" not in tail[-40:] else tail[-40:].replace(EVENT, b"")
    course.events.append(found)
    course.whole += stopped
    writer.close()


async def _all(port: int, course: Course, process: int) -> None:
    begun, cpu = time.monotonic(), watch.cpu_seconds(process)
    streams = [asyncio.create_task(_one(port, course)) for _ in range(course.streams)]
    pending = set(streams)
    while pending:
        _, pending = await asyncio.wait(pending, timeout=2)
        if pending:
            course.memory.append(watch.memory(process))
    course.took = time.monotonic() - begun
    course.cpu = watch.cpu_seconds(process) - cpu


def run(streams: int, seconds: int, port: int, core: int) -> Course:
    """Start the server on `core`, let the streams run, and say what came."""
    course = Course(streams, seconds)
    words = course.expected - AROUND
    # One word is one event and counts as one token, so that tokens and events go at about the same pace.
    pace = RATE * words / course.expected
    command = [sys.executable, str(Path(__file__)), str(port), str(words), str(pace)]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        watch.pin(process.pid, core)
        asyncio.run(_all(port, course, process.pid))
    finally:
        watch.end(process)
    return course


def _wait(port: int) -> None:
    import socket

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
