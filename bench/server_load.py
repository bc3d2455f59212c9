"""The load on a server: keep-alive connections of raw bytes in one event loop, and the counts of what came back.

Knows HTTP as far as answers have a length or come in chunks; parses no JSON, so that the server is what is measured.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

CONNECTIONS = 8
EVENT = b"\nevent: "
"""What begins an event, in the middle of a body; the first one has no line before it."""


@dataclass
class Tally:
    """What came back: answers, events in them, bytes, and answers that were no 200."""

    answers: int = 0
    events: int = 0
    size: int = 0
    wrong: int = 0


def request(port: int, path: str, body: dict[str, Any]) -> bytes:
    """The bytes of one request."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx-api-key: sk-local\r\nauthorization: Bearer sk-local\r\n"
        f"anthropic-version: 2023-06-01\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def answer(reader: asyncio.StreamReader, tally: Tally) -> bool:
    """Read one answer to its end. Returns whether the connection can be used again."""
    head = await reader.readuntil(b"\r\n\r\n")
    tally.wrong += b" 200 " not in head[:14]
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        body = await _chunks(reader)
    elif b"content-length: " in lower:
        body = await reader.readexactly(int(lower.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]))
    else:
        body = await reader.read()
        lower += b"connection: close"
    tally.answers += 1
    tally.size += len(body)
    tally.events += body.count(EVENT) + body.startswith(EVENT[1:])
    return b"connection: close" not in lower


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


async def _one_after_another(port: int, sent: bytes, until: Callable[[], bool], tally: Tally) -> None:
    while not until():
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        again = True
        while again and not until():
            writer.write(sent)
            again = await answer(reader, tally)
        writer.close()


async def _load(port: int, sent: bytes, seconds: float) -> Tally:
    tally, end = Tally(), monotonic() + seconds
    await asyncio.gather(
        *(_one_after_another(port, sent, lambda: monotonic() > end, tally) for _ in range(CONNECTIONS))
    )
    return tally


def load(port: int, sent: bytes, seconds: float) -> Tally:
    """Send the request again and again for a while on a few connections."""
    return asyncio.run(_load(port, sent, seconds))
