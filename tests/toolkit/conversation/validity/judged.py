"""What the strict local API says of a history, and what check finds in it."""

from __future__ import annotations

import copy
from typing import Any

import tercet
from tercet.catalog.models import find
from tercet.server.errors import HTTPError
from tercet.server.simulated.thinking import verify
from tercet.server.validation.check import checked
from tercet.server.validation.context import ValidationContext

MODEL = "claude-sonnet-4-6"


def kinds(messages: Any, **options: Any) -> list[str]:
    return [problem.kind for problem in tercet.check_messages(messages, **options)]


def refused(messages: Any, *, model: str = MODEL) -> str | None:
    """What the strict local API says of a conversation that the user goes on with; None if it takes it."""
    messages = copy.deepcopy(messages)
    last = messages[-1] if messages else {}
    if isinstance(last, dict) and last.get("role") == "assistant" and not _is_paused(last):
        messages.append({"role": "user", "content": "Go on."})
    request = {"model": model, "max_tokens": 100, "messages": messages}
    betas = frozenset(("mcp-client-2025-11-20", "compact-2026-01-12"))
    subject = ValidationContext(request, model, find(model), betas=betas, strict=True, verify=verify)
    try:
        checked(subject)
    except HTTPError as error:
        return str(error.message)
    return None


def _is_paused(message: dict[str, Any]) -> bool:
    """Whether an answer ends in a call of the API's own tools, which goes on without the user."""
    content = message.get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    answered = {str(block.get("tool_use_id")) for block in blocks}
    return any(
        block.get("type") in ("server_tool_use", "mcp_tool_use") and str(block.get("id")) not in answered
        for block in blocks
    )
