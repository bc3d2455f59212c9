"""Conversations against the local API, in both worlds: what users do with them, and what is sent."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

import tercet

MODEL = {"model": "claude-sonnet-4-6", "max_tokens": 200}


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def api(server: tercet.LocalAPI) -> tercet.LocalAPI:
    server.reset()
    return server


def chat_with(api: tercet.LocalAPI, **arguments: Any) -> tercet.Conversation:
    return tercet.Conversation(api.client(max_retries=0), **{**MODEL, **arguments})


def in_loop(
    api: tercet.LocalAPI, play: Callable[[tercet.AsyncConversation], Coroutine[Any, Any, None]], **arguments: Any
) -> tercet.AsyncConversation:
    """Play with an async conversation, and return it."""

    async def main() -> tercet.AsyncConversation:
        async with api.async_client(max_retries=0) as client:
            chat = tercet.AsyncConversation(client, **{**MODEL, **arguments})
            await play(chat)
            return chat

    return asyncio.run(main())


def sent(api: tercet.LocalAPI) -> list[dict[str, Any]]:
    """The bodies of the requests so far."""
    return [entry.json for entry in api.journal.entries()]


def said(chat: Any) -> list[tuple[str, str]]:
    """What both have said: roles and texts."""
    return [
        (message["role"], "".join(block.get("text", "") for block in message["content"])) for message in chat.messages
    ]


def test_a_conversation_sends_everything_said_before(api: tercet.LocalAPI) -> None:
    api.queue("a function", "like this")
    chat = chat_with(api, system="You teach.", examples=[("2+2?", "4")])

    assert chat.say("What is a decorator?").text == "a function"
    assert chat.say("Show me one").text == "like this"
    assert said(chat) == [
        ("user", "2+2?"),
        ("assistant", "4"),
        ("user", "What is a decorator?"),
        ("assistant", "a function"),
        ("user", "Show me one"),
        ("assistant", "like this"),
    ]


def test_an_async_conversation_does_the_same(api: tercet.LocalAPI) -> None:
    api.queue("a function", "like this")

    async def play(chat: tercet.AsyncConversation) -> None:
        assert (await chat.say("What is a decorator?")).text == "a function"
        assert [text async for text in chat.stream("Show me one")] == ["like", " this"]

    chat = in_loop(api, play)

    assert [text for _, text in said(chat)] == ["What is a decorator?", "a function", "Show me one", "like this"]


def test_a_stream_that_is_left_keeps_what_had_come(api: tercet.LocalAPI) -> None:
    api.queue("one two three four", "fine")
    chat = chat_with(api)

    for _ in chat.stream("Count"):
        break
    assert chat.say("Go on").text == "fine"

    assert said(chat)[1] == ("assistant", "one[stopped by the user]")
    assert chat.turns[0].state.name == "STOPPED"


def test_a_copy_by_pickle_goes_on_without_the_key(api: tercet.LocalAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = chat_with(api)
    chat.say("Hello")

    data = pickle.dumps(chat)
    assert b"sk-ant" not in data
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-local")
    copy = pickle.loads(data)

    assert copy.messages == chat.messages
    assert copy.say("Again").text
    assert len(copy.turns) == 2
    assert len(chat.turns) == 1
