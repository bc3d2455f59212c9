"""Histories in the forms of other APIs and libraries, read as ours: OpenAI's, Gemini's, LangChain's. Told, and converted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tercet.toolkit.conversation.validity.history import NAMED, Json, text_block, words_of
from tercet.toolkit.conversation.validity.problems import Problems

_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,(.*)\Z", re.S)
NOT_OURS = ("tool_calls", "function_call", "tool_call_id", "refusal", "audio", "parts", "additional_kwargs",
            "response_metadata", "usage_metadata", "invalid_tool_calls", "example", "call_id", "arguments", "output",
            "artifact", "reasoning_content")  # fmt: skip
"""Fields of messages elsewhere."""
ROLES = ("user", "assistant", "system")


class ForeignForms:
    """Reads messages one after another; a result that names no call by id belongs to the last call of its name."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._called: dict[str, str] = {}

    def ours(self, item: Mapping[str, Any], index: int) -> tuple[Json, bool]:
        """Return a message of ours, with fields that are to be judged later, and whether it is one result of a tool."""
        role = item.get("role", item.get("type"))
        role = NAMED.get(role, role) if isinstance(role, str) else role
        whose = self._whose(item, role)
        if whose is None:
            return dict(item), False
        self._problems.tell((index, None), "foreign", f"the message is in {whose} form", "it is read as what it says")
        if role in ("tool", "function", "function_call_output"):
            return {"role": "user", "content": [self._result(item)]}, True
        content = [*self._content(item.get("content", item.get("parts"))), *self._calls(item, index)]
        return {"role": "assistant" if role == "function_call" else role, "content": content}, False

    def _whose(self, item: Mapping[str, Any], role: Any) -> str | None:
        """Return the library whose form this is; None for ours."""
        if "parts" in item:
            return "Gemini's"
        if role in ("tool", "function", "function_call_output", "function_call") or any(
            item.get(name) for name in ("tool_calls", "function_call", "tool_call_id", "refusal")
        ):
            return "LangChain's" if item.get("type") in ("human", "ai", "tool", "system") else "OpenAI's"
        if item.get("role") in NAMED or ("role" not in item and item.get("type") in (*NAMED, "system")):
            return "LangChain's" if item.get("type") in (*NAMED, "system") else "another API's"
        if any(name in item for name in NOT_OURS):
            return "another API's"
        content = item.get("content")
        if isinstance(content, list) and any(
            isinstance(part, Mapping) and str(part.get("type")) in _PARTS for part in content
        ):
            return "OpenAI's"
        return None

    def _content(self, content: Any) -> list[Any]:
        if isinstance(content, str):
            return [text_block(content)] if content.strip() else []
        parts = content if isinstance(content, list) else [] if content is None else [content]
        return [_part(part) for part in parts]

    def _calls(self, item: Mapping[str, Any], index: int) -> list[Json]:
        given = item.get("tool_calls") or []
        single = item.get("function_call")
        if item.get("type") == "function_call":
            given = [item]
        elif isinstance(single, Mapping):
            given = [single]
        return [self._call(call, index, n) for n, call in enumerate(given) if isinstance(call, Mapping)]

    def _call(self, call: Mapping[str, Any], index: int, number: int) -> Json:
        function = call.get("function")
        inner = function if isinstance(function, Mapping) else call
        name = str(inner.get("name") or "unknown")
        made = str(call.get("call_id") or call.get("id") or f"call_{index}_{number}")
        self._called[name] = made
        given = inner.get("arguments", inner.get("args", inner.get("input")))
        return {"type": "tool_use", "id": made, "name": name, "input": given if given is not None else {}}

    def _result(self, item: Mapping[str, Any]) -> Json:
        named = item.get("tool_call_id") or item.get("call_id") or self._called.get(str(item.get("name"))) or "unknown"
        content = item.get("output", item.get("content"))
        block: Json = {"type": "tool_result", "tool_use_id": str(named)}
        if isinstance(content, str):
            block["content"] = content
        elif content is not None:
            block["content"] = self._content(content)
        return {**block, "is_error": True} if item.get("status") == "error" else block


def _text(part: Mapping[str, Any]) -> Json:
    return text_block(str(part.get("text") or part.get("refusal") or ""))


def _image(part: Mapping[str, Any]) -> Json:
    given = part.get("image_url")
    url = given.get("url") if isinstance(given, Mapping) else given
    found = _DATA_URL.match(url) if isinstance(url, str) else None
    if found is not None:
        return {"type": "image", "source": {"type": "base64", "media_type": found[1], "data": found[2]}}
    if isinstance(url, str) and url:
        return {"type": "image", "source": {"type": "url", "url": url}}
    return text_block("[There was an image here that cannot be sent.]")


_PARTS: dict[str, Callable[[Mapping[str, Any]], Json]] = {
    "input_text": _text,
    "output_text": _text,
    "refusal": _text,
    "image_url": _image,
    "input_image": _image,
}
"""Parts of OpenAI's messages that are none of ours."""


def _part(part: Any) -> Any:
    """Return a part of a foreign message as a block; one of ours as it is."""
    if not isinstance(part, Mapping):
        return part
    kind = part.get("type")
    if isinstance(kind, str) and kind in _PARTS:
        return _PARTS[kind](part)
    if kind is None:
        return text_block(
            str(part.get("text") or f"[There was a part here that cannot be sent: {words_of(part)[:200]}]")
        )
    return dict(part)
