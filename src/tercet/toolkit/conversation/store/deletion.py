"""Deletes conversations so that no byte of them is left in the file, its free space and its write-ahead log.

`secure_delete` zeroes what is freed, but not copies that SQLite left behind when it moved rows from page to page. So the file
is written anew (VACUUM), and the write-ahead log, which may still hold old pages, is emptied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tercet.toolkit.conversation.errors import ConversationBusyError
from tercet.toolkit.conversation.store.attachments import HASH
from tercet.toolkit.conversation.store.database import PATIENCE, ConversationFile

_OF_CONVERSATION = ("messages", "tool_calls", "cuts", "facts")
_USED = "select {table}.attachments from {table} join conversations c on c.row = conversation where owner = ? and attachments is not null"


def delete_conversations(connection: sqlite3.Connection, owner: str, id: str | None) -> int:
    """Delete one conversation of an owner, or all that is the owner's, within a transaction. Returns how many there were."""
    which, values = ("owner = ?", (owner,)) if id is None else ("owner = ? and id = ?", (owner, id))
    for table in _OF_CONVERSATION:
        connection.execute(
            f"delete from {table} where conversation in (select row from conversations where {which})", values
        )
    deleted = connection.execute(f"delete from conversations where {which}", values).rowcount
    if id is None:
        connection.execute("delete from memories where owner = ?", (owner,))
        connection.execute("delete from blobs where owner = ?", (owner,))
    else:
        _delete_unused(connection, owner)
    return deleted


def _delete_unused(connection: sqlite3.Connection, owner: str) -> None:
    """Delete an owner's attachments that no message and no result needs any more."""
    used = {
        hashes[at : at + HASH]
        for table in ("messages", "tool_calls")
        for (hashes,) in connection.execute(_USED.format(table=table), (owner,))
        for at in range(0, len(hashes), HASH)
    }
    there = connection.execute("select row, hash from blobs where owner = ?", (owner,)).fetchall()
    unused: Iterable[tuple[int]] = [(row,) for row, hash_ in there if hash_ not in used]
    connection.executemany("delete from blobs where row = ?", unused)


def leave_no_byte(file: ConversationFile) -> None:
    """Write the file anew, without what was deleted. Takes about as long as copying it."""
    with file.alone() as connection:
        connection.execute("vacuum")
        busy = connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
    if busy:
        raise ConversationBusyError(
            f"It is deleted, but {file.path}-wal may still hold bytes of it, as another process was reading for {PATIENCE:.0f} s: "
            "delete again, or close the store."
        )
