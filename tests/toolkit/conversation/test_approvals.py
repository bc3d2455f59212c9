"""Approvals: what they may be made of, and which of them can be taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import tercet
from tercet.toolkit.conversation.approvals import (
    AskFirst,
    Denial,
    approve,
    ask_first,
    check_decisions,
    deny,
    input_hash,
    waiting_row,
    with_input_named,
)
from tercet.toolkit.conversation.entries import CallState, LogEntry, LoggedCall, SavedConversation
from tercet.toolkit.conversation.thread import Thread

NOON = int(datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp() * 1000)
CALL = {"type": "tool_use", "id": "toolu_1", "name": "send_mail", "input": {"to": "kari", "text": "hi"}}
ENTRY = LogEntry(id=1, parent=None, role="assistant", content=[CALL])


@tercet.beta_tool
def send_mail(to: str, text: str) -> str:
    """Send a mail."""
    return f"sent to {to}"


def thread(row: LoggedCall | None, entry: LogEntry = ENTRY) -> Thread:
    return Thread(SavedConversation(tip=1, entries=[entry], calls=[] if row is None else [row]))


def waits(**asking: Any) -> LoggedCall:
    return waiting_row(ENTRY, CALL, AskFirst(**asking), "run-1", NOON)


def check(decision: Any, row: LoggedCall | None = None, *, at: int = NOON, run: str = "run-1", **other: Any) -> None:
    tools = other.get("tools", {"send_mail": send_mail})
    check_decisions(thread(row, other.get("entry", ENTRY)), {other.get("id", "toolu_1"): decision}, tools, run, at)


def test_a_tool_that_asks_first_is_the_tool_and_the_one_before_stays_as_it_was() -> None:
    asking: Any = ask_first(send_mail, until=60)

    assert (asking.name, asking("kari", "hi"), asking.to_dict()) == ("send_mail", "sent to kari", send_mail.to_dict())
    assert asking.asks_first.until(NOON) == NOON + 60_000
    assert not hasattr(send_mail, "asks_first")


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        (None, None),
        (0.5, NOON + 500),
        (timedelta(days=1), NOON + 86_400_000),
        (datetime(2026, 6, 2, 12, tzinfo=UTC), NOON + 86_400_000),
    ],
)
def test_until_is_a_span_from_the_call_or_a_moment(until: Any, moment: int | None) -> None:
    asking: Any = ask_first(send_mail, until=until)
    assert asking.asks_first.until(NOON) == moment


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ask_first(lambda: 1), r"ask_first\(\) takes a tool, such as a function under @tercet.beta_tool"),
        (lambda: ask_first({"name": "a"}), r"ask_first\(\) takes a tool"),
        (
            lambda: ask_first(send_mail, until=-1),
            r"ask_first\(until=…\) takes seconds, a timedelta or a datetime, not -1",
        ),
        (lambda: ask_first(send_mail, until=datetime(2026, 6, 1)), r"needs a moment with a zone"),
        (lambda: approve(input="yes"), r"approve\(input=…\) takes the whole input as a dict, not str 'yes'"),  # type: ignore[arg-type]
        (lambda: deny(None), r"deny\(\) takes a text that the model reads, not NoneType"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_approval_is_refused_with_a_sentence(make: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_a_call_that_waits_can_be_approved_changed_or_denied() -> None:
    check(approve(), waits())
    check(approve(input={"to": "ola", "text": "hi"}), waits())
    check(deny("not now"), waits())
    check(deny(), waits(seconds=1), at=NOON + 1000)


def row(state: CallState, **facts: Any) -> LoggedCall:
    return LoggedCall(entry=1, id="toolu_1", state=state, facts={"run": "run-1", **facts})


CHANGED = LogEntry(id=1, parent=None, role="assistant", content=[{**CALL, "input": {"to": "eve", "text": "hi"}}])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"row": None}, "no call toolu_1 of run run-1 asked for an approval; those that wait: none"),
        ({"row": waits(), "id": "toolu_2"}, "no call toolu_2 of run run-1 asked .* those that wait: toolu_1"),
        ({"row": waits(), "run": "run-2"}, "no call toolu_1 of run run-2 asked for an approval"),
        (
            {"row": row(CallState.CALLED, approved=NOON)},
            "was approved already, at 2026-06-01 12:00:00 UTC; .* taken once",
        ),
        ({"row": row(CallState.ANSWERED, approved=NOON)}, "was approved already, at 2026-06-01 12:00:00 UTC"),
        ({"row": row(CallState.ANSWERED, denied="no")}, "toolu_1 was denied already: no"),
        (
            {"row": waits(seconds=60), "at": NOON + 60_000},
            "could be approved until 2026-06-01 12:01:00 UTC and is denied",
        ),
        ({"row": waits(), "entry": CHANGED}, "the input of call toolu_1 of send_mail is not the one that was shown"),
        ({"row": waits(), "tools": {}}, "the agent has no tool 'send_mail'; give it that tool"),
    ],
)
def test_an_approval_twice_late_or_for_something_else_says_so(arguments: Any, message: str) -> None:
    with pytest.raises(tercet.ConversationError, match=message):
        check(approve(), **arguments)


@pytest.mark.parametrize("wrong", [{}, {"to": 1, "text": ""}, {"to": "ola", "text": "", "cc": "eve"}])
def test_other_input_must_fit_the_tool(wrong: Any) -> None:
    with pytest.raises(tercet.ConversationError, match=r"approve\(input=…\) for call toolu_1 does not fit the tool: "):
        check(approve(input=wrong), waits())


@pytest.mark.parametrize("wrong", ["yes", True, None])
def test_an_answer_is_an_approval_or_a_denial(wrong: Any) -> None:
    with pytest.raises(
        TypeError, match=r"the answer to call toolu_1 must be tercet.approve\(\) or tercet.deny\(…\), not"
    ):
        check(wrong, waits())


def test_the_hash_of_an_input_is_that_of_its_values() -> None:
    assert input_hash({"a": 1, "b": [2]}) == input_hash({"b": [2], "a": 1})
    assert len({input_hash(value) for value in ({"a": 1}, {"a": "1"}, {"a": 1.5}, {}, None)}) == 5


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("sent", "{note}\nsent"),
        (None, "{note}"),
        ([{"type": "text", "text": "sent"}], [{"type": "text", "text": "{note}"}, {"type": "text", "text": "sent"}]),
    ],
)
def test_a_result_names_the_input_that_was_used(content: Any, named: Any) -> None:
    note = '[The user changed the input of this call; it was run with {"to":"ola"}]'
    made = with_input_named({"type": "tool_result", "content": content}, {"to": "ola"})["content"]
    if isinstance(named, str):
        assert made == named.replace("{note}", note)
    else:
        assert made == [{"type": "text", "text": note}, named[1]]


def test_a_denial_says_why() -> None:
    assert deny("  not now ") == Denial("not now")
