"""Random histories, valid and broken, for the tests of everything that judges or cuts them."""

from __future__ import annotations

import base64
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tercet.server.simulated.thinking import sign
from tercet.toolkit.conversation.entries import LogEntry

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDAT"
    b"x\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND\xaeB`\x82"
).decode()
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": sign("Hm.")}
Json = dict[str, Any]
IDS = st.sampled_from(["toolu_A", "toolu_B", "toolu_C"])
MARKS = st.sampled_from([{"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}, {"type": "ephemeral", "ttl": "5m"}])
WORDS = st.sampled_from(["Hi", "What is a decorator?", "ü – ☃", "x" * 300])


def marked(block: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Blocks of which some bear a mark of the cache."""
    return st.one_of(block, block, block, st.builds(lambda made, mark: {**made, "cache_control": mark}, block, MARKS))


def call(name: str) -> Json:
    return {"type": "tool_use", "id": name, "name": "get_weather", "input": {"city": "Oslo"}}


def result(name: str, content: Any = "3 °C") -> Json:
    return {"type": "tool_result", "tool_use_id": name, "content": content}


TEXT = st.builds(lambda words: {"type": "text", "text": words}, WORDS)
SERVER_CALL = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
SERVER_RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
MCP_CALL = {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "find", "server_name": "s", "input": {}}
MCP_RESULT = {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "content": "found"}
DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Grass is green."}}


@st.composite
def exchanges(draw: st.DrawFn) -> list[Json]:
    """A turn: the user's words, calls and their results, an answer."""
    question = draw(st.lists(st.one_of(marked(TEXT), st.just(IMAGE), st.just(DOCUMENT)), min_size=1, max_size=3))
    turn: list[Json] = [{"role": "user", "content": draw(st.sampled_from([question, "Plain words."]))}]
    for _ in range(draw(st.integers(0, 3))):
        names = [f"toolu_{draw(st.integers(0, 10**9))}_{number}" for number in range(draw(st.integers(1, 3)))]
        before = draw(st.lists(st.one_of(st.just(THOUGHT), TEXT, st.just([SERVER_CALL, SERVER_RESULT])), max_size=2))
        said = [part for each in before for part in (each if isinstance(each, list) else [each])]
        turn.append({"role": "assistant", "content": [*said, *map(call, names)]})
        order = draw(st.permutations(names))
        more = draw(st.lists(marked(TEXT), max_size=1))
        turn.append({"role": "user", "content": [*(result(name) for name in order), *more]})
    thoughts = draw(st.lists(st.just(THOUGHT), max_size=1))
    searched = draw(st.sampled_from([[], [SERVER_CALL, SERVER_RESULT], [MCP_CALL, MCP_RESULT]]))
    turn.append({"role": "assistant", "content": [*thoughts, *searched, draw(TEXT)]})
    return turn


def unmarked(messages: list[Json], most: int) -> list[Json]:
    """The history with no more than `most` marks, those of an hour first."""
    found = 0
    made: list[Json] = []
    for message in messages:
        if isinstance(message["content"], str):
            made.append(message)
            continue
        blocks = []
        for block in message["content"]:
            if "cache_control" in block:
                found += 1
                block = {key: value for key, value in block.items() if key != "cache_control"} | (
                    {"cache_control": {"type": "ephemeral"}} if found <= most else {}
                )
            blocks.append(block)
        made.append({**message, "content": blocks})
    return made


VALID = st.lists(exchanges(), min_size=1, max_size=6).map(
    lambda turns: unmarked([message for turn in turns for message in turn], 4)
)
"""Valid histories that end with an answer."""

ODD_VALUES = st.sampled_from(
    [None, "", " ", 5, True, [], {}, "text", ["x"], {"type": "text"}, {"type": "ephemeral"}, [{}]]
).map(deepcopy)  # they are changed by what is done next
ODD_BLOCKS: st.SearchStrategy[Any] = st.sampled_from(
    [
        {"type": "text", "text": ""},
        {"type": "text", "text": " \n"},
        {"type": "text", "text": "", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "Hi", "parsed_output": None},
        {"type": "text", "text": "Hi", "citations": [{"type": "char_location"}]},
        {"type": "text"},
        {"type": "thinking", "thinking": "Hm."},
        {"type": "thinking", "thinking": "Hm.", "signature": ""},
        {**THOUGHT, "cache_control": {"type": "ephemeral"}},
        THOUGHT,
        {"type": "redacted_thinking"},
        call("toolu_A"),
        {**call("toolu_B"), "input": ""},
        {**call("toolu_B"), "input": '{"city": "Oslo"}'},
        {**call("toolu_A"), "id": "functions.x:0"},
        {"type": "tool_use", "name": "x", "input": {}},
        {"type": "tool_use", "id": "toolu_C", "name": "", "input": {}},
        result("toolu_A"),
        result("toolu_B", [{"type": "text", "text": ""}]),
        result("toolu_C", [{"type": "text", "text": "3", "cache_control": {"type": "ephemeral", "ttl": "1h"}}, IMAGE]),
        result("functions.x:0"),
        {**result("toolu_A", ""), "is_error": True},
        {"type": "tool_result", "content": "x"},
        SERVER_CALL,
        SERVER_RESULT,
        MCP_CALL,
        MCP_RESULT,
        {**SERVER_CALL, "id": "toolu_1"},
        {"type": "connector_text", "text": "new"},
        {"text": "no type"},
        {**IMAGE, "source": {**IMAGE["source"], "media_type": "image/jpeg"}},  # type: ignore[dict-item]
        {**IMAGE, "source": {**IMAGE["source"], "data": "bm8="}},  # type: ignore[dict-item]
        {**IMAGE, "source": {"type": "file"}},
        {**DOCUMENT, "citations": {"enabled": True}},
        {**DOCUMENT, "title": 5},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}, {"type": "y"}]}},
        {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}, "y"]},
        "words",
        5,
        None,
    ]
)


