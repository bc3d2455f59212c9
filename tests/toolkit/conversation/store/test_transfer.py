"""Exports and imports: what goes out comes back with all versions, and what comes in is checked."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tercet
from tercet.toolkit.conversation.entries import SavedConversation
from tercet.toolkit.conversation.store import transfer
from tercet.toolkit.conversation.store.stored_log import StoredLog

MODEL: Any = {"model": "claude-sonnet-4-6", "max_tokens": 200}
HISTORY: Any = [{"role": "user", "content": "1?"}, {"role": "assistant", "content": "one"}]


@pytest.fixture(scope="module")
def api() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True) as api:
        yield api


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tercet.Conversations]:
    with tercet.Conversations(tmp_path / "chats.db") as store:
        yield store


@tercet.beta_tool
def weather(city: str) -> str:
    """Tell the weather.

    Args:
        city: Name of the city.
    """
    return f"sunny in {city}"


@pytest.fixture
def told(store: tercet.Conversations, api: tercet.LocalAPI) -> tercet.Conversations:
    """A store with one conversation that has everything: settings, a tool call, versions, a picture, a failed turn."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}
    api.queue({"content": [call]}, "sunny", "two", "other")
    client = api.client(max_retries=0)
    chat = store.open("t1", owner="u1", client=client, tools=[weather], system="You help.", **MODEL)
    chat.say("Weather?")
    chat.say("Hi")
    chat.retry()
    with pytest.raises(tercet.APIStatusError):
        chat.say("no", model="claude-nobody")
    store.rename("t1", "Weather", owner="u1")
    return store


def saved(store: tercet.Conversations, id: str, owner: str = "u1") -> SavedConversation:
    return StoredLog(store._file, owner, id).load()


def test_what_goes_out_comes_back_with_all_versions(told: tercet.Conversations, tmp_path: Path) -> None:
    text = told.export("t1", owner="u1")
    assert [line.get("role") for line in map(json.loads, text.splitlines())][:4] == [None, "user", "assistant", "user"]

    told.export("t1", owner="u1", to=tmp_path / "t1.jsonl")
    into = io.StringIO()
    told.export("t1", owner="u1", to=into)
    assert (tmp_path / "t1.jsonl").read_text() == into.getvalue() == text
    if os.name != "nt":
        assert (tmp_path / "t1.jsonl").stat().st_mode & 0o777 == 0o600

    before = saved(told, "t1")
    before.revision = 0
    sources: list[Any] = [
        text,
        text.encode(),
        tmp_path / "t1.jsonl",
        str(tmp_path / "t1.jsonl"),
        io.BytesIO(text.encode()),
    ]
    for number, source in enumerate(sources):
        assert told.import_(source, f"copy-{number}", owner="u2") == f"copy-{number}"
        assert saved(told, f"copy-{number}", "u2") == before


def test_an_imported_conversation_goes_on(told: tercet.Conversations, api: tercet.LocalAPI) -> None:
    text = told.export("t1", owner="u1")
    assert told.import_(text, owner="u2") == "t1"
    chat = told.open("t1", owner="u2", client=api.client())
    assert chat.say("And now?").text
    assert [turn.said for turn in chat.turns] == ["Weather?", "Hi", "no", "And now?"]
    assert len(chat.versions(chat.turns[1])) == 2


def test_an_id_that_is_taken_is_a_conflict_and_stays_as_it_is(told: tercet.Conversations) -> None:
    text = told.export("t1", owner="u1")
    before = saved(told, "t1")
    with pytest.raises(tercet.ConversationConflictError, match="left as it is: import it with another id"):
        told.import_(text, owner="u1")
    assert saved(told, "t1") == before


@pytest.mark.parametrize(
    "source",
    [
        HISTORY,
        json.dumps(HISTORY),
        json.dumps(HISTORY, indent=2),
        "\n".join(map(json.dumps, HISTORY)),
        "\ufeff" + json.dumps({"messages": HISTORY, "model": "claude-sonnet-4-6", "max_tokens": 77, "stream": True}),
        json.dumps({"messages": HISTORY, "model": "claude-sonnet-4-6", "max_tokens": 77}, indent=1),
    ],
)
def test_histories_made_elsewhere_are_taken_in(store: tercet.Conversations, api: tercet.LocalAPI, source: Any) -> None:
    id = store.import_(source.encode() if isinstance(source, str) else source)
    chat = store.open(id, client=api.client(), **({} if "77" in source else MODEL))
    assert [message["content"][0]["text"] for message in chat.messages] == ["1?", "one"]
    assert chat.say("2?").text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ([{"role": "assistant", "content": "one"}], r"messages\[0\].*tercet\.repair_messages"),
        ([{"role": "user", "content": ""}], r"messages\[0\]"),
        ([*HISTORY, {"role": "robot", "content": "x"}], r"messages\[2\]"),
        ([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x"}]}], r"messages\[0\]"),
        ('{"messages": 7}', "no list of messages, but int"),
        ('{"a": 1}', "no list of messages"),
        ("{", "It takes exports of Tercet"),
        ("[1]", r"messages\[0\]|cannot be imported"),
        ("", "cannot be imported"),
        (b"\xff\xfe", "no text in UTF-8"),
        ("/no/such/file", "No such file or directory"),
        ("a\0b", "cannot be imported"),
        (7, "no list of messages"),
        ('{"conversation": {"form": 9}}', "exported by a newer Tercet: its form is 9"),
        ('{"conversation": {}}', "cannot be imported"),
        ('{"conversation": 5}', "cannot be imported"),
        ("[" * 100_000, "cannot be imported"),
    ],
)
def test_what_cannot_be_taken_in_is_told_and_nothing_is_stored(
    store: tercet.Conversations, source: Any, said: str
) -> None:
    with pytest.raises(tercet.ConversationError, match=said):
        store.import_(source)
    assert store.list() == []


