"""The client of a command, and the conversations that `ask` and `chat` keep in the user's data folder."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tercet.cli.on_local import is_local
from tercet.cli.options import BadValue
from tercet.cli.settings import use_project
from tercet.flow.ledger.place import VARIABLE, default_place

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic
    from tercet.toolkit.conversation.conversation import Conversation
    from tercet.toolkit.conversation.store.conversations import Conversations

NAME = "conversations.db"
LOCAL = "local"
"""The owner of conversations with a local API, which no other model goes on with."""


def make_client() -> Anthropic:
    """Return a client that writes the ledger of these settings. MissingCredentialsError where there is no key."""
    from tercet.client.anthropic import Anthropic
    from tercet.client.settings import MissingCredentialsError

    place = use_project()
    ledger: Any = None if os.environ.get(VARIABLE) else place or True
    client = Anthropic(ledger=ledger)
    if client.api_key is None and client.auth_token is None:
        raise MissingCredentialsError("No API key.")
    return client


def owner() -> str | None:
    """Return whose conversations these are."""
    return LOCAL if is_local() else None


def store_path() -> Path:
    """Return the file of conversations."""
    return default_place().with_name(NAME)


def open_store() -> Conversations:
    """Return the conversations of this user; the file is made if there is none."""
    from tercet.toolkit.conversation.store.conversations import Conversations

    path = store_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Conversations(path)


def last_conversation(client: Any) -> Conversation:
    """Return the conversation that was gone on with last. BadValue if there is none."""
    none = f"there is no {'local ' if is_local() else ''}conversation to go on with: ask without -c first"
    if not store_path().is_file():
        raise BadValue(none)
    store = open_store()
    found = store.list(owner=owner())
    if not found:
        raise BadValue(none)
    return store.open(found[0].id, owner=owner(), client=client)


class SentAhead:
    """A client whose next stream is open already: a request leaves before the conversation that keeps it is loaded."""

    def __init__(self, client: Anthropic, arguments: dict[str, Any]) -> None:
        self._client = client
        self._opened: Any = client.messages.stream(**arguments).__enter__()
        self.messages = self

    def stream(self, **arguments: Any) -> Any:
        """Return the stream that is open, the first time."""
        opened, self._opened = self._opened, None
        return nullcontext(opened) if opened is not None else self._client.messages.stream(**arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def new_conversation(client: Any, id: str, settings: dict[str, Any], *, is_kept: bool = True) -> Conversation:
    """Return a conversation, kept in the user's data folder or in memory alone."""
    if not is_kept:
        from tercet.toolkit.conversation.conversation import Conversation

        return Conversation(client, **settings)
    return open_store().open(id, owner=owner(), client=client, **settings)
