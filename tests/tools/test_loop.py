"""The tool loop as a table: what was answered, what is asked next. No server, no client, no event loop."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from tercet.flow.effects import Ask, CallTool, Hand, Plan, Together
from tercet.tools.functions import beta_async_tool, beta_tool
from tercet.tools.loop import tool_loop, tool_results
from tercet.tools.run_state import STEPS, RunState, step_after
from tercet.wire.responses.blocks import ToolUseBlock
from tercet.wire.responses.message import Message

HI = {"role": "user", "content": "Hi"}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
RESULTS = {"role": "user", "content": [RESULT]}


@beta_tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"sun in {city}"


def call(number: int = 1, name: str = "weather", **fields: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": {"city": "Oslo"}, **fields}


def answer(stop_reason: str | None, *content: dict[str, Any], **fields: Any) -> Message:
    blocks = list(content) or [{"type": "text", "text": "done"}]
    return Message(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": blocks,
            "stop_reason": stop_reason,
            "usage": {"input_tokens": 1, "output_tokens": 1},
            **fields,
        }
    )


def conversation(most: int | None = None, **arguments: Any) -> RunState:
    return RunState({"model": "m", "max_tokens": 9, "messages": [HI], **arguments}, [weather], most)


def step(plan: Plan[Any], outcome: Any = None) -> Any:
    """The plan's next effect; what it hands out is given back as it is."""
    effect = plan.send(outcome)
    while isinstance(effect, Hand):
        effect = plan.send(effect.value)
    return effect


def after(run: RunState, *outcomes: Any) -> list[Any]:
    """The effects of the loop, each answered by the next outcome; "end" when it ended by itself."""
    plan, effects = tool_loop(run), []
    for outcome in (None, *outcomes):
        try:
            effects.append(step(plan, outcome))
        except StopIteration:
            return [*effects, "end"]
    return effects


def kinds(effects: list[Any]) -> list[str]:
    return [effect if isinstance(effect, str) else type(effect).__name__ for effect in effects]


@pytest.mark.parametrize("stop_reason", [*STEPS, None, "brand_new"])
@pytest.mark.parametrize("calls", [0, 1])
def test_the_stop_reason_alone_decides_what_follows(stop_reason: str | None, calls: int) -> None:
    effects = after(conversation(), answer(stop_reason, *[call()] * calls))
    expected = {
        "run tools": ["Ask", "CallTool"] if calls else ["Ask", "end"],
        "send back": ["Ask", "Ask"],
        "stop": ["Ask", "end"],
    }
    assert kinds(effects) == expected[step_after(stop_reason)]


def test_results_stand_right_behind_the_answer() -> None:
    effects = after(conversation(), answer("tool_use", call()), RESULT, answer("end_turn"))
    assert kinds(effects) == ["Ask", "CallTool", "Ask", "end"]
    assert effects[0].arguments["messages"] == [HI]
    assert effects[2].arguments["messages"] == [HI, {"role": "assistant", "content": [call()]}, RESULTS]


def test_a_paused_or_compacted_turn_is_sent_back_as_it_came() -> None:
    block = {"type": "compaction", "content": "so far", "encrypted_content": "AbC==", "brand_new": 1}
    for stop_reason in ("pause_turn", "compaction"):
        effects = after(conversation(), answer(stop_reason, block), answer("end_turn"))
        assert effects[1].arguments["messages"] == [HI, {"role": "assistant", "content": [block]}]


@pytest.mark.parametrize("most", [0, 1, 2])
def test_no_more_answers_are_asked_for_than_allowed(most: int) -> None:
    outcomes = [answer("tool_use", call()), RESULT] * 3
    effects = after(conversation(most), *outcomes)
    assert kinds(effects) == [*["Ask", "CallTool"] * most, "end"]


def test_a_closed_conversation_asks_nothing_more() -> None:
    run = conversation()
    plan = tool_loop(run)
    assert isinstance(step(plan), Ask)
    run.closed = True
    assert isinstance(step(plan, answer("tool_use", call())), CallTool)
    with pytest.raises(StopIteration):
        step(plan, RESULT)


