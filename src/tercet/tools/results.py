"""Calls of tools and their results: what the model reads after it has called one, or why there is nothing to read."""

from __future__ import annotations

import inspect
import os
import re
from collections import UserString
from collections.abc import Iterator, Mapping
from typing import Any

from tercet.flow.daemon_threads import run_in_daemon_thread
from tercet.flow.effects import CallTool
from tercet.tools.functions import ToolError
from tercet.wire.headers import without_credentials
from tercet.wire.requests.json_body import encode_json
from tercet.wire.requests.plain_values import plain_value

Result = dict[str, Any]

BLOCKS = frozenset({"text", "image", "document", "search_result", "tool_reference", "browser_state"})
"""The kinds of content blocks that a result may hold."""
LONGEST_ERROR = 1000
"""Characters of an exception that the model reads: enough to do better, too few for a page of somebody's data."""
LONGEST_TEXT = 8_000_000
"""Characters of a result: twice of what fits into the largest context (a million tokens). More would be refused by the API
after it was sent, again and again, as it stays in the history."""
SECRETS = re.compile(r"(sk-ant-|Bearer +)[\w.~+/=-]{6,}", re.IGNORECASE)
CUT_OFF = "Error: the input of this call was cut off before it was complete, so the tool was not run"


def call_plain_tool(effect: CallTool) -> Result:
    """Call a plain tool. Whatever it raises is for the model to read."""
    try:
        return success_result(effect.call, effect.tool.call(effect.call.input))
    except Exception as problem:
        return _failed(effect, problem)


async def call_any_tool(effect: CallTool) -> Result:
    """Call an async tool, or a plain one in another thread. Whatever it raises is for the model to read."""
    tool, call = effect.tool, effect.call
    if not inspect.iscoroutinefunction(tool.call):
        return await run_in_daemon_thread(lambda: call_plain_tool(effect))
    try:
        return success_result(call, await tool.call(call.input))
    except Exception as problem:
        return _failed(effect, problem)


def _failed(effect: CallTool, problem: Exception) -> Result:
    """Tell the model of an exception, and in the log whoever runs the program."""
    log_tool_failure(getattr(effect.tool, "name", "?"), problem)
    return failure_result(effect.call, problem)


def log_tool_failure(tool: str, problem: BaseException) -> None:
    """Write down what a tool raised, its traceback as text: the exception itself may carry credentials, and what keeps
    records keeps its frames."""
    import logging
    import traceback

    logger = logging.getLogger("tercet")
    if not logger.isEnabledFor(logging.WARNING):
        return
    where, line, function, _ = logger.findCaller()
    record = logger.makeRecord("tercet", logging.WARNING, where, line, "tool %s failed", (tool,), None, function)
    record.exc_text = without_credentials("".join(traceback.format_exception(problem)).rstrip("\n"))
    logger.handle(record)


def success_result(call: Mapping[str, Any], value: Any) -> Result:
    """Return the result of a call that returned `value`. Raises TypeError or ValueError for what the model cannot be told."""
    content = _content_that_fits(value)
    return _result(call) if content is None else {**_result(call), "content": content}


def failure_result(call: Mapping[str, Any], problem: Exception) -> Result:
    """Return the result of a call that raised: class and message, or what a ToolError has to say."""
    content: Any = None
    if isinstance(problem, ToolError):
        try:
            content = _content_that_fits(problem.content)
        except (TypeError, ValueError, OSError) as why:
            problem = why
    return {**_result(call), "content": error_text(problem) if content is None else content, "is_error": True}


def _content_that_fits(value: Any) -> Any:
    content = result_content(value)
    if (length := text_length(content)) > LONGEST_TEXT:
        raise ValueError(
            f"the result has {length:,} characters and no model reads more than {LONGEST_TEXT:,}; ask for a part of it"
        )
    return content


def not_found_result(call: Mapping[str, Any]) -> Result:
    """Return the result of a call of a tool that is not there."""
    family, name = call.get("toolset_name"), str(call.get("name"))[:200]
    what = f"Tool '{name}'" if family is None else f"Toolset '{str(family)[:200]}' member '{name}'"
    return {**_result(call), "content": f"Error: {what} not found", "is_error": True}


def cut_off_result(call: Mapping[str, Any]) -> Result:
    """Return the result of a call whose input did not come whole."""
    return {**_result(call), "content": CUT_OFF, "is_error": True}


def _result(call: Mapping[str, Any]) -> Result:
    made = {"type": "tool_result", "tool_use_id": call.get("id")}
    return made if call.get("toolset_name") is None else {**made, "toolset_name": call["toolset_name"]}


def result_content(value: Any) -> Any:
    """Return what a tool returned, as a result's content: text and content blocks as they are, other data as JSON text. A path is
    its text; no file is read but for the base64 data of an image or document, and that at once."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, str | UserString | os.PathLike):
        return plain_value(value, "", name="result", paths_as_text=True)
    if _is_block(value):
        value = [value]
    elif isinstance(value, list | tuple | Iterator) and not hasattr(value, "readline"):
        value = list(value)
    if isinstance(value, list) and value and all(map(_is_block, value)):
        return plain_value(value, "blocks", name="result", paths_as_text=True)
    return encode_json(value, "", name="result", paths_as_text=True).decode()


def text_length(content: Any) -> int:
    """Return the characters of a result's text."""
    if isinstance(content, str):
        return len(content)
    texts = (block.get("text") for block in content or ())
    return sum(len(text) for text in texts if isinstance(text, str))


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("type") in BLOCKS


def error_text(problem: Exception) -> str:
    """Return an exception's class and message, without credentials, in at most 1,000 characters."""
    kind = type(problem).__name__
    try:
        said = str(problem)
    except Exception:  # a tool's own exception class may be broken
        return kind
    text = SECRETS.sub(r"\1[hidden]", f"{kind}: {said}" if said else kind)
    return text if len(text) <= LONGEST_ERROR else text[: LONGEST_ERROR - 1] + "…"
