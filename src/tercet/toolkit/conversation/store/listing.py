"""What a store says of its conversations without reading them."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

TITLE = "title"
"""The fact that names a conversation."""
LONGEST_TITLE = 80
WORDS = """case when substr(m.content, 1, 1) <> '[' then m.content else (
    select group_concat(block.value ->> '$.text', char(10)) from json_each(m.content) block
    where block.value ->> '$.type' = 'text') end"""
"""The words of a message `m`, as SQL."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIST = f"""
select id, owner, created, updated,
    (select max(id) from messages where conversation = c.row),
    (select value from facts where conversation = c.row and name = '{TITLE}'),
    (select substr({WORDS}, 1, {LONGEST_TITLE * 4}) from messages m where conversation = c.row
        and id = (select min(id) from messages where conversation = c.row and starts_turn))
from conversations c where owner = ? order by updated desc, row desc
"""


class StoredConversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation of a store, as `Conversations.list` tells of it."""

    id: str
    owner: str | None
    title: str
    """Its name; as long as it has none, the beginning of what the user said first."""
    messages: int
    """How many there are, those of other versions included."""
    created: datetime
    updated: datetime


def list_conversations(connection: sqlite3.Connection, owner: str) -> list[StoredConversation]:
    """Return an owner's conversations, the one that was gone on with last first."""
    return [_listed(row) for row in connection.execute(_LIST, (owner,))]


def _listed(row: Any) -> StoredConversation:
    id_, owner, created, updated, messages, title, words = row
    named = None if title is None else msgspec.json.decode(title)
    return StoredConversation(
        id=id_,
        owner=owner or None,
        title=named if isinstance(named, str) else " ".join((words or "").split())[:LONGEST_TITLE],
        messages=messages or 0,
        created=_EPOCH + timedelta(milliseconds=created),
        updated=_EPOCH + timedelta(milliseconds=updated),
    )
