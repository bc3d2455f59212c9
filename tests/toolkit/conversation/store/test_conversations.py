"""A store of conversations against the strict local API: opened, gone on with, told apart, deleted."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tercet
from tercet.toolkit.conversation.store.conversations import StoredConversation

MODEL: Any = {"model": "claude-sonnet-4-6", "max_tokens": 200}


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def api(server: tercet.LocalAPI) -> tercet.LocalAPI:
    server.reset()
    return server


@pytest.fixture
def client(api: tercet.LocalAPI) -> tercet.Anthropic:
    return api.client(max_retries=0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tercet.Conversations]:
    with tercet.Conversations(tmp_path / "chats.db") as store:
        yield store


def again(store: tercet.Conversations) -> tercet.Conversations:
    """The store as another process finds it."""
    return tercet.Conversations(store.path)


def sent(api: tercet.LocalAPI) -> list[dict[str, Any]]:
    return [entry.json for entry in api.journal.entries()]


def texts(chat: Any) -> list[str]:
    return ["".join(block.get("text", "") for block in message["content"]) for message in chat.messages]


def weather(city: str) -> str:
    """Tell the weather.

    Args:
        city: Name of the city.
    """
    return f"sunny in {city}"


WEATHER = tercet.beta_tool(weather)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_conversation_goes_on_in_another_process_with_the_settings_that_it_had(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    api.queue("a function", "like this")
    settings: Any = {"system": "You teach.", "examples": [("2+2?", "4")], "temperature": 0.2, "on_cut": "continue"}
    first = store.open("t1", owner="u1", client=client, **settings, **MODEL)
    first.say("What is a decorator?")
    again(store).open("t1", owner="u1", client=client).say("Show me one")

    one, two = sent(api)
    assert texts(first)[2:] == ["What is a decorator?", "a function"]
    assert two["messages"][:3] == one["messages"]
    assert [message["content"][0]["text"] for message in two["messages"][3:]] == ["a function", "Show me one"]
    assert {name: two[name] for name in two if name != "messages"} == {
        name: one[name] for name in one if name != "messages"
    }


def test_an_async_conversation_goes_on_with_what_a_blocking_one_said(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    api.queue("one", "two")
    store.open("t1", client=client, **MODEL).say("1?")

    async def main() -> list[str]:
        async with api.async_client(max_retries=0) as other:
            chat = await store.aopen("t1", client=other)
            await chat.say("2?")
            return texts(chat)

    assert asyncio.run(main()) == ["1?", "one", "2?", "two"]
    assert texts(store.open("t1", client=client)) == ["1?", "one", "2?", "two"]


def test_what_is_given_when_it_is_opened_again_wins_and_is_kept(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    store.open("t1", client=client, system="Old.", **MODEL)
    store.open("t1", client=client, system="New.")
    store.open("t1", client=client).say("Hi")
    assert (sent(api)[0]["system"], sent(api)[0]["model"]) == ("New.", MODEL["model"])


def test_other_settings_do_not_disturb_whoever_is_in_the_midst_of_a_turn(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    chat = store.open("t1", client=client, **MODEL)
    store.open("t1", client=client, system="New.")
    store.rename("t1", "Decorators")
    assert chat.say("Hi").text


@pytest.mark.parametrize(
    "view", [tercet.views.window(5_000, 2_000), tercet.views.summary(9_000, keep=3), tercet.views.compaction(at=60_000)]
)
def test_views_are_stored_with_the_conversation(
    store: tercet.Conversations, client: tercet.Anthropic, view: Any
) -> None:
    store.open("t1", client=client, view=view, cache="auto", **MODEL)
    chat = store.open("t1", client=client)
    assert chat._state.view == view
    assert chat._state.cache == "auto"


def test_what_may_hold_a_key_and_what_concerns_the_program_is_not_stored(
    store: tercet.Conversations, client: tercet.Anthropic, tmp_path: Path
) -> None:
    servers: Any = [{"type": "url", "url": "https://x", "name": "x", "authorization_token": "canary-1"}]
    store.open(
        "t1",
        client=client,
        timeout=77.25,
        mcp_servers=servers,
        extra_headers={"authorization": "canary-2"},
        extra_body={"k": "canary-3"},
        **MODEL,
    )
    store.close()
    found = (tmp_path / "chats.db").read_bytes()
    assert b"canary" not in found
    assert b"77.25" not in found


def test_definitions_of_tools_are_stored_and_their_calls_are_the_users_where_the_functions_are_not_given(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}
    api.queue({"content": [call]}, "sunny", {"content": [{**call, "id": "toolu_2"}]})
    assert store.open("t1", client=client, tools=[WEATHER], **MODEL).say("Weather?").text == "sunny"

    answer = store.open("t1", client=client).say("And now?")
    assert answer.stop_reason == "tool_use"
    assert sent(api)[2]["tools"] == sent(api)[0]["tools"]
    assert store.open("t1", client=client, tools=[WEATHER]).say("Never mind").text


def test_messages_begin_a_new_conversation_only(store: tercet.Conversations, client: tercet.Anthropic) -> None:
    history: Any = [{"role": "user", "content": "1?"}, {"role": "assistant", "content": "one"}]
    chat = store.open("t1", client=client, messages=history, **MODEL)
    chat.say("2?")
    assert texts(store.open("t1", client=client))[:3] == ["1?", "one", "2?"]

    with pytest.raises(tercet.ConversationConflictError, match="messages= begin a new one only") as caught:
        store.open("t1", client=client, messages=history)
    assert caught.value.theirs == 4


def test_without_an_id_a_new_one_is_made(store: tercet.Conversations, client: tercet.Anthropic) -> None:
    one, two = store.open(client=client, **MODEL), store.open(client=client, **MODEL)
    assert one.id != two.id
    assert {found.id for found in store.list()} == {one.id, two.id}


@pytest.mark.parametrize(
    "arguments",
    [{"id": ""}, {"id": 7}, {"id": "x" * 501}, {"owner": ""}, {"id": "a\0"}, {"owner": "\ud800"}, {"id": b"x"}],
)
def test_bad_names_are_told_in_a_sentence(
    store: tercet.Conversations, client: tercet.Anthropic, arguments: dict[str, Any]
) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^(id|owner) must"):
        store.open(**{"id": "t1", **arguments}, client=client, **MODEL)
    assert store.list() == []


def test_bad_arguments_make_no_conversation(store: tercet.Conversations, client: tercet.Anthropic) -> None:
    with pytest.raises(TypeError, match="modle"):
        store.open("t1", client=client, modle="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="AsyncAnthropic"):
        asyncio.run(store.aopen("t1", client=client))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="on_conflict must be"):
        store.open("t1", client=client, on_conflict="merge")  # type: ignore[arg-type]
    assert store.list() == []


def test_two_that_open_the_same_new_conversation_at_once_are_in_one(
    store: tercet.Conversations, client: tercet.Anthropic
) -> None:
    barrier, ids = threading.Barrier(4), list[str]()

    def open_it() -> None:
        barrier.wait()
        ids.append(again(store).open("t1", client=client, **MODEL).id)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ids == ["t1"] * 4
    assert len(store.list()) == 1


# --- owners and lists -------------------------------------------------------------------------------------------------


def test_ids_are_an_owners_and_somebody_elses_conversation_is_not_found(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    for owner in ("u1", "u2", None):
        store.open("t1", owner=owner, client=client, **MODEL).say(f"of {owner}")
    assert [texts(store.open("t1", owner=owner, client=client))[0] for owner in ("u1", "u2", None)] == [
        "of u1",
        "of u2",
        "of None",
    ]
    with pytest.raises(tercet.ConversationNotFoundError, match=r"There is no conversation 't1' of owner 'u3'"):
        store.delete("t1", owner="u3")


def test_a_list_tells_what_there_is_without_reading_it(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    store.open("t1", owner="u1", client=client, **MODEL).say("What is\na decorator? " + "x" * 100)
    store.open("t2", owner="u1", client=client, **MODEL)
    store.open("t3", owner="u2", client=client, **MODEL)
    store.rename("t2", "Plans", owner="u1")
    store.open("t1", owner="u1", client=client).say("More")

    first, second = store.list(owner="u1")
    assert isinstance(first, StoredConversation)
    assert (first.id, first.owner, first.messages, second.id, second.title) == ("t1", "u1", 4, "t2", "Plans")
    assert first.title == "What is a decorator? " + "x" * 59
    assert first.created <= first.updated
    assert store.list() == []


# --- two at once ------------------------------------------------------------------------------------------------------


def test_of_two_that_answer_in_one_conversation_one_wins_and_the_other_keeps_its_answer(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    ours, theirs = store.open("t1", client=client, **MODEL), again(store).open("t1", client=client, **MODEL)
    theirs.say("theirs")
    with pytest.raises(tercet.ConversationConflictError, match="Nothing was overwritten") as caught:
        ours.say("ours")
    assert (caught.value.ours, caught.value.theirs) == (None, 2)
    assert len(sent(api)) == 1
    assert ours.say("ours now").text
    assert texts(ours)[0] == "theirs"


def test_a_branch_keeps_both(store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic) -> None:
    ours = store.open("t1", client=client, on_conflict="branch", **MODEL)
    store.open("t1", client=client).say("theirs")
    ours.say("ours")
    versions = ours.versions(ours.turns[0])
    assert [turn.said for turn in versions] == ["theirs", "ours"]
    assert texts(store.open("t1", client=client))[0] == "ours"


def test_who_waits_speaks_after_the_turn_of_the_other_process(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    theirs, ours = store.open("t1", client=client, **MODEL), again(store).open("t1", client=client, on_conflict="wait")
    answer = theirs.stream("theirs")
    next(iter(answer))
    waiting = threading.Thread(target=lambda: ours.say("ours"))
    waiting.start()
    list(answer)
    waiting.join(30)
    assert texts(store.open("t1", client=client))[::2] == ["theirs", "ours"]


# --- deleting ---------------------------------------------------------------------------------------------------------


def raw(store: tercet.Conversations) -> bytes:
    """Every byte of the store's files."""
    folder = Path(store.path).parent
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.name.startswith("chats.db"))


