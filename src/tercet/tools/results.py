"""Results of tools: what the model reads after it has called one, or why there is nothing to read."""

from __future__ import annotations

import os
import re
from collections import UserString
from collections.abc import Iterator, Mapping
from typing import Any

from tercet.tools.functions import ToolError
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
LARGEST_DATA = 20_000_000
"""Characters of base64 in a result: a request of more than 32 MB is refused, and this result would be in every later one."""
MOST_ITEMS = 1_000_000
"""Items that are drawn from an iterator, which may have no end."""
SECRETS = re.compile(r"(sk-ant-|Bearer +)[\w.~+/=-]{6,}", re.IGNORECASE)
CUT_OFF = "Error: the input of this call was cut off before it was complete, so the tool was not run"
CANCELLED = "Error: the tool was stopped after {seconds:g} s without a result; how much of its work it did is not known"
LEFT_BEHIND = "Error: the tool had no result after {seconds:g} s and may still be running; its result is not known"


def success_result(call: Mapping[str, Any], value: Any) -> Result:
    """Return the result of a call that returned `value`. Raises TypeError or ValueError for what the model cannot be told."""
    content = _content_that_fits(value)
    return _result(call) if content is None else {**_result(call), "content": content}


def failure_result(call: Mapping[str, Any], problem: BaseException) -> Result:
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
        raise _too_long(f"{length:,}")
    if not isinstance(content, str) and (size := _data_length(content)) > LARGEST_DATA:
        raise ValueError(
            f"the result has {size:,} characters of base64 and no request takes more than {LARGEST_DATA:,}; "
            "return smaller images or documents"
        )
    return content


def _too_long(length: str) -> ValueError:
    return ValueError(
        f"the result has {length} characters and no model reads more than {LONGEST_TEXT:,}; ask for a part of it"
    )


def not_found_result(call: Mapping[str, Any]) -> Result:
    """Return the result of a call of a tool that is not there."""
    family, name = call.get("toolset_name"), str(call.get("name"))[:200]
    what = f"Tool '{name}'" if family is None else f"Toolset '{str(family)[:200]}' member '{name}'"
    return refusal_result(call, f"Error: {what} not found")


def cut_off_result(call: Mapping[str, Any]) -> Result:
    """Return the result of a call whose input did not come whole."""
    return refusal_result(call, CUT_OFF)


def out_of_time_result(call: Mapping[str, Any], seconds: float, left_behind: bool) -> Result:
    """Return the result of a call that was given up after so many seconds."""
    return refusal_result(call, (LEFT_BEHIND if left_behind else CANCELLED).format(seconds=round(seconds, 2)))


def refusal_result(call: Mapping[str, Any], text: str) -> Result:
    """Return the result of a call that has none: this text, as an error."""
    return {**_result(call), "content": text, "is_error": True}


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
    elif isinstance(value, Iterator) and not hasattr(value, "readline"):
        value = _drawn(value)
    elif isinstance(value, tuple):
        value = list(value)
    if isinstance(value, list) and value and all(map(_is_block, value)):
        return plain_value(value, "blocks", name="result", paths_as_text=True)
    return encode_json(value, "", name="result", paths_as_text=True).decode()


def _drawn(items: Iterator[Any]) -> list[Any]:
    """Return what an iterator gives. ValueError once that is more than a result may hold: some have no end."""
    drawn: list[Any] = []
    length = 0
    for item in items:
        drawn.append(item)
        length += len(item) if isinstance(item, str | bytes) else text_length([item]) if _is_block(item) else 1
        if length > LONGEST_TEXT:
            raise _too_long(f"more than {LONGEST_TEXT:,}")
        if len(drawn) > MOST_ITEMS:
            raise ValueError(f"the result is an iterator of more than {MOST_ITEMS:,} items; return a part of it")
    return drawn


def _data_length(content: Any) -> int:
    """Return the characters of base64 that a result's images and documents hold."""
    sources = (block.get("source") for block in content or ())
    datas = (source.get("data") for source in sources if isinstance(source, Mapping))
    return sum(len(data) for data in datas if isinstance(data, str))


def text_length(content: Any) -> int:
    """Return the characters of a result's text."""
    if isinstance(content, str):
        return len(content)
    texts = (block.get("text") for block in content or ())
    return sum(len(text) for text in texts if isinstance(text, str))


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("type") in BLOCKS


def error_text(problem: BaseException) -> str:
    """Return an exception's class and message, without credentials, in at most 1,000 characters."""
    kind = type(problem).__name__
    try:
        said = str(problem)
    except Exception:  # a tool's own exception class may be broken
        return kind
    text = SECRETS.sub(r"\1[hidden]", f"{kind}: {said}" if said else kind)
    return text if len(text) <= LONGEST_ERROR else text[: LONGEST_ERROR - 1] + "…"
