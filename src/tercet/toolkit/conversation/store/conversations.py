"""`tercet.Conversations`: the conversations of many users in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self, TypeVar, Unpack, overload
from weakref import WeakValueDictionary

from tercet.flow.daemon_threads import run_in_daemon_thread
from tercet.toolkit.conversation.conversation import AsyncConversation, Conversation
from tercet.toolkit.conversation.conversation_base import ConversationBase
from tercet.toolkit.conversation.entries import LogStep, SavedConversation
from tercet.toolkit.conversation.errors import (
    ConversationConflictError,
    ConversationError,
    ConversationNotFoundError,
)
from tercet.toolkit.conversation.said import foreign_entries
from tercet.toolkit.conversation.state import OnConflict, new_id, now
from tercet.toolkit.conversation.store.database import ConversationFile
from tercet.toolkit.conversation.store.deletion import delete_conversations, leave_no_byte
from tercet.toolkit.conversation.store.listing import TITLE, StoredConversation, list_conversations
from tercet.toolkit.conversation.store.memories import AsyncOwnerMemory, OwnerMemory
from tercet.toolkit.conversation.store.search import FoundMessage, find_messages, forget_words, make_index
from tercet.toolkit.conversation.store.settings import FACT, arguments_of, settings_of
from tercet.toolkit.conversation.store.stored_log import (
    StoredLog,
    add_conversation,
    not_found,
    write_fact,
)
from tercet.toolkit.conversation.store.transfer import export_lines, read_source, write_privately
from tercet.wire.frames import Guarded

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.toolkit.conversation.parameters import ConversationParameters

C = TypeVar("C", bound=ConversationBase)
ON_CONFLICT = ("raise", "branch", "wait")
LONGEST_NAME = 500
_open_stores: WeakValueDictionary[str, Conversations] = WeakValueDictionary()
"""By path: conversations that were pickled find the store again."""


class _Opened(NamedTuple):
    """What is known of a conversation that is being opened, before there is an object for it."""

    log: StoredLog
    saved: SavedConversation
    is_new: bool
    arguments: dict[str, Any]


class Conversations(Guarded):
    """The conversations of many users in one SQLite file, for many threads and processes.

        store = tercet.Conversations("chats.db")
        chat = store.open("thread-7", owner="user-42", client=client, model="claude-sonnet-4-6", max_tokens=1024)

    Everything said is in the file before it is sent, so that a program that is killed loses nothing and goes on. The file is
    made with mode 0600 if there is none, and must lie on a disk of this machine. Ids are an owner's: somebody else's
    conversation is not found. `search=True` makes an index of what is said, once. Raises ConversationError for a file that
    cannot be used, with the way out.
    """

    def __init__(self, path: str | os.PathLike[str], *, search: bool = False) -> None:
        self._file = ConversationFile(path)
        if search:
            make_index(self._file)
        _open_stores[self._file.path] = self

    @property
    def path(self) -> str:
        """Return where the file lies."""
        return self._file.path

    # --- opening ------------------------------------------------------------------------------------------------------

    def open(
        self,
        id: str | None = None,
        *,
        client: Anthropic,
        owner: str | None = None,
        on_conflict: OnConflict = "raise",
        **settings: Unpack[ConversationParameters],
    ) -> Conversation:
        """Make a conversation, or go on with it; without an id, make one with a new id.

        `settings` are those of `Conversation`, and are stored with it: going on needs none again, and what is given wins.
        `messages` begin a new one only. `on_conflict` says what becomes of a step when another process went on meanwhile:
        ConversationConflictError, "branch" (both are kept, as versions), or "wait" (until the other's turn is over).
        """
        return self._opened(Conversation, client, self._arguments(id, owner, on_conflict, settings))

    async def aopen(
        self,
        id: str | None = None,
        *,
        client: AsyncAnthropic,
        owner: str | None = None,
        on_conflict: OnConflict = "raise",
        **settings: Unpack[ConversationParameters],
    ) -> AsyncConversation:
        """Do what `open` does, for async programs: files are read and written in a thread."""
        known = self._arguments(id, owner, on_conflict, settings)
        return await run_in_daemon_thread(lambda: self._opened(AsyncConversation, client, known))

    def _arguments(
        self, id: str | None, owner: str | None, on_conflict: str, settings: Mapping[str, Any]
    ) -> tuple[str, str, Any, Mapping[str, Any]]:
        if on_conflict not in ON_CONFLICT:
            raise ValueError(f"on_conflict must be 'raise', 'branch' or 'wait', not {on_conflict!r}")
        return new_id() if id is None else checked_name("id", id), owner_name(owner), on_conflict, settings

    def _opened(self, kind: type[C], client: Any, known: tuple[str, str, Any, Mapping[str, Any]]) -> C:
        id_, owner, on_conflict, given = known
        while True:
            found = self._found(owner, id_, given)
            conversation = kind.on_log(
                client,
                found.log,
                found.arguments,
                id=id_,
                saved=found.saved,
                on_conflict=on_conflict,
                place=self._place(kind, client, known),
            )
            if self._stored(conversation, found):
                return conversation

    def _found(self, owner: str, id: str, given: Mapping[str, Any]) -> _Opened:
        """Return what is stored under this name, and with which settings it is gone on with; nothing is written yet."""
        log, place = StoredLog(self._file, owner, id), f"conversation {id!r} in {self.path}"
        messages = given.get("messages")
        try:
            saved = log.load()
        except ConversationNotFoundError:
            arguments = {name: value for name, value in given.items() if name != "messages"}
            entries = [] if messages is None else foreign_entries(messages, None, 0, now())
            tip = entries[-1].id if entries else None
            return _Opened(log, SavedConversation(entries=entries, tip=tip), True, arguments)
        if messages is not None:
            raise ConversationConflictError(
                f"There is a {place} already, and messages= begin a new one only: leave them out to go on, or choose another id.",
                theirs=saved.tip,
            )
        return _Opened(log, saved, False, {**arguments_of(saved.facts.get(FACT), place), **given})

    def _stored(self, conversation: ConversationBase, found: _Opened) -> bool:
        """Store the settings, and a conversation that is new; return False if another process has made it meanwhile."""
        log, saved, settings = found.log, found.saved, settings_of(conversation)
        if found.is_new:
            step = LogStep(entries=saved.entries, tip=saved.tip, facts={FACT: settings})
            return add_conversation(self._file, log.owner, log.id, step)
        if saved.facts.get(FACT) != settings:
            # No new revision: who is in the midst of a turn goes on with the settings that they had.
            write_fact(self._file, log.owner, log.id, FACT, settings)
        return True

    def _place(self, kind: type[ConversationBase], client: Any, known: tuple[Any, ...]) -> Any:
        id_, owner, on_conflict, given = known
        again = {name: given[name] for name in ("tools", "limits", "view") if name in given}
        return _reopened, (self.path, kind, client, (id_, owner, on_conflict, again))

    # --- all of them --------------------------------------------------------------------------------------------------

    def list(self, *, owner: str | None = None) -> list[StoredConversation]:
        """Return what there is of an owner, the conversation that was gone on with last first."""
        with self._file.reading() as connection:
            return list_conversations(connection, owner_name(owner))

    def search(self, words: str, *, owner: str | None = None, limit: int = 20) -> Sequence[FoundMessage]:
        """Return an owner's messages that hold all of these words, the best first; the last word may be a beginning.

        For a store that was opened with `search=True` once. Other versions and what views leave out are searched, too.
        """
        return tuple(find_messages(self._file, owner_name(owner), words, limit))

    @overload
    def export(self, id: str, *, owner: str | None = None, to: None = None) -> str: ...
    @overload
    def export(self, id: str, *, owner: str | None = None, to: str | os.PathLike[str] | IO[str]) -> None: ...
    def export(
        self, id: str, *, owner: str | None = None, to: str | os.PathLike[str] | IO[str] | None = None
    ) -> str | None:
        """Return a conversation as JSON Lines, all versions included; or write it to a path (mode 0600) or a file of texts."""
        lines = export_lines(id, StoredLog(self._file, owner_name(owner), checked_name("id", id)).load())
        if to is None:
            return "".join(lines)
        if not isinstance(to, str | os.PathLike):
            to.writelines(lines)
            return None
        try:
            write_privately(to, lines)
        except OSError as error:
            raise ConversationError(f"{os.fspath(to)!r} cannot hold an export: {error.strerror}.") from error
        return None

    def import_(self, source: Any, id: str | None = None, *, owner: str | None = None) -> str:
        """Store a conversation from an export, or from messages that were made elsewhere, and return its id.

        `source` is a path, a file, text or a list of messages: JSON Lines of ours or of messages, a JSON list, the body of a
        request. It is checked first, and ConversationError says what the API would refuse of it. An id that is taken raises
        ConversationConflictError; without one it is that of the export, or a new one.
        """
        whose, imported = owner_name(owner), read_source(source)
        name = checked_name("id", imported.id or new_id() if id is None else id)
        saved = imported.saved
        step = LogStep(entries=saved.entries, calls=saved.calls, cuts=saved.cuts, tip=saved.tip, facts=saved.facts)
        if not add_conversation(self._file, whose, name, step):
            raise ConversationConflictError(
                f"There is a conversation {name!r} in {self.path} already, which was left as it is: import it with another id=…."
            )
        return name

    def rename(self, id: str, title: str, *, owner: str | None = None) -> None:
        """Give a conversation a title, as `list` shows it. Nobody who is in the midst of a turn is disturbed."""
        if not isinstance(title, str):
            raise TypeError(f"title must be a text, not {type(title).__name__}")
        write_fact(self._file, owner_name(owner), checked_name("id", id), TITLE, title)

    def delete(self, id: str | None = None, *, owner: str | None = None) -> int:
        """Delete one conversation, or everything of an owner: messages, versions, attachments, memories.

        No byte is left in the file and its write-ahead log, which takes about as long as copying the file; others wait with
        writing. Returns how many conversations there were; one that is not there raises ConversationNotFoundError.
        """
        if id is None and owner is None:
            raise TypeError("delete() needs an id or an owner: it would delete everything that has no owner")
        whose = owner_name(owner)
        with self._file.writing() as connection:
            deleted = delete_conversations(connection, whose, None if id is None else checked_name("id", id))
            if id is not None and not deleted:
                raise not_found(self.path, whose, id)
            forget_words(connection)
        leave_no_byte(self._file)
        return deleted

    def memory(self, *, owner: str | None = None) -> OwnerMemory:
        """Return an owner's memories as the API's memory tool, for `tools=` of an agent or a conversation."""
        return OwnerMemory(self._file, owner_name(owner))

    def amemory(self, *, owner: str | None = None) -> AsyncOwnerMemory:
        """Return an owner's memories as a tool of async programs."""
        return AsyncOwnerMemory(self._file, owner_name(owner))

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy everything into a new file, as it is at one moment, while others go on."""
        place = os.path.abspath(os.fspath(path))
        try:
            os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise ConversationError(
                f"{place} cannot hold a backup: {error.strerror}. Choose a file that is not there."
            ) from error
        try:
            with self._file.reading() as connection:
                copy = sqlite3.connect(place)
                try:
                    connection.backup(copy)
                finally:
                    copy.close()
        except BaseException:
            with suppress(OSError):
                os.unlink(place)
            raise

    def close(self) -> None:
        """Close the file. Conversations of this store cannot be gone on with through it any more."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def __reduce__(self) -> Any:
        return _store_at, (self.path,)

    def __repr__(self) -> str:
        return f"Conversations({self.path!r})"


def _store_at(path: str) -> Conversations:
    """Return the open store of a file, or open it."""
    store = _open_stores.get(path)
    return Conversations(path) if store is None or store._file.is_closed else store


def _reopened(path: str, kind: type[C], client: Any, known: tuple[str, str, Any, Mapping[str, Any]]) -> C:
    """Return a conversation that was pickled: what it is by now, in its store."""
    store = _store_at(path)
    with store._file.reading() as connection:
        if (
            connection.execute(
                "select 1 from conversations where owner = ? and id = ?", (known[1], known[0])
            ).fetchone()
            is None
        ):
            raise not_found(path, known[1], known[0])
    return store._opened(kind, client, known)


def owner_name(owner: str | None) -> str:
    """Return an owner as the file knows them. Raises for an empty name: a user id that is missing is nobody's by mistake."""
    return "" if owner is None else checked_name("owner", owner)


def checked_name(what: str, name: Any) -> str:
    """Return an id or an owner. Raises TypeError or ValueError for what is no name."""
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a text, not {type(name).__name__} {name!r:.80}")
    if not name or len(name) > LONGEST_NAME or "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise ValueError(
            f"{what} must have 1 to {LONGEST_NAME} characters, none of them NUL or half a surrogate pair, not {name[:80]!r}"
        )
    return name
