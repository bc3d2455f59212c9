"""The calls of an answer, as a plan: which are logged, run, repeated, stopped or left waiting, step by step."""

from __future__ import annotations

from typing import Any

import pytest
from tests.toolkit.conversation.kept_log import KeptLog

import tercet
from tercet.flow.effects import CallTool, Together
from tercet.toolkit.conversation.approvals import approve, ask_first, deny, waiting_row
from tercet.toolkit.conversation.entries import CallState, LogEntry, LoggedCall, LogStep
from tercet.toolkit.conversation.limits import Limits, TurnAllowance
from tercet.toolkit.conversation.state import ConversationState, TurnOptions, with_tools
from tercet.toolkit.conversation.tool_steps import DueCall, answer_calls, side_by_side
from tercet.toolkit.conversation.turns import message_of_answer

NOON = 1_800_000_000_000


@tercet.beta_tool
def look(city: str) -> str:
    return f"rain in {city}"


@tercet.beta_tool(repeatable=True)
def read(city: str) -> str:
    return f"read {city}"


@tercet.beta_tool(alone=True)
def write(city: str) -> str:
    return f"wrote {city}"


@tercet.beta_tool
def send(city: str) -> str:
    return f"sent {city}"


TOOLS = {"look": look, "read": read, "write": write, "send": ask_first(send)}


class Play:
    """Carry the plan out, and note what it does in which order."""

    def __init__(self, *names: str, rows: Any = (), stop_reason: str = "tool_use", **options: Any) -> None:
        self.log = KeptLog()
        self.done: list[str] = []
        calls = [
            {"type": "tool_use", "id": f"c{number}", "name": name, "input": {"city": str(number)}}
            for number, name in enumerate(names)
        ]
        entry = LogEntry(id=1, parent=None, role="assistant", content=calls, answer={"stop_reason": stop_reason})
        self.log.commit(LogStep(entries=[entry], tip=1, calls=list(rows)), 0)
        self.log.before = self.note
        made = TurnOptions(parameters={}, run="run-1", **options)
        self.state = ConversationState(self.log, options=made, clock=lambda: NOON)
        plan = answer_calls(self.state, entry, message_of_answer(entry), with_tools(made, TOOLS.values()))
        self.answered = self.carry_out(plan)

    def note(self, step: LogStep) -> None:
        self.done += [f"{call.id} {call.state.name}" for call in step.calls]

    def carry_out(self, plan: Any) -> Any:
        answer: Any = None
        while True:
            try:
                effect = plan.send(answer)
            except StopIteration as ended:
                return ended.value
            answer = None
            if isinstance(effect, Together):
                self.done.append(f"together {len(effect.plans)}")
                answer = [self.carry_out(each) for each in effect.plans]
            else:
                assert isinstance(effect, CallTool)
                self.done.append(f"{effect.call.id} runs")
                text = effect.tool.call(effect.call.input)
                answer = {"type": "tool_result", "tool_use_id": effect.call.id, "content": text}

    @property
    def told(self) -> list[str] | None:
        results = self.answered.results
        return None if results is None else [result["content"] for result in results]


def called(id_: str, **facts: Any) -> LoggedCall:
    return LoggedCall(entry=1, id=id_, state=CallState.CALLED, facts=facts or None)


def waiting(id_: str, number: int) -> LoggedCall:
    call = {"id": id_, "input": {"city": str(number)}}
    return waiting_row(
        LogEntry(id=1, parent=None, role="assistant", content=[]), call, TOOLS["send"].asks_first, "run-1", NOON
    )  # type: ignore[attr-defined]


def test_a_call_is_logged_before_its_tool_starts_and_after_it_has_ended() -> None:
    play = Play("look")
    assert play.done == ["c0 CALLED", "c0 runs", "c0 ANSWERED"]
    assert play.told == ["rain in 0"]


def test_calls_run_side_by_side_but_for_those_that_are_alone_and_keep_their_order() -> None:
    play = Play("look", "read", "write", "look")
    assert play.done == [
        *("c0 CALLED", "c1 CALLED", "together 2", "c0 runs", "c0 ANSWERED", "c1 runs", "c1 ANSWERED"),
        *("c2 CALLED", "c2 runs", "c2 ANSWERED", "c3 CALLED", "c3 runs", "c3 ANSWERED"),
    ]
    assert play.told == ["rain in 0", "read 1", "wrote 2", "rain in 3"]


def test_a_call_that_waits_holds_up_no_other() -> None:
    play = Play("send", "look")
    assert play.done == ["c0 WAITING", "c1 CALLED", "c1 runs", "c1 ANSWERED"]
    assert play.told is None
    facts = play.state.thread.calls[1, "c0"].facts or {}
    assert (facts["run"], facts["asked"], facts["until"]) == ("run-1", NOON, None)


