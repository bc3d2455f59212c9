"""A connection without a socket: what is fed to it, and what it writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from tercet.server.http.connection import Answer, ServerConnection

TURNS = 50
"""Turns of the event loop after which everything that waits for nothing but the loop has happened."""


class Wire:
    """Stands in the place of a transport."""

    def __init__(self) -> None:
        self.written = b""
        self.ended: str | None = None
        """`close`, `abort` or `eof`, whichever came first."""
        self.is_reading = True

    def write(self, data: bytes) -> None:
        assert self.ended is None
        self.written += data

    def close(self) -> None:
        self.ended = self.ended or "close"

    def abort(self) -> None:
        self.ended = self.ended or "abort"

    def write_eof(self) -> None:
        self.ended = self.ended or "eof"

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_extra_info(self, name: str) -> Any:
        return None


async def settle() -> None:
    """Let everything happen that waits for nothing but the loop."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def fed(answer: Answer, pieces: Iterable[bytes]) -> Wire:
    """The wire after these pieces came, one after the other, and the client left."""
    wire, connection = connected(answer)
    for piece in pieces:
        connection.data_received(piece)
    await settle()
    connection.connection_lost(None)
    await settle()
    return wire


def connected(answer: Answer) -> tuple[Wire, ServerConnection]:
    """A new connection and its wire."""
    wire = Wire()
    connection = ServerConnection(answer, set(), asyncio.get_running_loop())
    connection.connection_made(wire)
    return wire, connection
