"""The journal as server-sent events: every exchange that is kept when the page comes, then each as it begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from tercet.server.inspector.views import line
from tercet.server.journal.journal import Entry, Journal

QUIET_SECONDS = 15.0
"""After this long without an event, a comment keeps the connection alive."""
MOST_WAITING = 1000
"""Events that wait for a page that reads slowly. Beyond, it is told to begin anew."""


async def events(journal: Journal) -> AsyncGenerator[bytes, None]:
    """Yield bytes for one page, until it leaves."""
    waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)  # ids: a slow page must not keep bodies
    missed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def take(entry: Entry | None) -> None:
        if entry is None:
            loop.call_soon_threadsafe(begin_anew)
            return
        try:
            waiting.put_nowait(entry.id)
        except asyncio.QueueFull:
            missed.set()

    def begin_anew() -> None:
        missed.set()
        with contextlib.suppress(asyncio.QueueFull):
            waiting.put_nowait("")

    unwatch = journal.watch(take)
    try:
        yield await _everything(journal)
        while True:
            try:
                request_id = await asyncio.wait_for(waiting.get(), QUIET_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if missed.is_set():
                missed.clear()
                while not waiting.empty():
                    waiting.get_nowait()
                yield await _everything(journal)
            elif (entry := journal.get(request_id)) is not None:
                yield event("entry", line(entry))
    finally:
        unwatch()


async def _everything(journal: Journal) -> bytes:
    """Return the list as it stands. Made in a thread: bodies are read for it."""
    entries = journal.entries()
    return event("all", await asyncio.to_thread(lambda: [line(entry) for entry in entries]))


def event(name: str, value: Any) -> bytes:
    """Return one event; JSON has no line breaks of its own."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(value))
