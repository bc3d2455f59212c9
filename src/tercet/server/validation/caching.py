"""Cache marks: at most four, one-hour marks before five-minute marks, in the order tools, system, messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal

MOST_MARKS = 4
Marked = tuple[str, dict[str, Any]]


def check_marks(subject: ValidationContext) -> None:
    """Check how many marks there are, and in which order their lifetimes come."""
    marks = [(path, block["cache_control"]) for path, block in _blocks(subject) if block.get("cache_control")]
    automatic = subject.request.get("cache_control")
    count = len(marks) + (1 if automatic else 0)
    if automatic and marks and marks[-1][0] == _last_path(subject):
        count -= 1
        if _ttl(automatic) != _ttl(marks[-1][1]):
            raise refusal("mark_conflict")
    if count > MOST_MARKS:
        raise refusal("many_marks", count=count)
    short = False
    for path, mark in marks:
        if short and _ttl(mark) == "1h":
            raise refusal("mark_order", path=path)
        short = short or _ttl(mark) == "5m"


def _ttl(mark: dict[str, Any]) -> str:
    return str(mark.get("ttl") or "5m")


def _last_path(subject: ValidationContext) -> str:
    messages = subject.request["messages"]
    content = messages[-1]["content"]
    return f"messages.{len(messages) - 1}.content.{len(content) - 1}" if type(content) is list else ""


def _blocks(subject: ValidationContext) -> Iterator[Marked]:
    request = subject.request
    for n, tool in enumerate(request.get("tools") or ()):
        yield f"tools.{n}", tool
    if type(request.get("system")) is list:
        for n, block in enumerate(request["system"]):
            yield f"system.{n}", block
    for i, message in enumerate(request["messages"]):
        if type(message["content"]) is list:
            for j, block in enumerate(message["content"]):
                if len(block) > 2:
                    yield from _block_and_inner(f"messages.{i}.content.{j}", block)


def _block_and_inner(path: str, block: dict[str, Any]) -> Iterator[Marked]:
    if block["type"] in ("tool_result", "search_result") and type(block.get("content")) is list:
        for k, inner in enumerate(block["content"]):
            yield f"{path}.{block['type']}.content.{k}", inner
    yield path, block
