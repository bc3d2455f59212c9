"""The part of a conversation that the model sees: compaction blocks cut what came before, context edits clear old results.

Knows the request's shape only; counting tokens is passed in, since counting looks at what is visible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Messages = list[dict[str, Any]]
CLEARED = "[Old tool result content cleared]"
DEFAULT_TRIGGER = 100_000
DEFAULT_KEPT = 3


def visible_messages(request: Mapping[str, Any]) -> Messages:
    """Return the messages from the last compaction block on; all of them when there is none that took place."""
    messages: Messages = request.get("messages") or []
    if len(messages) == 1 and messages[0]["role"] == "user":
        return messages
    for number in range(len(messages) - 1, -1, -1):
        content = messages[number]["content"]
        if type(content) is str or messages[number]["role"] != "assistant":
            continue
        for place in range(len(content) - 1, -1, -1):
            if content[place].get("type") == "compaction" and content[place].get("content"):
                return [{**messages[number], "content": content[place:]}, *messages[number + 1 :]]
    return messages


def edits_of(request: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """Return the edit of this kind that the request asks for."""
    edits = (request.get("context_management") or {}).get("edits") or []
    return next((edit for edit in edits if str(edit.get("type", "")).startswith(kind)), None)


def edited(
    request: Mapping[str, Any], count: Callable[[Mapping[str, Any]], int]
) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """Return the request after its context edits, and what to report as `applied_edits`."""
    if not (request.get("context_management") or {}).get("edits"):
        return request, []
    applied = []
    for kind, apply in (("clear_thinking", _clear_thinking), ("clear_tool_uses", _clear_tool_uses)):
        edit = edits_of(request, kind)
        if edit is None:
            continue
        before = count(request)
        changed, report = apply(request, edit, before)
        if report:
            saved = max(0, before - count(changed))
            if saved >= _number(edit.get("clear_at_least"), 0):
                applied.append({"type": edit["type"], **report, "cleared_input_tokens": saved})
                request = changed
    return request, applied


def _number(setting: object, default: int) -> int:
    if isinstance(setting, Mapping) and isinstance(setting.get("value"), int):
        return int(setting["value"])
    return default


def _clear_thinking(
    request: Mapping[str, Any], edit: Mapping[str, Any], _: int
) -> tuple[Mapping[str, Any], dict[str, int]]:
    keep = edit.get("keep", {"type": "thinking_turns", "value": 1})
    if keep == "all" or (isinstance(keep, Mapping) and keep.get("type") == "all"):
        return request, {}
    messages: Messages = list(request.get("messages") or [])
    turns = [number for number, message in enumerate(messages) if _thinks(message)]
    old = turns[: max(0, len(turns) - _number(keep, 1))]
    for number in old:
        kept = [block for block in messages[number]["content"] if "thinking" not in str(block.get("type"))]
        messages[number] = {**messages[number], "content": kept}
    return {**request, "messages": messages}, {"cleared_thinking_turns": len(old)} if old else {}


def _thinks(message: Mapping[str, Any]) -> bool:
    content = message["content"]
    return (
        message["role"] == "assistant"
        and not isinstance(content, str)
        and any(block.get("type") in ("thinking", "redacted_thinking") for block in content)
    )


def _clear_tool_uses(
    request: Mapping[str, Any], edit: Mapping[str, Any], tokens: int
) -> tuple[Mapping[str, Any], dict[str, int]]:
    uses = _tool_uses(request)
    trigger = edit.get("trigger") or {}
    reached = len(uses) if trigger.get("type") == "tool_uses" else tokens
    if reached <= _number(trigger, DEFAULT_TRIGGER):
        return request, {}
    excluded = set(edit.get("exclude_tools") or ())
    clearable = [identity for identity, name in uses.items() if name not in excluded]
    old = set(clearable[: max(0, len(clearable) - _number(edit.get("keep"), DEFAULT_KEPT))])
    if not old:
        return request, {}
    inputs = edit.get("clear_tool_inputs")
    emptied = {
        identity for identity in old if inputs is True or (isinstance(inputs, list) and uses[identity] in inputs)
    }
    messages = [_without_results(message, old, emptied) for message in request.get("messages") or []]
    return {**request, "messages": messages}, {"cleared_tool_uses": len(old)}


def _tool_uses(request: Mapping[str, Any]) -> dict[str, str]:
    """Id -> name of the tool calls that have been answered, oldest first."""
    names: dict[str, str] = {}
    answered: dict[str, str] = {}
    for message in request.get("messages") or []:
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block.get("type") == "tool_use":
                names[block["id"]] = block["name"]
            elif block.get("type") == "tool_result" and block["tool_use_id"] in names:
                answered[block["tool_use_id"]] = names[block["tool_use_id"]]
    return answered


def _without_results(message: dict[str, Any], old: set[str], emptied: set[str]) -> dict[str, Any]:
    if isinstance(message["content"], str):
        return message
    content = []
    for block in message["content"]:
        if block.get("type") == "tool_result" and block["tool_use_id"] in old:
            block = {**block, "content": CLEARED}
        elif block.get("type") == "tool_use" and block["id"] in emptied:
            block = {**block, "input": {}}
        content.append(block)
    return {**message, "content": content}