@st.composite
def broken(draw: st.DrawFn) -> list[Any]:
    """A valid history with a few things done to it."""
    messages: list[Any] = [
        {**message, "content": message["content"] if isinstance(message["content"], str) else list(message["content"])}
        for message in draw(VALID)
    ]
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, max(0, len(messages) - 1)))
        _break(draw, messages, at)
    return messages


def _break(draw: st.DrawFn, messages: list[Any], at: int) -> None:
    """Do one thing to a history."""
    do = draw(st.sampled_from(["drop", "twice", "swap", "role", "insert", "cut", "block", "without", "field", "odd"]))
    message = messages[at] if messages else {"role": "user", "content": []}
    blocks = message.get("content") if isinstance(message, dict) else None
    if do == "drop" and messages:
        del messages[at]
    elif do == "twice" and messages:
        messages.insert(at, message)
    elif do == "swap" and at + 1 < len(messages):
        messages[at], messages[at + 1] = messages[at + 1], messages[at]
    elif do == "role" and isinstance(message, dict):
        messages[at : at + 1] = [{**message, "role": draw(st.sampled_from(["user", "assistant", "system", "tool", 5]))}]
    elif do == "insert":
        content = draw(
            st.one_of(st.lists(st.one_of(ODD_BLOCKS, TEXT), max_size=3), st.sampled_from(["", " ", "Hi"]), ODD_VALUES)
        )
        messages.insert(at, {"role": draw(st.sampled_from(["user", "assistant"])), "content": content})
    elif do == "cut":
        del messages[at + 1 :]
    elif do == "block" and isinstance(blocks, list):
        blocks.insert(draw(st.integers(0, len(blocks))), draw(st.one_of(ODD_BLOCKS, marked(TEXT))))
    elif do == "without" and isinstance(blocks, list) and blocks:
        del blocks[draw(st.integers(0, len(blocks) - 1))]
    elif do == "field" and isinstance(blocks, list) and blocks:
        index = draw(st.integers(0, len(blocks) - 1))
        if isinstance(blocks[index], dict):
            name = draw(st.sampled_from([*blocks[index], "cache_control", "index", "caller", "is_error"]))
            value = draw(ODD_VALUES)
            if not (
                name in ("thinking", "signature", "data") and isinstance(value, str)
            ):  # forged: only the API sees that
                blocks[index] = {**blocks[index], name: value}
    elif do == "odd" and isinstance(message, dict):
        messages[at : at + 1] = [
            {**message, draw(st.sampled_from(["id", "usage", "content", "name"])): draw(ODD_VALUES)}
        ]


def entries_of(messages: list[Json]) -> list[LogEntry]:
    """The history as a path: every message an entry; the user's own words begin turns."""
    path = []
    for number, message in enumerate(messages, 1):
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        own = message["role"] == "user" and any(block["type"] != "tool_result" for block in blocks)
        path.append(
            LogEntry(id=number, parent=number - 1 or None, role=message["role"], content=blocks, starts_turn=own)
        )
    return path
