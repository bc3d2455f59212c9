"""One conversation of the file, as a `Log`."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import msgspec

from tercet.toolkit.conversation.entries import LogEntry, LogStep, SavedConversation
from tercet.toolkit.conversation.errors import (
    ConversationConflictError,
    ConversationError,
    ConversationNotFoundError,
)
from tercet.toolkit.conversation.store.attachments import Attachment, as_text
from tercet.toolkit.conversation.store.database import ConversationFile
from tercet.toolkit.conversation.store.rows import (
    CALL_COLUMNS,
    CUT_COLUMNS,
    ENTRY_COLUMNS,
    POINTER,
    WrittenRow,
    call_of,
    call_row,
    cut_of,
    cut_row,
    entry_of,
    entry_row,
    from_json,
    result_text,
    to_json,
)

_FIND = "select row, tip, revision from conversations where owner = ? and id = ?"
_NEW = "insert or ignore into conversations(owner, id, revision, created, updated) values (?, ?, 0, ?, ?) returning row"
_MOVE = (
    "update conversations set revision = revision + 1, tip = case when ? then ? else tip end, updated = ? "
    "where owner = ? and id = ? and revision = ? returning row"
)


def _insert(table: str, columns: str, rest: str = "") -> str:
    marks = ", ".join("?" * (columns.count(",") + 2))
    return f"insert into {table}(conversation, {columns}) values ({marks}) {rest}"


_ENTRY = _insert("messages", ENTRY_COLUMNS)
_STATE = "update messages set state = ?, error = coalesce(?, error) where conversation = ? and id = ?"
_CALL = _insert(
    "tool_calls",
    CALL_COLUMNS,
    "on conflict(conversation, message, id) do update set state = excluded.state, result = excluded.result, "
    "attachments = excluded.attachments, facts = excluded.facts",
)
_SAME = (
    "update tool_calls set result = ?, attachments = null "
    "where conversation = ? and message = ? and id = ? and result = ? and attachments is ?"
)
_CUT = _insert("cuts", CUT_COLUMNS).replace("insert", "insert or replace", 1)
_FACT = (
    "insert into facts(conversation, name, value) values (?, ?, ?) "
    "on conflict(conversation, name) do update set value = excluded.value"
)
_NO_FACT = "delete from facts where conversation = ? and name = ?"
_BLOB = "insert or ignore into blobs(owner, hash, encoded, data) values (?, ?, ?, ?)"


class StoredLog:
    """The log of the conversation `id` of `owner` in a file. One that is not there is not found."""

    waits = True

    def __init__(self, file: ConversationFile, owner: str, id: str) -> None:
        self.file, self.owner, self.id = file, owner, id
        self._tip: int | None = None
        """The tip that whoever uses this log knows."""

    def load(self) -> SavedConversation:
        """Return everything there is."""
        with self.file.reading() as connection:
            saved = read_conversation(connection, self.owner, self.id, self.not_found)
        self._tip = saved.tip
        return saved

    def commit(self, step: LogStep, revision: int) -> int:
        """Write a step whole or not at all, if nobody else has written since `revision`."""
        rows, calls = step_rows(step)  # before anybody has to wait for us
        moves = step.tip is not None or step.cleared
        now = time.time_ns() // 1_000_000
        with self.file.writing() as connection:
            found = connection.execute(_MOVE, (moves, step.tip, now, self.owner, self.id, revision)).fetchall()
            if not found:
                self._refuse(connection)
            key: int = found[0][0]
            write_step(connection, key, self.owner, step, rows, calls)
        if moves:
            self._tip = step.tip
        return revision + 1

    def _refuse(self, connection: sqlite3.Connection) -> NoReturn:
        found = connection.execute(_FIND, (self.owner, self.id)).fetchone()
        if found is None:
            raise self.not_found()
        theirs = found[1]
        raise ConversationConflictError(
            f"Somebody else went on with conversation {self.id!r} in the meantime: its tip is entry {theirs}, and we knew "
            f"{self._tip}. Nothing was overwritten: open it again and say it once more, or open it with on_conflict='branch' or 'wait'.",
            ours=self._tip,
            theirs=theirs,
        )

    def not_found(self) -> ConversationNotFoundError:
        """Return the error for a conversation that is not there, or is somebody else's."""
        return not_found(self.file.path, self.owner, self.id)

    def __repr__(self) -> str:
        return f"StoredLog({self.file.path!r}, owner={self.owner!r}, id={self.id!r})"


def not_found(path: str, owner: str, id: str) -> ConversationNotFoundError:
    """Return the error for a conversation that is not there, or is somebody else's: nobody learns which."""
    whose = f"of owner {owner!r}" if owner else "without an owner"
    return ConversationNotFoundError(
        f"There is no conversation {id!r} {whose} in {path}: see store.list(owner=…), or make it with store.open."
    )


