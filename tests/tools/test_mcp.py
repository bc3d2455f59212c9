"""Tools of an MCP session in the tool runner, in both worlds, against the local API."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import anyio.to_thread
import pytest

import tercet
from tercet.lib.tools import ToolError
from tercet.lib.tools.mcp import async_mcp_tool, mcp_tool
from tercet.local import LocalAPI
from tercet.tools.mcp import mcp_tools

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = SimpleNamespace(name="get_weather", description="The weather in a city.", inputSchema=SCHEMA)
TOOL_OF_MCP_2 = SimpleNamespace(name="get_weather", description="The weather in a city.", input_schema=SCHEMA)
ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-5-20250929",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": "What is the weather in Oslo?"}],
}


class Session:
    """The part of an MCP session that tools call."""

    def __init__(self, **fields: Any) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.result = SimpleNamespace(**{"content": [_text("minus 3 degrees")], "isError": False, **fields})

    async def call_tool(self, name: str, arguments: Any) -> Any:
        self.asked.append((name, arguments))
        return self.result


def _text(text: str) -> Any:
    return SimpleNamespace(type="text", text=text)


@pytest.mark.parametrize("tool", [TOOL, TOOL_OF_MCP_2])
def test_a_tool_is_described_by_its_server_and_by_options(tool: Any) -> None:
    made = async_mcp_tool(tool, Session(), cache_control={"type": "ephemeral"}, strict=True)

    assert made.to_dict() == {
        "name": "get_weather",
        "description": "The weather in a city.",
        "input_schema": SCHEMA,
        "cache_control": {"type": "ephemeral"},
        "strict": True,
    }


@pytest.mark.anyio
async def test_the_async_runner_calls_the_session() -> None:
    session = Session()
    with LocalAPI() as api:
        async with api.async_client() as client:
            runner = client.beta.messages.tool_runner(**ASK, tools=[async_mcp_tool(TOOL, session)])
            message = await runner.until_done()

    assert session.asked == [("get_weather", {"city": "Oslo"})]
    assert "minus 3 degrees" in message.content[0].text  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_the_blocking_runner_calls_it_from_a_thread_of_its_loop() -> None:
    session = Session()
    with LocalAPI() as api:
        runner = api.client().beta.messages.tool_runner(**ASK, tools=[mcp_tool(TOOL, session)])
        message = await anyio.to_thread.run_sync(runner.until_done)

    assert session.asked == [("get_weather", {"city": "Oslo"})]
    assert "minus 3 degrees" in message.content[0].text  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_what_the_server_calls_an_error_is_one_for_the_model() -> None:
    with pytest.raises(ToolError, match="no such city"):
        await async_mcp_tool(TOOL, Session(content=[_text("no such city")], isError=True)).call({"city": "X"})


@pytest.mark.anyio
async def test_structured_content_alone_is_told_as_json() -> None:
    structured = Session(content=[], structuredContent={"degrees": -3})

    assert await async_mcp_tool(TOOL, structured).call({"city": "X"}) == '{"degrees": -3}'


@pytest.mark.anyio
async def test_input_that_does_not_fit_the_servers_schema_does_not_reach_it() -> None:
    session = Session()
    with pytest.raises(ValueError, match="city"):
        await async_mcp_tool(TOOL, session).call({"city": 5})

    assert session.asked == []


class ManyTools(Session):
    """A session whose tools come in two pages, and whose server may be gone."""

    gone = False

    async def list_tools(self, cursor: Any = None) -> Any:
        other = SimpleNamespace(name="get.time", description="The time.", inputSchema={"type": "object"})
        return SimpleNamespace(tools=[TOOL] if cursor is None else [other], nextCursor="2" if cursor is None else None)

    async def call_tool(self, name: str, arguments: Any) -> Any:
        if self.gone:
            raise ConnectionError("Connection closed")
        return await super().call_tool(name, arguments)


@pytest.mark.anyio
async def test_all_tools_of_servers_are_named_after_them_and_a_server_that_is_gone_is_an_error_of_the_call() -> None:
    here, there = ManyTools(), ManyTools()
    there.gone = True
    tools = [*await mcp_tools(here, "here"), *await mcp_tools(there, "there", timeout=30)]
    assert [tool.name for tool in tools] == [
        *("here__get_weather", "here__get_time", "there__get_weather", "there__get_time"),
    ]
    assert [tool.timeout for tool in tools] == [None, None, 30, 30]
    calls = [
        {"type": "tool_use", "name": f"{name}__get_weather", "input": {"city": "Oslo"}} for name in ("here", "there")
    ]
    with LocalAPI(journal=True) as api:
        api.queue({"content": calls}, "Minus 3.")
        async with api.async_client() as client:
            run = await tercet.AsyncAgent(client, model=ASK["model"], max_tokens=200, tools=tools).run(
                "How cold is it?"
            )
    assert (run.outcome, here.asked) == ("done", [("get_weather", {"city": "Oslo"})])
    fine, gone = [step for step in run.steps if step.kind == "called"]
    assert (fine.is_error, gone.is_error) == (False, True)
    assert gone.result == "the MCP server 'there' could not run 'get_weather': ConnectionError: Connection closed"
