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

STEPS = st.lists(
    st.tuples(st.sampled_from(["say", "refuse", "fail", "cut", "edit", "retry", "switch", "clear"]), st.integers(0, 9)),
    max_size=14,
)


class Scripted:
    """Somebody to ask who answers as the next step wants, without a network."""

    _is_async = False

    def __init__(self) -> None:
        self.messages = SimpleNamespace(create=self.create)
        self.next = "say"

    def create(self, **arguments: Any) -> Message:
        reasons = {"refuse": "refusal", "cut": "max_tokens"}
        if self.next == "fail":
            raise tercet.APITimeoutError(message="too late")
        content = [{"type": "text", "text": f"answer {len(arguments['messages'])}"}]
        if self.next == "cut":
            content.append({"type": "tool_use", "id": f"t{len(arguments['messages'])}", "name": "x", "input": {}})  # type: ignore[dict-item]
        return Message(
            {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-6", "content": content,
             "stop_reason": reasons.get(self.next, "end_turn"), "usage": {"input_tokens": 1, "output_tokens": 1}}
        )  # fmt: skip


def take(chat: tercet.Conversation, client: Scripted, step: str, number: int) -> None:
    """Do one step, if it can be done here."""
    client.next = step
    turns = chat.turns
    if step in ("say", "refuse", "fail", "cut"):
        try:
            chat.say(f"words {number}")
        except tercet.APITimeoutError:
            assert step == "fail"
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
        chat = tercet.Conversation.on_log(client, log, {"model": "m", "max_tokens": 5})
        for step, number in steps:
            take(chat, client, step, number)
            thread = chat._state.thread
            assert seen(thread) == seen(Thread(log.load()))
            assert b"".join(thread.encoded()) == encoded_anew(thread)
            roles = [message["role"] for message in chat.messages]
            assert roles[:1] in ([], ["user"])
