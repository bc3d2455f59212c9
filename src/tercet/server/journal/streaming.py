"""Takes credentials out of a stream of server-sent events: out of each event, and out of what its pieces make together.

The text of a block comes in pieces, and a credential may be split over any of them. So the pieces are joined, searched,
and cut where they were cut before; what stands for a credential goes to the piece in which it began.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tercet.server.errors import HTTPError
from tercet.server.exchange import decoded_json
from tercet.wire.redaction import REDACTED, SHORTEST, Redaction, Span, merged

_EVENT = re.compile(r".*?(?:\r\n|\r(?!\n)|\n)(\r\n|\r(?!\n)|\n)+|.+", re.DOTALL)
_LINE = re.compile(r"\r\n|\r|\n")
NAMES = frozenset({"type", "id", "name", "tool_use_id"})
"""Fields of a block or delta that are whole in each event."""
LONGEST_EDGE = 4000
"""Characters of a text that are looked at where its rest could not be read."""
_WORD = re.compile(r"\S+")
Owner = tuple[dict[str, Any], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One event: its text as it is kept, or else the size and hash of what could not be read."""

    text: str
    size: int
    """Bytes that it had."""
    unread: Any = None


class _SplitEvent:
    """One event as it came: its lines, and the JSON in its data."""

    def __init__(self, raw: str, *, is_whole: bool) -> None:
        self.raw, self.is_whole = raw, is_whole
        self.lines: list[str] = []
        data: list[str] = []
        for line in filter(None, _LINE.split(raw)):
            (data if line.startswith("data") and line[4:5] in ("", ":") else self.lines).append(line)
        self.data = "\n".join(line[5:].removeprefix(" ") for line in data)
        self.has_data = bool(data)
        self.value: Any = None
        self.is_json = self.data.lstrip()[:1] == "{"
        self.is_read = self._read(len(data))

    def _read(self, count: int) -> bool:
        if not self.is_json:
            return count < 2 and self.is_whole
        try:
            self.value = decoded_json(self.data.encode())
        except (HTTPError, ValueError):
            return False
        return True

    def shown(self, redaction: Redaction, lines: dict[str, str], *, is_clean: bool) -> Piece:
        """Return the event as it is kept. `lines` are those that were cleaned before: most come again."""
        size = len(self.raw.encode())
        if not self.is_read:
            return Piece("", size, {"bytes": size, "sha256": hashlib.sha256(self.raw.encode()).hexdigest()})
        if is_clean:
            return Piece(self.raw, size)
        for line in self.lines:
            if line not in lines:
                lines[line] = redaction.text(line)
        shown = [lines[line] for line in self.lines]
        if self.has_data:
            said = msgspec.json.encode(self.value).decode() if self.is_json else redaction.text(self.data)
            shown.append(f"data: {said}")
        return Piece("".join(f"{line}\n" for line in shown) + ("\n" if self.is_whole else ""), size)


def cleaned_stream(text: str, redaction: Redaction) -> list[Piece]:
    """Return the events of a stream, in order, without credentials; as they came, if there are none in the whole of it.

    Of those that are no JSON where they should be, the size and hash are kept.
    """
    events = [_SplitEvent(found[0], is_whole=found[1] is not None) for found in _EVENT.finditer(text)]
    read = [event for event in events if event.is_json and event.is_read]
    is_clean = not redaction.finds(text)
    for owners, is_begun, is_ended in _blocks(events):
        pieces = [holder[name] for holder, name in owners]
        text = "".join(pieces)
        if spans := merged([*redaction.spans(text), *_edges(text, is_begun=is_begun, is_ended=is_ended)]):
            is_clean = False
            for (holder, name), piece in zip(owners, cut_again(pieces, spans)):
                holder[name] = piece
    values = [event.value for event in read]
    for event, value in zip(read, cleaned := redaction.json(values)):
        event.value = value
    lines: dict[str, str] = {}
    return [event.shown(redaction, lines, is_clean=is_clean and cleaned is values) for event in events]


def _blocks(events: Sequence[_SplitEvent]) -> list[tuple[list[Owner], bool, bool]]:
    """Return where the pieces of each text stand: of every block, and of every field of its deltas.

    What could not be read parts a text: whether each begins and ends where it should comes with it.
    """
    found: dict[Any, list[Owner]] = {}
    breaks = 0
    for event in events:
        breaks += not event.is_read
        value = event.value if event.is_json and event.is_read else {}
        for part in (value.get("content_block"), value.get("delta")):
            if isinstance(part, dict):
                for name, piece in part.items():
                    if isinstance(piece, str) and name not in NAMES:
                        found.setdefault((breaks, repr(value.get("index")), name), []).append((part, name))
    return [(owners, not key[0], key[0] == breaks) for key, owners in found.items() if len(owners) > 1 or breaks]


def _edges(text: str, *, is_begun: bool, is_ended: bool) -> list[Span]:
    """Return what may be part of a credential of which the rest could not be read: long words at either edge."""
    spans: list[Span] = []
    if not is_ended:
        tail = max(0, len(text) - LONGEST_EDGE)
        words = [(tail + found.start(), tail + found.end()) for found in _WORD.finditer(text[tail:])]
        spans += _long(reversed(words))
    if not is_begun:
        spans += _long(found.span() for found in _WORD.finditer(text[:LONGEST_EDGE]))
    return spans


def _long(words: Iterable[Span]) -> Iterator[Span]:
    """Yield words up to the first short one: base64 may go on over line breaks."""
    for begins, ends in words:
        if ends - begins < SHORTEST:
            return
        yield begins, ends


def cut_again(pieces: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """Return the pieces of a text without these spans of it; REDACTED stands in the piece in which a span begins."""
    kept: list[str] = []
    place = 0
    for piece in pieces:
        said: list[str] = []
        last, end = place, place + len(piece)
        for begins, ends in spans:
            if ends > place and begins < end:
                said.append(piece[last - place : max(begins - place, last - place)])
                said.append(REDACTED if begins >= place else "")
                last = min(ends, end)
        kept.append("".join((*said, piece[last - place :])))
        place = end
    return kept
