"""What is sent when the API keeps the conversation."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.tools.run_state import RunState
from tercet.tools.server_history import BETA, ServerThread
from tercet.wire.responses.message import Message

ONE, TWO, THREE = ({"role": "user", "content": text} for text in ("one", "two", "three"))
ARGUMENTS = {"model": "m", "system": "s", "tools": [], "betas": ["a"]}


def message(stop_reason: str = "tool_use", **usage: Any) -> Message:
    return Message({"id": "msg_7", "content": [], "stop_reason": stop_reason, "usage": usage})


def thread_of(argument: Any) -> ServerThread:
    return ServerThread.of(argument)


@pytest.mark.parametrize("argument", [None, False])
def test_without_being_asked_there_is_no_thread(argument: Any) -> None:
    assert RunState({"messages": [ONE], "thread": argument}, [], None).thread is None


def test_the_first_request_creates_the_thread_and_names_the_beta() -> None:
    assert thread_of(True).request(ARGUMENTS, [ONE]) == {
        **ARGUMENTS,
        "betas": ["a", BETA],
        "thread": {"type": "create"},
        "messages": [ONE],
    }


def test_later_requests_send_what_is_new_and_nothing_that_the_thread_has() -> None:
    thread = thread_of({"type": "create"})
    thread.keep([ONE, TWO], message())
    assert thread.request({**ARGUMENTS, "betas": [BETA]}, [ONE, TWO, THREE]) == {
        "model": "m",
        "betas": [BETA],
        "thread": {"type": "continue", "previous_message_id": "msg_7"},
        "messages": [THREE],
    }


@pytest.mark.parametrize("messages", [[ONE, TWO], [TWO, ONE, THREE], [ONE]])
def test_a_history_that_was_rewritten_or_has_nothing_new_begins_anew(messages: list[Any]) -> None:
    thread = thread_of({"type": "continue", "previous_message_id": "msg_1"})
    thread.keep([ONE, TWO], message())
    asked = thread.request(ARGUMENTS, messages)
    assert (asked["thread"], asked["messages"]) == (thread.base, messages)


@pytest.mark.parametrize(
    "last", [message("refusal"), message("end_turn", iterations=[{"type": "fallback_message", "output_tokens": 1}])]
)
def test_turns_that_the_api_does_not_keep_are_sent_again(last: Message) -> None:
    thread = thread_of(True)
    thread.keep([ONE, TWO], last)
    assert thread.request(ARGUMENTS, [ONE, TWO, THREE])["messages"] == [ONE, TWO, THREE]
