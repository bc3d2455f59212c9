"""Calls of tools: what each ending becomes for the model and in the log, in both worlds, and time limits."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.flow.effects import CallTool
from tercet.tools.calls import call_any_tool, call_plain_tool, time_limit, without_values
from tercet.tools.functions import beta_async_tool, beta_tool
from tercet.types import ToolUseBlock


def call(**input_: Any) -> Any:
    return ToolUseBlock({"type": "tool_use", "id": "toolu_1", "name": "tool", "input": input_})


def carry_out(tool: Any, world: str, **input_: Any) -> Any:
    """Call a tool as the driver of this world does."""
    effect = CallTool(tool, call(**input_))
    return call_plain_tool(effect) if world == "blocking" else asyncio.run(call_any_tool(effect))


WORLDS = pytest.mark.parametrize("world", ["blocking", "async"])


@WORLDS
def test_a_plain_tool_that_hangs_is_left_behind_and_told_as_unknown(
    world: str, caplog: pytest.LogCaptureFixture
) -> None:
    free = threading.Event()
    tool = beta_tool(free.wait, name="slow", timeout=0.01, input_schema={"type": "object"})
    try:
        result = carry_out(tool, world)
    finally:
        free.set()

    assert result["is_error"]
    assert "had no result after 0.01 s and may still be running" in result["content"]
    assert [record.getMessage() for record in caplog.records] == [
        "tool slow had no result after 0.01 s and may still be running; its result is not known"
    ]


def test_an_async_tool_that_hangs_is_cancelled() -> None:
    ended: list[str] = []

    @beta_async_tool(timeout=0.01)
    async def slow() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return ""

    result = carry_out(slow, "async")

    assert ended == ["cancelled"]
    assert result["is_error"]
    assert result["content"].startswith("Error: the tool was stopped after 0.01 s")


def test_an_async_tool_that_ignores_its_cancellation_is_not_waited_for() -> None:
    async def program() -> Any:
        free = asyncio.Event()

        @beta_async_tool(timeout=0.01)
        async def stubborn() -> str:
            while not free.is_set():
                try:
                    await free.wait()
                except asyncio.CancelledError:
                    continue
            raise ValueError("nobody hears this")

        result = await call_any_tool(CallTool(stubborn, call()))
        free.set()
        return result

    assert "was stopped after 0.01 s" in asyncio.run(program())["content"]


@pytest.mark.parametrize("timeout", [None, 100])
def test_a_cancelled_caller_cancels_the_tool_and_waits_for_its_end(timeout: float | None) -> None:
    ended: list[str] = []

    async def program() -> None:
        began = asyncio.Event()

        @beta_async_tool(timeout=timeout)
        async def slow() -> str:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append("cleaned up")
            return ""

        task = asyncio.ensure_future(call_any_tool(CallTool(slow, call())))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == ["cleaned up"]

    asyncio.run(program())


@pytest.mark.parametrize("timeout", [None, 100])
def test_a_cancellation_of_the_tools_own_is_told_and_ends_nothing(timeout: float | None) -> None:
    @beta_async_tool(timeout=timeout)
    async def confused() -> str:
        raise asyncio.CancelledError("my own")

    result = carry_out(confused, "async")

    assert (result["content"], result["is_error"]) == ("CancelledError: my own", True)


@WORLDS
@pytest.mark.parametrize("timeout", [None, 100])
def test_whatever_a_tool_does_within_its_limit_is_told(world: str, timeout: float | None) -> None:
    @beta_tool(timeout=timeout)
    def tool(kind: str) -> Any:
        if kind == "raises":
            raise LookupError("no such city")
        return {"fine": "18 degrees", "much": "x" * 100_000_000, "generator": (each for each in "ab")}[kind]

    results = {kind: carry_out(tool, world, kind=kind) for kind in ("fine", "raises", "much", "generator")}

    assert results["fine"] == {"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 degrees"}
    assert (results["raises"]["content"], results["raises"]["is_error"]) == ("LookupError: no such city", True)
    assert results["much"]["content"].startswith("ValueError: the result has 100,000,000 characters")
    assert results["generator"]["content"] == '["a","b"]'


@WORLDS
def test_a_plain_tool_that_ends_the_program_does(world: str) -> None:
    @beta_tool(timeout=100)
    def leaves() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(leaves, world)


@pytest.mark.parametrize(
    ("own", "callers", "limit"), [(None, None, None), (5, None, 5), (None, 3, 3), (5, 3, 3), (2, 3, 2), ("soon", 3, 3)]
)
def test_the_sooner_of_two_limits_holds(own: Any, callers: Any, limit: Any) -> None:
    tool = beta_tool(lambda: "", name="tool")
    tool.timeout = own
    assert time_limit(CallTool(tool, call(), callers)) == limit


@WORLDS
def test_values_that_are_hidden_from_logs_stand_in_none(world: str, caplog: pytest.LogCaptureFixture) -> None:
    @beta_tool(hidden_from_logs=["token", "keys"])
    def login(token: str, keys: dict[str, list[str]], user: str) -> str:
        raise ValueError(f"{user}: {token!r} {keys}")

    with caplog.at_level(logging.WARNING, "tercet"):
        carry_out(login, world, token="s3cret'\n", keys={"a": ["k-1", "k-2"]}, user="kari")

    said = "".join(str(record.exc_text) for record in caplog.records)
    assert "kari: " in said
    assert not any(secret in said for secret in ("s3cret", "k-1", "k-2"))


@given(
    st.text(alphabet="ab'\\\n\u00e9", max_size=5), st.lists(st.text(alphabet="01'\\\n\u00e9", min_size=1), max_size=4)
)
def test_no_value_is_left_in_a_text_that_shows_it(around: str, values: list[str]) -> None:
    text = without_values(around.join(values) + repr(values) + json.dumps(values), values)
    assert not any(value in text for value in values if set(value) & {"0", "1"})
