"""Search in what was said: an index beside the messages, for stores that ask for one. It takes about half of the words' size.

The index holds no text of its own, but for words out of messages in JSON: it reads the messages by a view, and triggers keep it up to date whichever process writes,
those that did not ask for it included.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.store.database import ConversationFile
from tercet.toolkit.conversation.store.listing import WORDS

_SPOKEN = f"insert into spoken(row, words) select m.row, {WORDS} from messages m where substr(m.content, 1, 1) = '['"
_ONE = "insert into found({command}rowid, words) select {value}row, words from message_words where row = {row}"
_INDEX = (
    # Of messages in JSON, their words: FTS5 reads its content by plain columns alone.
    "create table spoken(row integer primary key, words text) strict",
    _SPOKEN,
    "create view message_words as select m.row as row, coalesce(s.words, m.content) as words "
    "from messages m left join spoken s on s.row = m.row",
    "create virtual table found using fts5(words, content = 'message_words', content_rowid = 'row')",
    f"create trigger found_new after insert on messages begin {_SPOKEN} and m.row = new.row; "
    f"{_ONE.format(command='', value='', row='new.row')}; end",
    "create trigger found_gone before delete on messages begin "
    + _ONE.format(command="found, ", value="'delete', ", row="old.row")
    + "; delete from spoken where row = old.row; end",
    "insert into found(found) values ('rebuild')",
)
_FIND = """
select c.id, m.id, m.role, m.at, snippet(found, 0, '', '', '…', 24)
from found join messages m on m.row = found.rowid join conversations c on c.row = m.conversation
where found match ? and c.owner = ? order by rank limit ?
"""


class FoundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message in which words were found."""

    id: str
    """The conversation's."""
    message: int
    """The id of the message within it, such as `turn.id`."""
    role: str
    snippet: str
    """What stands around the words."""
    at: datetime


def is_indexed(connection: sqlite3.Connection) -> bool:
    """Return whether the file has an index."""
    return connection.execute("select 1 from sqlite_master where name = 'found'").fetchone() is not None


def make_index(file: ConversationFile) -> None:
    """Make the index of everything that is there, if the file has none."""
    with file.reading() as connection:
        if is_indexed(connection):
            return
        if not connection.execute("select sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]:
            raise ConversationError(
                "search=True needs an SQLite with FTS5, which this Python has not: open the store without it."
            )
    with file.writing() as connection:
        if not is_indexed(connection):  # nobody has made it meanwhile
            for statement in _INDEX:
                connection.execute(statement)


def forget_words(connection: sqlite3.Connection) -> None:
    """Write the index anew without what was deleted, if there is one: it only notes at first that it is gone."""
    if is_indexed(connection):
        connection.execute("insert into found(found) values ('rebuild')")


def find_messages(file: ConversationFile, owner: str, words: str, limit: int) -> Iterator[FoundMessage]:
    """Yield an owner's messages that hold all of these words, the best first; the last one may be the beginning of a word."""
    quoted = " ".join('"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split())
    if not quoted:
        raise ValueError("search() needs words to look for")
    with file.reading() as connection:
        if not is_indexed(connection):
            raise ConversationError(
                f"{file.path} has no index: open it once with tercet.Conversations(…, search=True)."
            )
        rows: list[Any] = connection.execute(_FIND, (f"{quoted} *", owner, limit)).fetchall()
    for id_, message, role, at, snippet in rows:
        when = datetime.fromtimestamp(at / 1000, UTC)
        yield FoundMessage(id=id_, message=message, role=role, snippet=snippet, at=when)