def test_messages_that_the_caller_appends_are_the_whole_turn_and_no_tool_is_run() -> None:
    run = conversation()
    plan = tool_loop(run)
    step(plan)
    first = answer("tool_use", call())
    run.append([first, RESULTS, {"role": "user", "content": "more"}])
    following = step(plan, first)
    assert isinstance(following, Ask)
    assert following.arguments["messages"] == [
        HI,
        {"role": "assistant", "content": [call()]},
        RESULTS,
        {"role": "user", "content": "more"},
    ]
    assert isinstance(step(plan, answer("tool_use", call(2))), CallTool)  # the next turn is the loop's again


def test_messages_appended_between_turns_come_after_the_results() -> None:
    run = conversation()
    plan = tool_loop(run)
    step(plan)
    assert isinstance(step(plan, answer("tool_use", call())), CallTool)
    run.append([HI])
    assert step(plan, RESULT).arguments["messages"][-1] == RESULTS


def test_other_arguments_replace_these_but_for_betas_and_whom_one_asks_for() -> None:
    run = conversation(betas=["a"], workspace_id="w", temperature=0.5)
    run.set_params({"model": "n", "max_tokens": 5, "messages": [HI, HI]})
    assert run.params() == {
        "betas": ["a"],
        "workspace_id": "w",
        "model": "n",
        "max_tokens": 5,
        "messages": [HI, HI],
    }
    run.set_params(lambda params: {**params, "max_tokens": 6})
    assert run.params()["max_tokens"] == 6
    with pytest.raises(ValueError, match="have no 'messages'"):
        run.set_params({"model": "n"})
    with pytest.raises(ValueError, match="compact_before_next_turn"):
        run.set_params({"messages": [HI], "compaction": {"type": "summarize"}})


def test_definitions_keep_the_tool_that_runs_under_their_name() -> None:
    run = conversation()
    run.set_params(lambda params: {**params, "tools": [*params["tools"], {"name": "other", "input_schema": {}}]})
    assert run.tools == {"weather": weather}
    run.set_params(lambda params: {**params, "tools": params["tools"][1:]})
    assert run.tools == {}
    run.set_params(lambda params: {**params, "tools": [weather]})
    assert (run.tools, run.arguments["tools"]) == ({"weather": weather}, [weather.to_dict()])


def test_the_container_of_an_answer_is_the_next_requests() -> None:
    made = {"id": "container_1", "expires_at": "2026-11-21T00:00:00Z"}
    for asked, expected in ((None, "container_1"), ({"skills": []}, {"skills": [], "id": "container_1"}), ("c", "c")):
        run = conversation(None, **({} if asked is None else {"container": asked}))
        effects = after(run, answer("tool_use", call(), container=made), RESULT)
        assert effects[2].arguments["container"] == expected


# --- changing tools --------------------------------------------------------------------------------------------------


@beta_tool
def late(a: int) -> str:
    """Come late."""
    return str(a)


def test_tools_change_by_messages_so_that_the_prompt_keeps_its_cache() -> None:
    run = conversation()
    before = run.arguments["tools"]
    run.add_tools([late, {"type": "web_search_20250305", "name": "web_search"}])
    run.remove_tools(["weather"])
    effects = after(run, answer("end_turn"))
    assert effects[0].arguments["tools"] == before
    assert effects[0].arguments["messages"][1] == {
        "role": "system",
        "content": [
            {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": late.to_dict()}},
            {
                "type": "tool_addition",
                "tool": {
                    "type": "tool_definition",
                    "definition": {"type": "web_search_20250305", "name": "web_search"},
                },
            },
            {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "weather"}},
        ],
    }
    assert (run.tool_for(call(name="late")), run.tool_for(call())) == (late, None)


def test_changes_wait_while_a_turn_is_paused() -> None:
    run = conversation()
    plan = tool_loop(run)
    step(plan)
    run.remove_tools([late])
    paused = step(plan, answer("pause_turn"))
    assert [message["role"] for message in paused.arguments["messages"]] == ["user", "assistant"]


