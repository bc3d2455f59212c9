"""The golden streams, and ways to chunk them. What each should come to is in the tests."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from tercet.wire.stream.decoder import EventDecoder
from tercet.wire.stream.events import ProtocolFault
from tercet.wire.stream.message_builder import MessageBuilder

FOLDER = Path(__file__).parent.parent / "samples" / "streams"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.sse"))}


def cut_at(data: bytes, *places: int) -> list[bytes]:
    """The pieces of `data` between these places."""
    edges = [0, *sorted(places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def decoded(*chunks: bytes) -> list[Any]:
    """All events of a stream that came in these chunks."""
    decoder = EventDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()


def assembled(events: list[Any]) -> tuple[MessageBuilder, list[ProtocolFault]]:
    """What the events come to, and the faults on the way."""
    assembler = MessageBuilder()
    faults = [fault for event in events if (fault := assembler.add(event)) is not None]
    return assembler, faults
