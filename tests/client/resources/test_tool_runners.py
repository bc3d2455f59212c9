"""The arguments of the tool runner: checked once, and again when they were changed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.client.scripted import JSON, Script

from tercet.client.arguments import ARGUMENTS, Argument
from tercet.client.resources.tool_runners import runner_arguments
from tercet.tools.functions import beta_tool
from tercet.wire.requests.arguments import count

ASK: dict[str, Any] = {"model": "m", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}


@beta_tool
def weather() -> str:
    """Tell the weather."""
    return "sun"


def script(*stop_reasons: str) -> Script:
    call = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
    return Script(
        *[
            (
                200,
                JSON,
                msgspec.json.encode({"role": "assistant", "content": [call], "stop_reason": reason, "usage": {}}),
            )
            for reason in stop_reasons
        ]
    )


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []

    def check(name: str, value: Any) -> Any:
        seen.append(value)
        return count(name, value)

    monkeypatch.setitem(ARGUMENTS, "max_tokens", Argument(check=check))
    return seen


def test_two_requests_of_a_run_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = counted(monkeypatch)
    made = script("tool_use", "end_turn")
    made.client().beta.messages.tool_runner(**ASK, tools=[weather]).until_done()
    assert (len(made.sent), seen) == (2, [ASK["max_tokens"]])


def test_changed_arguments_are_checked_with_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = counted(monkeypatch)
    runner = script("tool_use", "end_turn").client().beta.messages.tool_runner(**ASK, tools=[weather])
    next(runner)
    runner.set_messages_params(lambda params: {**params, "max_tokens": "64"})
    with pytest.raises(TypeError, match="max_tokens must be an int, not str '64'"):
        next(runner)
    assert seen == [ASK["max_tokens"], "64"]


def test_arguments_are_sorted_by_what_they_are_for() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    passed = runner_arguments({**ASK, "tools": [weather], "stream": True, "max_iterations": 3, "output_format": schema})
    assert (passed.stream, passed.eager, passed.output) == (True, False, {"output_format": schema})
    assert (passed.state.max_iterations, passed.state.tools) == (3, {"weather": weather})


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"hammer": 1}, TypeError, r"tool_runner\(\) got an unexpected keyword argument 'hammer'"),
        ({"max_tokens": None}, TypeError, r"tool_runner\(\) needs max_tokens="),
        ({"run_tools_eagerly": True}, ValueError, "needs stream=True"),
        ({"max_iterations": -1}, ValueError, "max_iterations must be at least 0"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent(
    arguments: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        runner_arguments({**ASK, **arguments})