def test_deleting_leaves_no_byte_in_any_file(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    other = again(store)
    for number in range(60):
        owner = f"owner-{number % 3}"
        chat = other.open(f"thread-{number}-of-{owner}", owner=owner, client=client, **MODEL)
        chat.say(f"secret-{owner} " + f"words-{number} " * (30 * (number % 7)))
    store.rename("thread-4-of-owner-1", "title-of-owner-1", owner="owner-1")

    assert b"owner-1" in raw(store)
    assert store.delete(owner="owner-1") == 20
    assert b"owner-1" not in raw(store)
    assert store.delete("thread-3-of-owner-0", owner="owner-0") == 1
    found = raw(store)
    assert b"thread-3-of" not in found
    assert b"words-3 " not in found
    assert len(store.list(owner="owner-0")) == 19
    assert texts(other.open("thread-5-of-owner-2", owner="owner-2", client=client))[0].startswith("secret-owner-2")


def test_a_picture_goes_with_the_last_of_its_owners_conversations_that_shows_it(
    store: tercet.Conversations, client: tercet.Anthropic
) -> None:
    data = "QUJD" * 5_000
    picture: Any = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    history: Any = [{"role": "user", "content": [picture]}]
    for owner, id in (("u1", "t1"), ("u1", "t2"), ("u2", "t1")):
        store.open(id, owner=owner, client=client, messages=history, **MODEL)

    store.delete("t1", owner="u1")
    assert store.open("t2", owner="u1", client=client).messages[0]["content"] == [picture]
    store.delete("t2", owner="u1")
    assert raw(store).count(b"ABC" * 1_000)
    store.delete(owner="u2")
    assert not raw(store).count(b"ABC" * 10)


def test_deleting_needs_to_know_what(store: tercet.Conversations) -> None:
    with pytest.raises(TypeError, match="needs an id or an owner"):
        store.delete()
    with pytest.raises(tercet.ConversationNotFoundError):
        store.delete("t1")
    assert store.delete(owner="nobody") == 0


def test_whoever_goes_on_with_a_deleted_conversation_is_told(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    chat = store.open("t1", client=client, **MODEL)
    store.delete("t1")
    with pytest.raises(tercet.ConversationNotFoundError):
        chat.say("Hi")
    assert sent(api) == []
    with pytest.raises(tercet.ConversationNotFoundError):
        store.rename("t1", "x")


# --- copies and processes ---------------------------------------------------------------------------------------------


def test_a_backup_is_a_store_of_its_own(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic, tmp_path: Path
) -> None:
    store.open("t1", client=client, **MODEL).say("Hi")
    store.backup(tmp_path / "copy.db")
    store.open("t1", client=client).say("More")
    copy = tercet.Conversations(tmp_path / "copy.db")
    assert len(copy.open("t1", client=client).messages) == 2
    if os.name != "nt":
        assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    with pytest.raises(tercet.ConversationError, match="Choose a file that is not there"):
        store.backup(tmp_path / "copy.db")


def test_a_stored_conversation_pickles_as_its_place_without_a_key(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    chat = store.open("t1", owner="u1", client=client, **MODEL)
    chat.say("a long word")
    frozen = pickle.dumps(chat)
    assert b"a long word" not in frozen
    assert client.api_key is not None
    assert client.api_key.encode() not in frozen
    chat.say("more")
    assert len(pickle.loads(frozen).messages) == 4
    assert pickle.loads(pickle.dumps(store)).path == store.path
    store.delete(owner="u1")
    with pytest.raises(tercet.ConversationNotFoundError):
        pickle.loads(frozen)


def test_a_closed_store_says_so(store: tercet.Conversations, client: tercet.Anthropic) -> None:
    chat = store.open("t1", client=client, **MODEL)
    store.close()
    for act in (lambda: chat.say("Hi"), store.list):
        with pytest.raises(tercet.ConversationError, match="was closed"):
            act()
    assert "chats.db" in repr(store)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_child_and_its_parent_go_on_with_one_store(
    store: tercet.Conversations, api: tercet.LocalAPI, client: tercet.Anthropic
) -> None:
    store.open("t1", client=client, **MODEL)
    for number in range(5):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                store.open(f"child-{number}", client=client, **MODEL)
                code = 0
            finally:
                os._exit(code)
        store.open(f"parent-{number}", client=client, **MODEL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(store.list()) == 11
