"""A thread keeps beside its path what follows from it: after any steps that is what a new thread would make of the log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolkit.conversation.kept_log import KeptLog

import tercet
from tercet.toolkit.conversation import thread as threads
from tercet.toolkit.conversation.thread import Thread
from tercet.types import Message

TALK = ("say", "refuse", "fail", "cut", "part", "tool", "pause")
STEPS = st.lists(
    st.tuples(st.sampled_from([*TALK, "edit", "retry", "switch", "clear"]), st.integers(0, 9)), max_size=14
)
REASONS = {"refuse": "refusal", "cut": "max_tokens", "tool": "tool_use", "pause": "pause_turn"}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": ""}


@tercet.beta_tool
def work() -> str:
    """Work."""
    return "worked"


class Scripted:
    """Somebody to ask who answers as the next step wants, without a network. What is sent has to be valid."""

    _is_async = False

    def __init__(self) -> None:
        self.messages = SimpleNamespace(create=self.create)
        self.next = "say"
        self.calls = 0

    def estimate(self, **arguments: Any) -> Any:
        return SimpleNamespace(high=None)

    def create(self, **arguments: Any) -> Message:
        assert tercet.check_messages(arguments["messages"]) == []
        self.calls += 1
        step, self.next = self.next, "say" if self.next in ("tool", "pause") else self.next
        call = {"type": "tool_use", "id": f"toolu_{self.calls}", "name": "work", "input": {}}
        search = {
            "type": "server_tool_use",
            "id": f"srvtoolu_{self.calls}",
            "name": "web_search",
            "input": {"query": "x"},
        }
        content: list[dict[str, Any]] = [{"type": "text", "text": f"answer {self.calls}"}]
        content += {"cut": [call], "tool": [call], "part": [call, THOUGHT], "pause": [search]}.get(step, [])
        message = Message(
            {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-6", "content": content,
             "stop_reason": None if step == "part" else REASONS.get(step, "end_turn"),
             "usage": {"input_tokens": 1, "output_tokens": 1}}
        )  # fmt: skip
        if step in ("fail", "part"):
            error = tercet.APITimeoutError(message="too late")
            error.partial_message = message if step == "part" else None
            raise error
        return message


def take(chat: tercet.Conversation, client: Scripted, step: str, number: int) -> None:
    """Do one step, if it can be done here."""
    turns = chat.turns
    client.next = step if step in TALK else "say"
    if step in TALK:
        try:
            chat.say(f"words {number}")
        except tercet.APITimeoutError:
            assert step in ("fail", "part")
    elif step == "clear":
        chat.clear()
    elif turns:
        turn = turns[number % len(turns)]
        if step == "edit":
            chat.edit(turn, f"other words {number}")
        elif step == "retry":
            chat.retry()
        else:
            versions = chat.versions(turn)
            chat.switch(versions[number % len(versions)])


def seen(thread: Thread) -> dict[str, Any]:
    return {"path": thread.path, "sendable": thread.sendable, "messages": thread.messages}


def encoded_anew(thread: Thread) -> bytes:
    known = len(thread.encoded()) * threads.CHUNK
    return b"".join(b"," + msgspec.json.encode(message) for message in thread.messages[:known])


@settings(deadline=None, max_examples=150)
@given(steps=STEPS)
def test_what_a_thread_keeps_is_what_a_new_one_would_make(steps: list[tuple[str, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "CHUNK", 2)
        client, log = Scripted(), KeptLog()
        chat = tercet.Conversation.on_log(client, log, {"model": "m", "max_tokens": 5, "tools": [work]})
        for step, number in steps:
            take(chat, client, step, number)
            thread = chat._state.thread
            assert seen(thread) == seen(Thread(log.load()))
            assert b"".join(thread.encoded()) == encoded_anew(thread)
            assert tercet.check_messages(chat.messages) == []
