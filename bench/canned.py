"""A server of canned bytes, in a process of its own, so that only the client's work is measured.

The first part of the path chooses the answer: /message, /burst, /paced, /tool, /tool_half, /parse, /loop (a call of a
tool, then an answer, in turns). What is asked is counted and thrown away. Started by run.py; prints its ports as one line of JSON and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
import sys
from collections.abc import Iterator

import payloads

EVERY = 0.020
"""Seconds between the events of a paced stream."""
APART = itertools.cycle([EVERY * step / 20 for step in range(20)])
"""How much later each paced stream begins than the others, so that every event arrives alone."""


def burst(events: list[bytes]) -> bytes:
    return payloads.STREAM_HEAD + b"".join(map(payloads.chunked, events)) + payloads.STREAM_END


ANSWERS: dict[bytes, bytes] = {
    b"message": payloads.whole_response(payloads.message(payloads.ANSWER)),
    b"parse": payloads.whole_response(payloads.message(json.dumps(payloads.fields()))),
    b"burst": burst(payloads.text_events(payloads.BURST_TEXTS)),
    b"tool": burst(payloads.tool_events(payloads.TOOL_CHARACTERS)),
    b"tool_half": burst(payloads.tool_events(payloads.TOOL_CHARACTERS // 2)),
}
LOOP = itertools.cycle(
    [
        (payloads.whole_response(payloads.call()), burst(payloads.call_events())),
        (ANSWERS[b"message"], burst(payloads.text_events(5))),
    ]
)
"""Whole and streamed, for one agent at a time."""
PACED = [payloads.chunked(event) for event in payloads.text_events(payloads.PACED_TEXTS)]


class Canned(asyncio.Protocol):
    """One connection: reads a request, answers, and again."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.head = b""
        self.missing = 0
        self.case = b""
        self.streamed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
            body = data
        else:
            self.head += data
            head, ended, body = self.head.partition(b"\r\n\r\n")
            if not ended:
                return
            self.head = b""
            self.case = head.split(b"/", 2)[1].partition(b" ")[0]
            self.missing = content_length(head) - len(body)
            self.streamed = False
        if self.case == b"loop":
            self.streamed |= b'"stream":true' in body.replace(b" ", b"")
        if self.missing <= 0:
            self.missing = 0
            self.answer()

    def answer(self) -> None:
        if self.case == b"paced":
            self.transport.write(payloads.STREAM_HEAD)
            asyncio.get_running_loop().call_later(next(APART), self.pace, iter(PACED))
        else:
            self.transport.write(next(LOOP)[self.streamed] if self.case == b"loop" else ANSWERS[self.case])

    def pace(self, left: Iterator[bytes]) -> None:
        if self.transport.is_closing():
            return
        chunk = next(left, None)
        if chunk is None:
            self.transport.write(payloads.STREAM_END)
            return
        self.transport.write(chunk)
        asyncio.get_running_loop().call_later(EVERY, self.pace, left)


def content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("canned answers need requests with a content-length")


async def serve(certificate: str | None) -> None:
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(Canned, "127.0.0.1", 0, backlog=512)
    ports = {"plain": plain.sockets[0].getsockname()[1]}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        secure = await loop.create_server(Canned, "127.0.0.1", 0, backlog=512, ssl=context)
        ports["tls"] = secure.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # ends when the parent closes the pipe, or dies


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1] if len(sys.argv) > 1 else None))
