"""Entries, calls and cuts <-> rows of the file. Pure.

A single text without more is stored as its words, everything else as JSON, which begins with a bracket; words that begin with one
are JSON, too. What the API said of an answer is much the same each time; deflated against a text of that shape it takes some 60 bytes
instead of 350. That text belongs to the form of the file (`database.VERSION`), and is never changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tercet.toolkit.conversation.entries import CallState, EntryState, LogEntry, LoggedCall, ViewCut
from tercet.toolkit.conversation.store.attachments import HASH, Attachment, cut_out, put_back

Row = tuple[Any, ...]
WrittenRow = tuple[Row, Sequence[Attachment]]
"""A row, and the attachments that must be there before it."""
FindText = Callable[[bytes], str]
"""Returns the data of the attachment with this hash."""
ENTRY_COLUMNS = "id, parent, role, state, starts_turn, at, content, attachments, answer, cost, low, high, error, prefix"
CALL_COLUMNS = "message, id, state, result, attachments, facts"
CUT_COLUMNS = "first, kind, summary, covers_first, covers_last, cost, low, high, at"
USUAL = (
    b'{"id":"msg_01","model":"claude-opus-4-8","model":"claude-haiku-4-5","stop_reason":"max_tokens","stop_reason":"tool_use",'
    b'"stop_reason":"end_turn","stop_sequence":null,"container":null,"usage":{"input_tokens":0,"server_tool_use":'
    b'{"web_search_requests":0,"web_fetch_requests":0},"server_tool_use":null,"cache_creation_input_tokens":0,'
    b'"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},'
    b'"output_tokens":1,"service_tier":"standard","inference_geo":"not_available","inference_geo":"global"}}'
    b'"model":"claude-sonnet-4-6","stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":'
)
"""What answers usually say, the most usual last."""
POINTER = "[="
"""Begins a result that is none itself, but the number of the message that it stands in; no JSON begins so."""
_WINDOW = -12
"""Deflate without a header, over 4 KB."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_STATES = list(EntryState)
_CALLS = list(CallState)


def to_json(value: Any) -> str:
    """Return a value as text."""
    return _encode(value).decode()


def from_json(text: str | bytes) -> Any:
    """Return the value of a text."""
    return _decode(text)


def _optional(value: Any) -> str | None:
    return None if value is None else to_json(value)


def pack(answer: Mapping[str, Any]) -> bytes:
    """Return what the API said of an answer, in few bytes."""
    squeeze = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, 4, zlib.Z_DEFAULT_STRATEGY, USUAL)
    return squeeze.compress(_encode(answer)) + squeeze.flush()


def unpack(packed: bytes) -> dict[str, Any]:
    """Return what was packed."""
    read: dict[str, Any] = _decode(zlib.decompressobj(_WINDOW, USUAL).decompress(packed))
    return read


def _money(cost: tuple[int, int, int] | None) -> Row:
    """Return the columns of a price: bounds only where they say more."""
    if cost is None:
        return None, None, None
    known, low, high = cost
    return (known, None, None) if low == known == high else cost


def _cost(known: int | None, low: int | None, high: int | None) -> tuple[int, int, int] | None:
    if known is None:
        return None
    return (known, known, known) if low is None or high is None else (known, low, high)


def _words_alone(content: Any) -> str | None:
    """Return the words of a single text without more that are not taken for JSON; None for other content."""
    if len(content) != 1 or len(content[0]) != 2 or content[0].get("type") != "text":
        return None
    words = content[0].get("text")
    if type(words) is not str or words.startswith("["):
        return None
    words.encode()  # half a surrogate pair is no text
    return words


def _content(content: Any) -> tuple[str, bytes | None, list[Attachment]]:
    """Return blocks as text, the hashes of what was cut out of them, and that itself."""
    if (words := _words_alone(content)) is not None:
        return words, None, []
    short, found = cut_out(content)
    return to_json(short), b"".join(each.hash for each in found) or None, found


def _blocks(text: str, hashes: bytes | None, find: FindText) -> Any:
    if not text.startswith("["):
        return [{"type": "text", "text": text}]
    blocks = _decode(text)
    if hashes is not None:
        put_back(blocks, [find(hashes[at : at + HASH]) for at in range(0, len(hashes), HASH)])
    return blocks


def entry_row(entry: LogEntry) -> WrittenRow:
    """Return an entry as a row, and the attachments that it needs."""
    text, hashes, found = _content(entry.content)
    answer = None if entry.answer is None else pack(entry.answer)
    row = (entry.id, entry.parent, entry.role, int(entry.state), int(entry.starts_turn), entry.at, text, hashes, answer)
    return (*row, *_money(entry.cost), _optional(entry.error), entry.prefix), found


def entry_of(row: Row, find: FindText) -> LogEntry:
    """Return the entry of a row."""
    id_, parent, role, state, starts, at, content, hashes, answer, known, low, high, error, prefix = row
    return LogEntry(
        id=id_,
        parent=parent,
        role=role,
        content=_blocks(content, hashes, find),
        state=_STATES[state],
        starts_turn=starts == 1,
        at=at,
        answer=None if answer is None else unpack(answer),
        cost=None if known is None else _cost(known, low, high),
        error=None if error is None else _decode(error),
        prefix=prefix,
    )


def call_row(call: LoggedCall) -> WrittenRow:
    """Return a tool call as a row, and the attachments that its result needs."""
    result, hashes, found = (None, None, []) if call.result is None else _content([call.result])
    return (call.entry, call.id, int(call.state), result, hashes, _optional(call.facts)), found


def result_text(block: Any) -> tuple[str, bytes | None]:
    """Return a result as a call's row holds it: its text, and the hashes of what was cut out of it."""
    text, hashes, _ = _content([block])
    return text, hashes


def call_of(row: Row, find: FindText, entries: Sequence[LogEntry]) -> LoggedCall:
    """Return the tool call of a row. `entries` are all of the conversation's, in order."""
    entry, id_, state, result, hashes, facts = row
    if result is None:
        block = None
    elif result.startswith(POINTER):
        content = entries[int(result[len(POINTER) :]) - 1].content
        block = next(each for each in content if each.get("tool_use_id") == id_)
    else:
        block = _blocks(result, hashes, find)[0]
    return LoggedCall(
        entry=entry,
        id=id_,
        state=_CALLS[state],
        result=block,
        facts=None if facts is None else _decode(facts),
    )


def cut_row(cut: ViewCut) -> Row:
    """Return a cut as a row."""
    covers = cut.covers or (None, None)
    return (cut.first, cut.kind, _optional(cut.summary), *covers, *_money(cut.cost), cut.at)


def cut_of(row: Row) -> ViewCut:
    """Return the cut of a row."""
    first, kind, summary, begin, end, known, low, high, at = row
    return ViewCut(
        first=first,
        kind=kind,
        summary=None if summary is None else _decode(summary),
        covers=None if begin is None else (begin, end),
        cost=_cost(known, low, high),
        at=at,
    )