def test_a_call_whose_input_does_not_fit_asks_nobody() -> None:
    options = with_tools(TurnOptions(parameters={}), [ask_first(tercet.beta_tool(lambda n: n, name="send", input_schema={"type": "object", "properties": {"n": {"type": "integer"}}}))])  # fmt: skip
    log = KeptLog()
    entry = LogEntry(
        id=1,
        parent=None,
        role="assistant",
        content=[{"type": "tool_use", "id": "c0", "name": "send", "input": {"n": "x"}}],
        answer={"stop_reason": "tool_use"},
    )
    log.commit(LogStep(entries=[entry], tip=1), 0)
    state = ConversationState(log, options=options)
    plan = answer_calls(state, entry, message_of_answer(entry), options)
    with pytest.raises(StopIteration) as ended:
        next(plan)
    (result,) = ended.value.value.results
    assert result["is_error"]
    assert result["content"].startswith("ValueError: Invalid arguments for function send")


@pytest.mark.parametrize(
    ("names", "rows", "decisions", "done", "told"),
    [
        (["send"], [waiting("c0", 0)], {"c0": approve()}, ["c0 CALLED", "c0 runs", "c0 ANSWERED"], ["sent 0"]),
        (["send"], [waiting("c0", 0)], {}, [], None),
        (
            ["send"],
            [waiting("c0", 0)],
            {"c0": approve(input={"city": "Rome"})},
            ["c0 CALLED", "c0 runs", "c0 ANSWERED"],
            ['[The user changed the input of this call; it was run with {"city":"Rome"}]\nsent Rome'],
        ),
        (["send"], [waiting("c0", 0)], {"c0": deny("no")}, ["c0 ANSWERED"], ["Error: the user declined this call: no"]),
        (
            ["send", "send"],
            [waiting("c0", 0), waiting("c1", 1)],
            {"c1": approve()},
            ["c1 CALLED", "c1 runs", "c1 ANSWERED"],
            None,
        ),
        (["look"], [called("c0")], {}, [], ["Error: this call was interrupted while it ran; its result is not known"]),
        (["read"], [called("c0")], {}, ["c0 CALLED", "c0 runs", "c0 ANSWERED"], ["read 0"]),
        (
            ["read"],
            [called("c0", approved=NOON)],
            {},
            [],
            ["Error: this call was interrupted while it ran; its result is not known"],
        ),
        (["gone"], [], {}, [], ["Error: Tool 'gone' not found"]),
    ],
)
def test_what_the_log_knows_of_a_call_holds(names: Any, rows: Any, decisions: Any, done: Any, told: Any) -> None:
    play = Play(*names, rows=rows, decisions=decisions)
    assert (play.done, play.told) == (done, told)


def test_a_call_that_was_answered_is_not_run_again() -> None:
    play = Play("look")
    entry = play.log.load().entries[0]
    answered = answer_calls(play.state, entry, message_of_answer(entry), with_tools(TurnOptions(parameters={}), [look]))
    with pytest.raises(StopIteration) as ended:
        next(answered)
    assert ended.value.value.results == play.answered.results


def test_the_call_that_an_answer_was_cut_off_in_is_not_run() -> None:
    play = Play("look", "look", stop_reason="max_tokens")
    assert play.done == ["c0 CALLED", "c0 runs", "c0 ANSWERED"]
    assert play.told is not None
    assert "was cut off before it was complete" in play.told[1]


def test_the_calls_beyond_a_limit_are_answered_as_stopped_and_logged() -> None:
    play = Play("look", "look", "look", allowance=TurnAllowance(Limits(calls=2), lambda _: 0))
    assert play.done == [
        *("c2 ANSWERED", "c0 CALLED", "c1 CALLED"),
        *("together 2", "c0 runs", "c0 ANSWERED", "c1 runs", "c1 ANSWERED"),
    ]
    assert play.answered.limit == "calls"
    assert play.told == [
        "rain in 0",
        "rain in 1",
        "Error: not run, as the limit of calls that the user had set was reached",
    ]


def test_what_time_leaves_no_room_for_is_not_started() -> None:
    clock = iter([0.0, 1.0, 2.0, 3.0, 99.0])
    play = Play("write", "write", allowance=TurnAllowance(Limits(seconds=10), lambda _: 0, clock=lambda: next(clock)))
    assert (play.done, play.answered.limit) == (["c0 CALLED", "c0 runs", "c0 ANSWERED", "c1 ANSWERED"], "seconds")
    assert play.told is not None
    assert play.told[-1].startswith("Error: not run, as the limit of seconds")


def test_no_more_than_32_run_at_once() -> None:
    groups = [len(group) for group in side_by_side([DueCall(None, look)] * 70)]
    assert groups == [32, 32, 6]