def line(id: int, **more: Any) -> dict[str, Any]:
    return {"id": id, "parent": id - 1 or None, "role": "user", "content": [{"type": "text", "text": "Hi"}], **more}


@pytest.mark.parametrize(
    ("head", "lines", "said"),
    [
        ({}, [line(2)], "message 1 has the id 2"),
        ({}, [line(1, parent=1)], "follows message 1"),
        ({"tip": 2}, [line(1)], "its tip is message 2, and there are 1"),
        ({}, [line(1), {"call": {"entry": 1, "id": "t", "state": "answered"}}], "message 1 holds no call 't'"),
        ({}, [line(1), {"cut": {"first": 7, "kind": "window"}}], "cut at message 7"),
        ({}, [line(1, role="robot")], "cannot be imported"),
        ({}, [line(1, state="well")], "cannot be imported"),
        ({}, [line(1, content="Hi")], "cannot be imported"),
        ({}, [line(1, content=[{"type": "text", "text": ""}])], "the API would refuse this history"),
        ({}, [line(1, content=[7])], "cannot be imported"),
        ({}, [line(1, role="assistant")], "the API would refuse this history"),
        ({"tip": 1}, [line(1), line(2, parent=1, role="assistant", content=[{"type": "x"}])], "the API would refuse"),
        (
            {"facts": {"settings": {"view": {"kind": "sideways"}}}},
            [line(1)],
            "settings of the conversation cannot be read",
        ),
        ({"facts": {"settings": 7}}, [line(1)], "settings of the conversation cannot be read"),
    ],
)
def test_exports_that_do_not_hang_together_are_told(
    store: tercet.Conversations, head: dict[str, Any], lines: list[Any], said: str
) -> None:
    text = "\n".join(map(json.dumps, [{"conversation": {"form": 1, "id": "t", "tip": None, **head}}, *lines]))
    with pytest.raises(tercet.ConversationError, match=said):
        store.import_(text)
    assert store.list() == []


def test_runs_of_agents_are_not_taken_over_so_that_nothing_happens_twice(store: tercet.Conversations) -> None:
    head = {"conversation": {"form": 1, "id": "t", "facts": {"run:1": {"waiting": []}, "title": "T"}}}
    store.import_(json.dumps(head) + "\n" + json.dumps(line(1)))
    assert saved(store, "t", "").facts == {"title": "T"}


def test_too_many_versions_are_refused_before_they_keep_us_busy(
    store: tercet.Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "MOST_CHECKED", 50)
    lines = [{"conversation": {"form": 1, "id": "t"}}, *(line(number) for number in range(1, 10))]
    lines += [line(number, parent=9) for number in range(10, 20)]
    with pytest.raises(tercet.ConversationError, match="too many to be checked"):
        store.import_("\n".join(map(json.dumps, lines)))


JSON: Any = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["user", "assistant", "done", "text"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["conversation", "form", "id", "tip", "facts", "role", "content", "messages", "call", "cut", "state", "type", "text", "settings"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(JSON, max_size=4), st.booleans())
def test_whatever_is_imported_is_taken_in_or_told(documents: list[Any], head: bool) -> None:
    lines = [json.dumps(document) for document in documents]
    if head:
        lines.insert(0, '{"conversation": {"form": 1, "id": "t"}}')
    with suppress(tercet.ConversationError):
        transfer.read_source("\n".join(lines) or "{}")


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_an_export_that_was_damaged_is_taken_in_or_told(data: st.DataObject) -> None:
    good = "\n".join(
        map(
            json.dumps,
            [
                {
                    "conversation": {
                        "form": 1,
                        "id": "t",
                        "tip": 2,
                        "facts": {"settings": {"parameters": {"max_tokens": 5}}},
                    }
                },
                line(1, starts_turn=True),
                line(2, role="assistant", answer={"id": "m"}, cost=[1, 1, 1], prefix="AAAA"),
                {"cut": {"first": 1, "kind": "window", "at": 0}},
            ],
        )
    )
    at = data.draw(st.integers(0, len(good) - 1))
    damaged = good[:at] + data.draw(st.text(max_size=3)) + good[at + data.draw(st.integers(0, 4)) :]
    with suppress(tercet.ConversationError):
        transfer.read_source("{}\n" + damaged if data.draw(st.booleans()) else damaged)
