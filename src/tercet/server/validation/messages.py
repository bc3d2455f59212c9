"""Roles and content of messages: each block by its shape, and what holds among messages. One pass, linear."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tercet.server.validation.blocks import ALL_BLOCKS, BLOCKS
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import SHOWN, checked_object, refusal, tag_of

MOST_MESSAGES = 100_000
ROLES = ("user", "assistant", "system")
_SYSTEM_FIELDS = ("clear_at", "output_config")
Block = dict[str, Any]


def is_text(messages: list[Any]) -> bool:
    """Return whether all messages are objects with plain strings, which most checks need not look at."""
    return {type(message.get("content")) if type(message) is dict else None for message in messages} <= {str}


def check_messages(subject: ValidationContext) -> None:
    """Check every message by itself."""
    messages = subject.request["messages"]
    if not messages:
        raise refusal("no_messages")
    if len(messages) > MOST_MESSAGES:
        raise refusal("too_many", path="messages", most=MOST_MESSAGES, count=len(messages))
    last = len(messages) - 1
    for i, message in enumerate(messages):
        if type(message) is not dict:
            raise refusal("type_object", path=f"messages.{i}")
        role, content = message.get("role"), message.get("content")
        if len(message) != 2 or role not in ROLES or content is None:
            _check_message(subject, i, message)
        if type(content) is str:
            if not content or content.isspace():
                _check_blank(i, content, is_last=i == last and role == "assistant")
        else:
            _check_blocks(subject, i, content, is_last=i == last and role == "assistant")
    _check_roles(subject, messages)


def _check_message(subject: ValidationContext, i: int, message: dict[str, Any]) -> None:
    for name in ("role", "content"):
        if name not in message:
            raise refusal("required", path=f"messages.{i}.{name}")
    if message["role"] not in ROLES:
        raise refusal("role", i=i)
    if message["content"] is None:
        raise refusal("type", path=f"messages.{i}.content", kind="list")
    for name in message:
        if name not in ("role", "content") and not (message["role"] == "system" and name in _SYSTEM_FIELDS):
            raise refusal("extra", path=f"messages.{i}.{name[:SHOWN]}")


def _check_blank(i: int, content: str, *, is_last: bool) -> None:
    if content:
        raise refusal("blank_text", path="messages")
    if not is_last:
        raise refusal("empty_message", i=i)


def _check_blocks(subject: ValidationContext, i: int, content: Any, *, is_last: bool) -> None:
    if type(content) is not list:
        raise refusal("type", path=f"messages.{i}.content", kind="list")
    if not content and not is_last:
        raise refusal("empty_message", i=i)
    known = BLOCKS if subject.strict and not subject.betas else ALL_BLOCKS
    for j, block in enumerate(content):
        if type(block) is dict and len(block) == 2 and block.get("type") == "text" and type(block.get("text")) is str:
            if not block["text"] or block["text"].isspace():
                check_text(block, "messages", f"messages.{i}.content.{j}")
            continue
        path = f"messages.{i}.content.{j}"
        tag = tag_of(block, path, known)
        checked_object(block, f"{path}.{tag}", ALL_BLOCKS[tag])
        if tag == "text":
            check_text(block, "messages", path)
        elif tag == "tool_result" and subject.strict and type(block.get("content")) is list:
            for n, inner in enumerate(block["content"]):
                if inner["type"] == "text":
                    check_text(inner, "messages", f"{path}.tool_result.content.{n}")


def check_text(block: Block, where: str, path: str) -> None:
    """Refuse empty and blank text. `where` names the part of the request, as the API does."""
    text = block["text"]
    if text and not text.isspace():
        return
    if not text and block.get("cache_control") is not None:
        raise refusal("mark_on_empty", path=f"{path}.text" if where == "messages" else path)
    raise refusal("blank_text" if text else "empty_text", path=where)


def check_system(subject: ValidationContext) -> None:
    """Check the system prompt's blocks. An empty string is the same as none."""
    system = subject.request.get("system")
    if type(system) is list:
        for n, block in enumerate(system):
            check_text(block, "system", f"system.{n}")
    elif type(system) is str and system and system.isspace():
        raise refusal("blank_text", path="system")


# --- roles -------------------------------------------------------------------------------------------------------------


def _check_roles(subject: ValidationContext, messages: list[dict[str, Any]]) -> None:
    if subject.strict_roles:
        _check_alternation(subject, messages)
    for i, message in enumerate(messages):
        if message["role"] == "system":
            _check_system_message(subject, i, message)
    last = messages[-1]
    if last["role"] == "assistant" and subject.request.get("compaction") is None:
        _check_prefill(subject, last["content"])


def _check_alternation(subject: ValidationContext, messages: list[dict[str, Any]]) -> None:
    if messages[0]["role"] != "user":
        subject.refuse("first_role")
    for before, after in pairwise(messages):
        if before["role"] == after["role"]:
            subject.refuse("alternate", role=after["role"])


def _check_system_message(subject: ValidationContext, i: int, message: dict[str, Any]) -> None:
    if subject.facts is not None and subject.facts.features.mid_conversation_system is False:
        subject.refuse("system_role")
    if type(message["content"]) is list:
        for j, block in enumerate(message["content"]):
            tag_of(block, f"messages.{i}.content.{j}", ("text", "tool_addition", "tool_removal"))


def _check_prefill(subject: ValidationContext, content: Any) -> None:
    """Refuse a last assistant message that the model would not continue.

    A paused turn (a server tool's call or result in it) is no prefill.
    """
    if type(content) is list:
        if any(block["type"] in ("server_tool_use", "mcp_tool_use", "compaction") for block in content):
            return
        ending = content[-1].get("text", "") if content and content[-1]["type"] == "text" else ""
    else:
        ending = content
    if ending and ending[-1].isspace():
        raise refusal("trailing_space")
    facts = subject.facts
    if facts is not None and facts.features.prefill is False:
        subject.refuse("prefill")
    elif subject.part("thinking").get("type") in ("enabled", "adaptive"):
        subject.refuse("prefill_thinking")


# --- what the version of 2026-10-21 refuses, and citations ----------------------------------------------------------------


def check_version(subject: ValidationContext) -> None:
    """Documents of the assistant and citations of the user, which the newest version refuses."""
    if subject.version < "2026-10-21":
        return
    for i, message in enumerate(subject.request["messages"]):
        if type(message["content"]) is not list:
            continue
        for j, block in enumerate(message["content"]):
            if message["role"] == "assistant" and block["type"] == "document":
                raise refusal("document_in_assistant", i=i, j=j)
            if message["role"] == "user":
                _check_uncited(block, f"messages.{i}.content.{j}")


def _check_uncited(block: Block, path: str) -> None:
    if block["type"] == "text" and block.get("citations"):
        raise refusal("citations_in_user", path=f"{path}.text")
    if block["type"] == "search_result":
        for n, part in enumerate(block["content"]):
            if part.get("citations"):
                raise refusal("citations_in_user", path=f"{path}.search_result.content.{n}.text")


def check_citations(subject: ValidationContext) -> None:
    """Citations are enabled on all documents or none, and exclude a JSON format."""
    enabled = [
        bool((block.get("citations") or {}).get("enabled"))
        for message in subject.request["messages"]
        if type(message["content"]) is list and message["role"] == "user"
        for block in message["content"]
        if block["type"] == "document"
    ]
    if any(enabled) and not all(enabled):
        raise refusal("mixed_citations")
    shaped = subject.part("output_config").get("format") or subject.request.get("output_format")
    if any(enabled) and shaped is not None:
        raise refusal("cited_format")