def new_conversation(connection: sqlite3.Connection, owner: str, id: str) -> int | None:
    """Make an empty conversation and return its key; None if there is one already."""
    now = time.time_ns() // 1_000_000
    found = connection.execute(_NEW, (owner, id, now, now)).fetchone()
    return None if found is None else int(found[0])


def add_conversation(file: ConversationFile, owner: str, id: str, step: LogStep) -> bool:
    """Make a conversation that begins with this step; return False if there is one of this name, which stays as it is."""
    rows, calls = step_rows(step)
    with file.writing() as connection:
        key = new_conversation(connection, owner, id)
        if key is None:
            return False
        connection.execute("update conversations set tip = ? where row = ?", (step.tip, key))
        write_step(connection, key, owner, step, rows, calls)
    return True


def write_fact(file: ConversationFile, owner: str, id: str, name: str, value: Any) -> None:
    """Write a fact that nobody's turn depends on: the revision stays."""
    with file.writing() as connection:
        found = connection.execute(_FIND, (owner, id)).fetchone()
        if found is None:
            raise not_found(file.path, owner, id)
        connection.execute(_FACT, (found[0], name, to_json(value)))


def step_rows(step: LogStep) -> tuple[list[WrittenRow], list[WrittenRow]]:
    """Return the rows of a step's entries and calls. Raises ConversationError for what is no JSON."""
    try:
        return [entry_row(entry) for entry in step.entries], [call_row(call) for call in step.calls]
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise ConversationError(f"This cannot be stored, as it is no JSON: {error}. Nothing was written.") from error


def write_step(
    connection: sqlite3.Connection,
    key: int,
    owner: str,
    step: LogStep,
    rows: Sequence[WrittenRow],
    calls: Sequence[WrittenRow],
) -> None:
    """Write the rows of a step within a transaction."""
    for row, attachments in rows:
        _write_attachments(connection, owner, attachments)
        connection.execute(_ENTRY, (key, *row))
    _point_at_results(connection, key, step.entries)
    for id_, state in step.states.items():
        error = step.errors.get(id_)
        connection.execute(_STATE, (int(state), to_json(error) if error else None, key, id_))
    for row, attachments in calls:
        _write_attachments(connection, owner, attachments)
        connection.execute(_CALL, (key, *row))
    for cut in step.cuts:
        connection.execute(_CUT, (key, *cut_row(cut)))
    for name, value in step.facts.items():
        if value is None:
            connection.execute(_NO_FACT, (key, name))
        else:
            connection.execute(_FACT, (key, name, to_json(value)))


def _point_at_results(connection: sqlite3.Connection, key: int, entries: Sequence[LogEntry]) -> None:
    """Let calls whose results stand in the next message now point at it: a long result is stored once."""
    for entry in entries:
        ids = [block.get("tool_use_id") for block in entry.content if block.get("type") == "tool_result"]
        for block in entry.content if ids and entry.parent is not None else ():
            id_ = block.get("tool_use_id")
            if isinstance(id_, str) and ids.count(id_) == 1:
                text, hashes = result_text(block)
                connection.execute(_SAME, (f"{POINTER}{entry.id}", key, entry.parent, id_, text, hashes))


def _write_attachments(connection: sqlite3.Connection, owner: str, attachments: Iterable[Attachment]) -> None:
    for each in attachments:
        connection.execute(_BLOB, (owner, each.hash, int(each.encoded), each.data))


def read_conversation(
    connection: sqlite3.Connection, owner: str, id: str, missing: Callable[[], Exception]
) -> SavedConversation:
    """Return a conversation from one state of the file. Raises what `missing` makes if there is none."""
    found = connection.execute(_FIND, (owner, id)).fetchone()
    if found is None:
        raise missing()
    key, tip, revision = found
    known: dict[bytes, str] = {}

    def find(hash: bytes) -> str:
        if hash not in known:  # the same picture in a hundred turns is read once, and is one text
            encoded, data = connection.execute(
                "select encoded, data from blobs where owner = ? and hash = ?", (owner, hash)
            ).fetchone()
            known[hash] = as_text(data, bool(encoded))
        return known[hash]

    def rows(table: str, columns: str, order: str) -> Iterable[Any]:
        return connection.execute(f"select {columns} from {table} where conversation = ? order by {order}", (key,))

    entries = [entry_of(row, find) for row in rows("messages", ENTRY_COLUMNS, "id")]
    return SavedConversation(
        revision=revision,
        tip=tip,
        entries=entries,
        calls=[call_of(row, find, entries) for row in rows("tool_calls", CALL_COLUMNS, "row")],
        cuts=[cut_of(row) for row in rows("cuts", CUT_COLUMNS, "row")],
        facts={name: from_json(value) for name, value in rows("facts", "name, value", "row")},
    )
