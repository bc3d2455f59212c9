"""Compaction blocks, in both forms: by `context_management` when the input is long, or by the `compaction` parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tercet.server.service.context_editing import edits_of
from tercet.server.simulated.conversation import Block, RequestView
from tercet.server.simulated.server_tools import sealed
from tercet.server.simulated.small_talk import name_of_user
from tercet.server.simulated.thinking import sign

DEFAULT_TRIGGER = 150_000
MOST_TURNS = 20


def summary_of(conversation: RequestView) -> str:
    """Return what is worth keeping: the user's name, and the latest of what was asked and answered."""
    lines = ["<summary>", f"{len(conversation.turns)} turns were compacted."]
    name = name_of_user(conversation)
    if name:
        lines.append(f"My name is {name}.")
    lines += [f"The user said: {' '.join(text.split())[:200]}" for text in conversation.asked[-MOST_TURNS:]]
    lines += [f"The assistant said: {' '.join(text.split())[:200]}" for text in conversation.said[-3:]]
    return "\n".join([*dict.fromkeys(lines), "</summary>"])


def summarise_now(conversation: RequestView) -> Block | None:
    """Return the signed block that the `compaction` parameter asks for; None without it."""
    if (conversation.request.get("compaction") or {}).get("type") != "summarize":
        return None
    text = summary_of(conversation)
    return {
        "type": "compaction",
        "content": text,
        "encrypted_content": None,
        "signature": sign(text),
        "tool_changes": None,
    }


def compact_if_long(conversation: RequestView, input_tokens: int) -> tuple[Block | None, bool]:
    """Return the block that `context_management` asks for once the input is long, and whether to pause after it."""
    edit: Mapping[str, Any] | None = edits_of(conversation.request, "compact")
    if edit is None:
        return None, False
    trigger = (edit.get("trigger") or {}).get("value", DEFAULT_TRIGGER)
    if input_tokens < trigger:
        return None, False
    text = summary_of(conversation)
    block = {"type": "compaction", "content": text, "encrypted_content": sealed(text)}
    return block, bool(edit.get("pause_after_compaction"))
