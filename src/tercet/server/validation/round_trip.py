"""Calls of tools and their results belong together: every call has one result in the next message, and every result a call."""

from __future__ import annotations

from typing import Any

from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal

Blocks = list[dict[str, Any]]
MODELS_OWN = frozenset(("tool_use", "server_tool_use", "mcp_tool_use", "thinking", "redacted_thinking"))
"""Blocks that only a model says."""
SERVER_RESULTS = {"tool_search_tool_regex": "tool_search", "tool_search_tool_bm25": "tool_search"}
"""Server tools whose result block has another name than `<tool>_tool_result`."""


def check_round_trip(subject: ValidationContext) -> None:
    """Both ways, in one pass. Turns of the same role in a row count as one."""
    open_calls: dict[str, None] = {}
    alone: dict[str, str] = {}
    caller = -1
    before = ""
    for i, message in enumerate(subject.request["messages"]):
        role, content = message["role"], message["content"]
        if role == "system" and type(content) is str:
            continue
        blocks: Blocks = content if type(content) is list else []
        if role == "assistant":
            if before != "assistant" and open_calls:
                _refuse_open(caller, open_calls)
            open_calls, caller = _calls(subject, i, blocks, open_calls if before == "assistant" else {}, alone), i
        elif role == "user":
            if alone and not open_calls:
                _refuse_server_use(subject, *next(iter(alone.items())))
            _check_sayer(subject, i, blocks)
            open_calls = _answer(i, blocks, open_calls, caller, fresh=before != "user")
        before = role
    if open_calls and before == "user":
        _refuse_open(caller, open_calls)
    if subject.strict_roles and not subject.request.get("tools"):
        _check_tools_defined(subject)


def _check_sayer(subject: ValidationContext, i: int, blocks: Blocks) -> None:
    for block in blocks:
        if block["type"] in MODELS_OWN:
            subject.refuse("use_by_user", i=i, kind=block["type"])


def _refuse_open(caller: int, open_calls: dict[str, None]) -> None:
    raise refusal("use_without_result", i=caller, ids=", ".join(open_calls))


def _calls(
    subject: ValidationContext, i: int, blocks: Blocks, calls: dict[str, None], alone: dict[str, str]
) -> dict[str, None]:
    """Return the ids of the client's calls in an assistant's turn so far; note in `alone` those of the API's own tools
    that have no result yet."""
    for j, block in enumerate(blocks):
        kind = block["type"]
        if kind == "tool_use":
            if block["id"] in calls:
                subject.refuse("use_twice", i=i, j=j)
            calls[block["id"]] = None
        elif kind in ("server_tool_use", "mcp_tool_use"):
            alone[block["id"]] = block["name"]
        elif kind == "tool_result":
            raise refusal("result_without_use", i=i, j=j, id=block["tool_use_id"])
        elif kind.endswith("_tool_result") and alone.pop(block["tool_use_id"], None) is None:
            subject.refuse("server_result_alone", i=i, j=j, kind=kind, id=block["tool_use_id"])
    return calls


def _refuse_server_use(subject: ValidationContext, id: str, name: str) -> None:
    name_of_tool = SERVER_RESULTS.get(name, name)
    provided = any(str(tool.get("type", "")).startswith(name_of_tool) for tool in subject.request.get("tools") or ())
    row = "server_use_alone" if provided else "server_use_without_tool"
    raise refusal(row, name=name, id=id)


def _answer(i: int, blocks: Blocks, open_calls: dict[str, None], caller: int, *, fresh: bool) -> dict[str, None]:
    """Return what is still unanswered after a user message. Results come first in it: text before them is no answer."""
    if not open_calls and not any(block["type"] == "tool_result" for block in blocks):
        return open_calls
    wanted: dict[str, None] = dict(open_calls)
    seen: set[str] = set()
    for j, block in enumerate(blocks):
        if block["type"] != "tool_result":
            if wanted and fresh:
                _refuse_open(caller, wanted)
            continue
        _check_result(i, j, block, wanted, seen)
    if wanted and fresh:
        _refuse_open(caller, wanted)
    return wanted


def _check_result(i: int, j: int, block: dict[str, Any], wanted: dict[str, None], seen: set[str]) -> None:
    id = block["tool_use_id"]  # noqa: A001 - the field's name
    if id in seen:
        raise refusal("second_result", i=i, j=j, id=id)
    if id not in wanted:
        raise refusal("result_without_use", i=i, j=j, id=id)
    del wanted[id]
    seen.add(id)
    if block.get("is_error") and not block.get("content"):
        raise refusal("empty_error", i=i, j=j)


def _check_tools_defined(subject: ValidationContext) -> None:
    for message in subject.request["messages"]:
        if type(message["content"]) is list:
            for block in message["content"]:
                if block["type"] in ("tool_use", "tool_result"):
                    subject.refuse("tools_needed")
