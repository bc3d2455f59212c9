"""A process that ends at any write of a turn leaves a conversation that loads, and whose next request the API accepts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tercet
from tercet.toolkit.conversation.store.database import ConversationFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")
MODEL: Any = {"model": "claude-sonnet-4-6", "max_tokens": 200}
ENDED = 77


@tercet.beta_tool
def get_weather(city: str) -> str:
    """Get the weather of a city.

    Args:
        city: Name of the city.
    """
    return f"sunny in {city}"


def plain(chat: tercet.Conversation) -> None:
    chat.say("marked: what is 2+2?")


def tools(chat: tercet.Conversation) -> None:
    answer = chat.say("marked: what is the weather in Oslo, and what is the weather in Rome?", tools=[get_weather])
    assert "sunny" in answer.text


def stream(chat: tercet.Conversation) -> None:
    with chat.stream("marked: tell me about decorators") as answer:
        list(answer)


def left_stream(chat: tercet.Conversation) -> None:
    with chat.stream("marked: tell me about decorators") as answer:
        next(iter(answer))


def retry(chat: tercet.Conversation) -> None:
    chat.retry()


def edit(chat: tercet.Conversation) -> None:
    chat.edit(chat.turns[0], "marked: what is 3+3?")


def clear(chat: tercet.Conversation) -> None:
    chat.clear()
    chat.say("marked: anew")


def refused(chat: tercet.Conversation) -> None:
    with pytest.raises(tercet.APIStatusError):
        chat.say("marked: no", model="claude-nobody")


TURNS: list[Callable[[tercet.Conversation], None]] = [plain, tools, stream, left_stream, retry, edit, clear, refused]


class Ending:
    """A connection that ends the process before its statement number `at`."""

    def __init__(self, connection: Any, at: int) -> None:
        self._connection, self._left = connection, at

    def execute(self, *arguments: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            os._exit(ENDED)
        return self._connection.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@pytest.fixture(scope="module")
def api() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


def ends_at(file: ConversationFile, at: int) -> None:
    with file.reading():
        pass
    file._connection = Ending(file._connection, at)  # type: ignore[assignment]


def in_child(act: Callable[[], None]) -> int:
    """Do it in a child, and return how that ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def is_well(store: tercet.Conversations, api: tercet.LocalAPI, id: str) -> None:
    """Check that a conversation loads, holds the words that were sent, and is gone on with."""
    words = [entry.content for entry in store.open(id, client=api.client())._state.thread.entries.values()]
    asked = [entry.json["messages"] for entry in api.journal.entries() if entry.json]
    if any("marked" in str(messages) for messages in asked):
        assert any("marked" in str(content) for content in words)
    chat = store.open(id, client=api.client(max_retries=0))
    assert tercet.check_messages(chat.messages) == []
    assert chat.say("And now?").text
    assert tercet.check_messages(chat.messages) == []


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.__name__)
def test_a_process_that_ends_at_any_write_of_a_turn_poisons_nothing(
    turn: Callable[[tercet.Conversation], None], api: tercet.LocalAPI, tmp_path: Path
) -> None:
    store = tercet.Conversations(tmp_path / "chats.db")
    for at in range(1, 200):
        id = f"t{at}"
        store.open(id, client=api.client(max_retries=0), **MODEL).say("What is 1+1?")
        api.journal.clear()

        def play(id: str = id, at: int = at) -> None:
            chat = store.open(id, client=api.client(max_retries=0))
            ends_at(store._file, at)
            turn(chat)

        code = in_child(play)
        is_well(store, api, id)
        if code == 0:
            break
        assert code == ENDED
    assert at > 8


def test_a_process_that_ends_at_any_write_of_an_async_turn_poisons_nothing(
    api: tercet.LocalAPI, tmp_path: Path
) -> None:
    store = tercet.Conversations(tmp_path / "chats.db")

    async def play(id: str, at: int) -> None:
        async with api.async_client(max_retries=0) as client:
            chat = await store.aopen(id, client=client)
            ends_at(store._file, at)
            await chat.say("marked: what is the weather in Oslo, and what is the weather in Rome?", tools=[get_weather])

    for at in range(1, 200):
        store.open(f"t{at}", client=api.client(), **MODEL)
        api.journal.clear()
        code = in_child(lambda at=at: asyncio.run(play(f"t{at}", at)))  # type: ignore[misc]
        is_well(store, api, f"t{at}")
        if code == 0:
            break
        assert code == ENDED
    assert at > 20


@pytest.mark.parametrize("kind", ["open", "messages", "import", "rename", "delete", "owner"])
def test_a_process_that_ends_at_any_write_of_a_store_leaves_all_or_nothing(
    kind: str, api: tercet.LocalAPI, tmp_path: Path
) -> None:
    store = tercet.Conversations(tmp_path / "chats.db")
    history: Any = [{"role": "user", "content": "1?"}, {"role": "assistant", "content": "one"}]
    acts: dict[str, Callable[[str], Any]] = {
        "open": lambda id: store.open(id, owner="u", client=api.client(), **MODEL),
        "messages": lambda id: store.open(id, owner="u", client=api.client(), messages=history, **MODEL),
        "import": lambda id: store.import_(history, id, owner="u"),
        "rename": lambda id: store.rename("old", "New", owner="u"),
        "delete": lambda id: store.delete("old", owner="u"),
        "owner": lambda id: store.delete(owner="u"),
    }
    for at in range(1, 60):
        store.open("old", owner="u", client=api.client(), **MODEL)

        def play(at: int = at) -> None:
            ends_at(store._file, at)
            acts[kind](f"t{at}")

        code = in_child(play)
        assert code in (0, ENDED)
        for found in store.list(owner="u"):
            assert found.messages == (2 if found.id != "old" and kind in ("messages", "import") else 0)
            chat = store.open(found.id, owner="u", client=api.client(), **({} if kind != "import" else MODEL))
            assert chat._options.parameters["max_tokens"] == 200
        if code == 0:
            break
    assert at > 3
    with store._file.reading() as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("select count(*) from messages where conversation not in (select row from conversations)").fetchone() == (0,)  # fmt: skip
