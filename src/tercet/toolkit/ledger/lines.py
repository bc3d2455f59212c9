"""A line of a journal as a row of the table, or None: whoever can write into the folder can write anything there.

The form of lines is told in `flow/ledger/__init__.py`. Knows no file and no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

LONGEST_LINE = 1_000_000
"""Bytes. A line is a few hundred; tags and iterations are the user's, and may be more."""
_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000)] | None
_Money: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000_000)] | None
"""Nano-dollars of one attempt: $10,000 at most, so that sums of a million of them fit into 64 bits."""
_Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=1_000)] | None
_Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
_Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000_000_000)]
"""Nanoseconds since 1970, until the year 2100."""
_Tags: TypeAlias = Annotated[dict[_Name, Annotated[str, msgspec.Meta(max_length=10_000)]], msgspec.Meta(max_length=100)]


class Line(msgspec.Struct):
    """An attempt as its line tells it. Fields stand in the order of the columns, and bear their names."""

    id: _Name
    attempt: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    at: _Moment
    kind: _Name
    model_asked: _Text = None
    model_served: _Text = None
    account: _Text = None
    workspace: _Text = None
    tags: msgspec.Raw = msgspec.Raw()
    """`_Tags`, looked at once for all lines that have the same."""
    conversation: _Text = None
    job: _Text = None
    item: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    stop_reason: _Text = None
    error: _Text = None
    error_code: _Text = None
    request_id: _Text = None
    input: _Count = None
    cache_read: _Count = None
    cache_5m: _Count = None
    cache_1h: _Count = None
    output: _Count = None
    thinking: _Count = None
    tools: dict[str, Any] | None = None
    iterations: list[Any] | None = None
    tier: _Text = None
    geo: _Text = None
    speed: _Text = None
    nano_usd: _Money = None
    low: _Money = None
    high: _Money = None
    price_day: Annotated[int, msgspec.Meta(ge=19700101, le=21001231)] | None = None
    certainty: Annotated[int, msgspec.Meta(ge=0, le=2)] = 2
    ms: _Count = None
    first_ms: _Count = None
    origin: Literal["api", "local"] = "api"
    last: bool | None = None
    error_of_call: _Text = None


COLUMNS = Line.__struct_fields__
_TAGS, _TOOLS, _ITERATIONS, _LAST = (COLUMNS.index(name) for name in ("tags", "tools", "iterations", "last"))


class Header(msgspec.Struct):
    """The first line of a file: the version of its form, and the process that writes it."""

    tercet_ledger: int
    pid: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    start: _Moment
    boot: _Text = None
    lock: bool = False


class Bodies(msgspec.Struct):
    """What was sent and what came, of an attempt whose ledger keeps that. Fields stand in the order of the columns."""

    tercet_body: _Name
    attempt: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    at: _Moment
    until: _Moment
    request: str | None = None
    answer: str | None = None


class JournalEnd(msgspec.Struct):
    """The last line of a file whose process began another one."""

    tercet_ledger_end: int


_tags = msgspec.json.Decoder(_Tags | None)
_bodies = msgspec.json.Decoder(Bodies)
_line, _header, _end = msgspec.json.Decoder(Line), msgspec.json.Decoder(Header), msgspec.json.Decoder(JournalEnd)
_encode = msgspec.json.Encoder(order="sorted").encode


_KEPT_TAGS = 1_000
"""Bytes of tags that are remembered."""


def _tags_text(raw: bytes) -> str | None:
    """Return tags as the table has them: JSON whose names are in order, or None. Raises for what are none."""
    tags = _tags.decode(raw) if raw else None
    return _encode(tags).decode() if tags else None


_known_tags = lru_cache(maxsize=4_096)(_tags_text)


def read_header(line: bytes) -> Header | None:
    """Return the header of a file, or None if this is none."""
    try:
        return _header.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def is_end(line: bytes) -> bool:
    """Return whether this line ends its file."""
    if not line.startswith(b'{"tercet_ledger_end"'):
        return False
    try:
        _end.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


def read_bodies(line: bytes) -> Bodies | None:
    """Return the bodies that this line is, or None if it is none."""
    if not line.startswith(b'{"tercet_body"'):
        return None
    try:
        return _bodies.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def read_row(line: bytes) -> tuple[Any, ...] | None:
    """Return the row that this line is, or None if it is none that makes sense."""
    try:
        found = _line.decode(line)
        values = [*msgspec.structs.astuple(found)]
        tags = bytes(found.tags)
        values[_TAGS] = _known_tags(tags) if len(tags) <= _KEPT_TAGS else _tags_text(tags)
        if found.tools is not None or found.iterations is not None:
            for place in (_TOOLS, _ITERATIONS):
                values[place] = _encode(values[place]).decode() if values[place] else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    values[_LAST] = 1 if values[_LAST] else 0
    return tuple(values)


def whole_lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines that have an end, without it. Those that were blanked (`forgetting.py`) are passed over."""
    for line in data[: data.rfind(b"\n") + 1].split(b"\n"):
        if line.strip():
            yield line


FILE_NAME = re.compile(r"(\d{1,20})-(\d{1,10})-[0-9A-Za-z_-]{1,64}\.jsonl", re.ASCII)
"""Start, process, and a part by chance."""
