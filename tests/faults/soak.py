"""`make soak`: many streams at once for a long time, one in twenty broken, on one client. Memory and descriptors stay
where they were after warming up, no answer is crossed, and every broken stream ends in an APIError."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.faults import bodies
from tests.faults.server import chunks
from tests.faults.subject import KEY, descriptors
from tests.faults.surfaces import ASK

import tercet

MOST_GROWTH = 1024 * 1024
"""Bytes of resident memory that may be gained after warming up, for each 10 minutes."""
NOISE = 4 * 1024 * 1024
"""Bytes by which two readings may differ without meaning anything."""
FAULTS = ("cut", "reset", "error", "silent end", "529")


@dataclass
class Seen:
    """What happened."""

    ended: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)


def resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Server:
    """Streams a number back, in pieces; breaks one stream in twenty, by chance that the seed decides."""

    def __init__(self, share: float, pause: float) -> None:
        self._dice, self._share, self._pause = random.Random(7), share, pause

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                if not await self._answer(writer, body):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, body: bytes) -> bool:
        said = body.split(b'"content":"')[1].split(b'"')[0].decode()
        fault = self._dice.choice(FAULTS) if self._dice.random() < self._share else ""
        if fault == "529":
            writer.write(b"HTTP/1.1 529 Overloaded\r\ncontent-length: %d\r\n\r\n" % len(bodies.ERROR) + bodies.ERROR)
            return True
        writer.write(bodies.of("sse", *bodies.BEGUN, bodies.delta(said[:2]), end=False))
        await writer.drain()
        await asyncio.sleep(self._pause)
        if fault == "error":
            writer.write(chunks(bodies.error_event()))
        elif fault == "silent end":
            writer.write(chunks())
        elif fault == "reset":
            writer.transport.abort()
        elif not fault:
            writer.write(chunks(bodies.delta(said[2:]), *bodies.ENDED))
        return fault in ("", "error", "silent end")


async def stream_again_and_again(client: Any, name: str, until: float, seen: Seen) -> None:
    """One of the many."""
    number = 0
    while time.monotonic() < until:
        number += 1
        said = f"{name}/{number}"
        try:
            async with client.messages.stream(**{**ASK, "messages": [{"role": "user", "content": said}]}) as stream:
                text = await stream.get_final_text()
            seen.ended["answer"] += 1
            if text != said:
                seen.problems.append(f"{said} was answered with {text}")
        except tercet.APIError as error:
            seen.ended[type(error).__name__] += 1
        except Exception as error:
            seen.problems.append(f"{type(error).__name__} escapes: {error}")


async def run(seconds: float, streams: int, share: float) -> Seen:
    """The whole soak. A tenth of the time warms up."""
    seen = Seen()
    serving = await asyncio.start_server(Server(share, 0.02).serve, "127.0.0.1", 0, backlog=512)
    url = f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}"
    began = time.monotonic()
    async with tercet.AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0) as client:
        tasks = [
            asyncio.ensure_future(stream_again_and_again(client, f"s{number}", began + seconds, seen))
            for number in range(streams)
        ]
        for tenth in range(1, 10):
            await asyncio.sleep(max(0.0, began + seconds * tenth / 10 - time.monotonic()))
            gc.collect()
            seen.memory.append(resident())
            seen.descriptors.append(descriptors())
        await asyncio.gather(*tasks)
    serving.close()
    return seen


def judged(seen: Seen, seconds: float, streams: int, before: int) -> list[str]:
    """What was wrong."""
    problems = seen.problems[:10]
    growth = min(seen.memory[-3:]) - max(seen.memory[:2])
    if growth > NOISE + MOST_GROWTH * seconds / 600:
        problems.append(f"memory grew by {growth / 1e6:.1f} MB after warming up")
    if max(seen.descriptors) > before + 2 * streams + 60:  # both ends of each connection live here
        problems.append(f"up to {max(seen.descriptors)} descriptors were open")
    if (after := descriptors()) > before + 2:
        problems.append(f"{after - before} descriptors are left open")
    if not seen.ended["answer"]:
        problems.append("nothing was answered")
    return problems


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--faults", type=float, default=0.05)
    given = parser.parse_args(arguments)
    before = descriptors()
    seen = asyncio.run(run(given.seconds, given.streams, given.faults))
    problems = judged(seen, given.seconds, given.streams, before)
    print(f"{given.streams} streams for {given.seconds:g} s, {given.faults:.0%} faults: {dict(seen.ended)}")
    print("memory, MB:", ", ".join(f"{each / 1e6:.1f}" for each in seen.memory))
    print("descriptors:", ", ".join(map(str, seen.descriptors)))
    for problem in problems:
        print("PROBLEM:", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