def test_a_tool_that_the_history_took_away_is_not_run_until_it_is_given_back() -> None:
    removal = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "weather"}}
    addition = {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": {"name": "weather"}}}
    summary = {"role": "assistant", "content": [{"type": "compaction", "content": "x", "tool_changes": [removal]}]}
    for messages, found in (
        ([{"role": "system", "content": [removal]}], None),
        ([{"role": "system", "content": [removal, addition]}], weather),
        ([{"role": "user", "content": [removal]}], weather),
        ([summary], None),
        ([summary, {"role": "system", "content": [addition]}], weather),
    ):
        assert conversation(messages=messages).tool_for(call()) is found


# --- compaction ------------------------------------------------------------------------------------------------------

SUMMARY = {"type": "compaction", "content": "so far", "signature": "s"}


def test_a_compaction_is_asked_for_before_the_next_turn_and_stands_for_what_was() -> None:
    run = conversation(
        stop_sequences=["x"],
        tool_choice={"type": "any"},
        output_config={"effort": "low", "format": {"type": "json_schema"}},
        fallbacks=[{"model": "n", "output_config": {"format": {}}}, {"model": "o"}],
    )
    plan = tool_loop(run)
    step(plan)
    run.schedule_compaction(None)
    step(plan, answer("tool_use", call()))
    asked = step(plan, RESULT).arguments
    assert asked == {
        "model": "m",
        "max_tokens": 9,
        "tools": [weather.to_dict()],
        "output_config": {"effort": "low"},
        "fallbacks": [{"model": "n", "output_config": {}}, {"model": "o"}],
        "compaction": {"type": "summarize"},
        "messages": [HI, {"role": "assistant", "content": [call()]}, RESULTS],
    }
    with pytest.raises(ValueError, match="is being compacted"):
        run.append([HI])
    following = step(plan, answer("compaction", SUMMARY)).arguments
    assert following["messages"] == [{"role": "assistant", "content": [SUMMARY]}]
    assert following["stop_sequences"] == ["x"]


def test_a_compaction_at_the_end_is_made_unless_calls_wait_for_results() -> None:
    for last, expected in (
        (answer("end_turn"), ["Ask", "Ask", "end"]),
        (answer("max_tokens", call()), ["Ask", "end"]),
    ):
        run = conversation()
        plan = tool_loop(run)
        effects: list[Any] = [step(plan)]
        run.schedule_compaction(None)
        for outcome in (last, answer("compaction", SUMMARY)):
            try:
                effects.append(step(plan, outcome))
            except StopIteration:
                effects.append("end")
                break
        assert kinds(effects) == expected


def test_without_a_summary_the_conversation_stays() -> None:
    run = conversation()
    run.schedule_compaction({"type": "summarize", "instructions": "short"})
    with pytest.warns(UserWarning, match="gave no summary"):
        effects = after(run, answer("compaction", {"type": "compaction", "content": None}))
    assert effects[0].arguments["compaction"]["instructions"] == "short"
    assert effects[1].arguments["messages"] == [HI]


def test_two_ways_to_compact_do_not_mix() -> None:
    run = conversation(context_management={"edits": [{"type": "compact_20260112"}]})
    with pytest.raises(ValueError, match="remove the edit"):
        run.schedule_compaction(None)
    with pytest.raises(ValueError, match="takes no compaction="):
        conversation(compaction={"type": "summarize"})


# --- running tools ---------------------------------------------------------------------------------------------------


def results(run: RunState, message: Message) -> tuple[list[CallTool], Any]:
    """The calls that are made, each answered by its id, and the message at the end."""
    plan, calls, outcome = tool_results(run, message), [], None
    try:
        while True:
            effect = plan.send(outcome)
            assert isinstance(effect, CallTool)
            calls.append(effect)
            outcome = {"id": effect.call.id}
    except StopIteration as done:
        return calls, done.value


def test_results_are_in_the_order_of_the_calls_even_those_that_are_not_made() -> None:
    message = answer("tool_use", call(1), {"type": "text", "text": "and"}, call(2, "nobody"), call(3))
    with pytest.warns(UserWarning, match="'nobody', which the tool runner cannot run; it can run weather"):
        calls, made = results(conversation(), message)
    assert [effect.call.id for effect in calls] == ["toolu_1", "toolu_3"]
    assert made["role"] == "user"
    assert [item.get("id") or item["content"] for item in made["content"]] == [
        "toolu_1",
        "Error: Tool 'nobody' not found",
        "toolu_3",
    ]


def test_calls_of_one_id_are_each_answered() -> None:
    calls, made = results(conversation(), answer("tool_use", call(1), call(1)))
    assert (len(calls), len(made["content"])) == (2, 2)


def test_no_calls_give_no_message() -> None:
    assert results(conversation(), answer("tool_use")) == ([], None)


def test_each_call_is_made_once_however_often_it_is_asked_for() -> None:
    run, message = conversation(), answer("tool_use", call(1))
    assert len(results(run, message)[0]) == 1
    again, made = results(run, message)
    assert (again, made["content"]) == ([], [{"id": "toolu_1"}])


@pytest.mark.parametrize("stop_reason", ["max_tokens", "model_context_window_exceeded"])
def test_the_last_call_of_an_answer_that_was_cut_is_never_made(stop_reason: str) -> None:
    calls, made = results(conversation(), answer(stop_reason, call(1), call(2)))
    assert [effect.call.id for effect in calls] == ["toolu_1"]
    assert made["content"][1]["is_error"] is True
    assert "cut off" in made["content"][1]["content"]


def test_a_call_whose_input_is_incomplete_is_never_made() -> None:
    message = answer("tool_use", call(1))
    block = message.content[0]
    assert isinstance(block, ToolUseBlock)
    block._input_complete = False
    calls, made = results(conversation(), message)
    assert (calls, made["content"][0]["is_error"]) == ([], True)


def test_a_call_of_a_toolset_is_not_taken_for_a_tool_of_its_name() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calls, made = results(conversation(), answer("tool_use", call(1, toolset_name="browser")))
    assert calls == []
    assert made["content"][0]["toolset_name"] == "browser"


# --- side by side ----------------------------------------------------------------------------------------------------


@beta_async_tool
async def ask_there(city: str) -> str:
    """Ask somebody there."""
    return city


@beta_async_tool(alone=True)
async def book(city: str) -> str:
    """Book a room."""
    return city


@beta_tool(alone=False)
def look_up(city: str) -> str:
    """Look it up in another thread."""
    return city


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["weather", "weather"], [["weather"], ["weather"]]),
        (["ask_there", "ask_there", "look_up"], [["ask_there", "ask_there", "look_up"]]),
        (["ask_there", "book", "ask_there"], [["ask_there"], ["book"], ["ask_there"]]),
        (["look_up", "nobody", "look_up", "weather"], [["look_up", "look_up"], ["weather"]]),
    ],
)
@pytest.mark.filterwarnings("ignore:the model called")
def test_calls_run_side_by_side_unless_they_are_to_be_alone(names: list[str], groups: list[list[str]]) -> None:
    run = RunState({"model": "m", "max_tokens": 9, "messages": [HI]}, [weather, ask_there, book, look_up], None)
    made = answer("tool_use", *[call(number, name) for number, name in enumerate(names)])
    plan, seen, outcome = tool_results(run, made), [], None
    try:
        while True:
            effect = plan.send(outcome)
            together = effect.plans if isinstance(effect, Together) else ()
            calls: Any = [next(each) for each in together] or [effect]
            seen.append([each.tool.name for each in calls])
            for each, one in zip(together, calls, strict=False):
                with pytest.raises(StopIteration):
                    each.send({"tool_use_id": one.call.id})
            outcome = {"tool_use_id": calls[0].call.id}
    except StopIteration as done:
        message = done.value
    assert seen == groups
    assert [result["tool_use_id"] for result in message["content"]] == [block.id for block in made.content]


def test_a_tool_that_the_one_before_took_away_is_not_run() -> None:
    run = RunState({"model": "m", "max_tokens": 9, "messages": [HI]}, [weather, ask_there], None)
    plan = tool_results(run, answer("tool_use", call(1, "ask_there"), call(2)))
    assert isinstance(next(plan), Together)
    run.results[0] = {}
    run.remove_tools(["weather"])
    with pytest.warns(UserWarning, match="'weather'"), pytest.raises(StopIteration):
        plan.send(None)
    assert "not found" in run.results[1]["content"]


def test_arguments_are_checked_again_only_after_they_were_changed() -> None:
    run = conversation()
    plan = tool_loop(run)
    assert step(plan).checked
    step(plan, answer("tool_use", call()))
    asked = step(plan, RESULT)
    assert asked.checked
    run.set_params(lambda params: {**params, "max_tokens": 7})
    step(plan, answer("tool_use", call()))
    assert not step(plan, RESULT).checked
    step(plan, answer("tool_use", call()))
    run.append([HI])
    assert not step(plan, RESULT).checked
    step(plan, answer("tool_use", call()))
    assert step(plan, RESULT).checked
