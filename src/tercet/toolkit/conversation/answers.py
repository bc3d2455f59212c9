"""An answer of the model -> an entry of the log: its blocks as they may be sent again, what it cost, and what is left of one
that was cut off. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tercet.catalog.cost import Cost, cost_of
from tercet.catalog.loading import as_of
from tercet.toolkit.conversation.entries import Block, EntryState, LogEntry
from tercet.wire.responses.message import Message

CUT_SHORT = frozenset({"max_tokens", "model_context_window_exceeded"})
"""Stop reasons after which an answer is not all that the model wanted to say."""
CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
CHARACTERS_A_TOKEN = 6
"""A text of so many characters is one token at least."""
Money = tuple[int, int, int]


def answer_entry(
    message: Message,
    id_: int,
    parent: int | None,
    at: int,
    *,
    state: EntryState = EntryState.DONE,
    prefix: bytes | None = None,
) -> LogEntry:
    """Return a whole answer as an entry."""
    return LogEntry(
        id=id_,
        parent=parent,
        role="assistant",
        content=sent_again(message),
        state=state,
        at=at,
        answer=facts_of(message),
        cost=cost_of_message(message, at),
        prefix=prefix,
    )  # fmt: skip


def part_entry(
    message: Message,
    id_: int,
    parent: int | None,
    at: int,
    error: Mapping[str, Any],
    most: int | None,
    prefix: bytes | None = None,
) -> LogEntry | None:
    """Return what is left of an answer that was cut off, as an entry; None if nothing of it can be sent again."""
    content = finished_blocks(sent_again(message))
    if not any(block["type"] not in ("thinking", "redacted_thinking") for block in content):
        return None
    return LogEntry(
        id=id_,
        parent=parent,
        role="assistant",
        content=content,
        state=EntryState.STOPPED,
        at=at,
        answer=facts_of(message),
        cost=cost_of_part(message, at, most),
        error=error,
        prefix=prefix,
    )  # fmt: skip


def facts_of(message: Message) -> dict[str, Any]:
    """Return what the API said of an answer beside its content."""
    return {name: value for name, value in message.items() if name not in ("content", "role", "type")}


def sent_again(message: Message) -> list[Block]:
    """Return an answer's blocks as a request may hold them: no thinking without a signature, no empty text, and of a call
    whose input did not come whole an empty one, for it is answered as cut off."""
    content: Any = message.to_param()["content"]
    if any(block["type"] in CALLS for block in content):
        whole = [getattr(block, "input_complete", True) for block in message.content]
        content = [
            block if complete and isinstance(block.get("input", {}), dict) else {**block, "input": {}}
            for block, complete in zip(content, whole, strict=True)
        ]
    return [block for block in content if is_sendable(block)]


def is_sendable(block: Block) -> bool:
    """Return whether the API takes a block of its own back."""
    if block["type"] == "text":
        return bool(str(block.get("text") or "").strip())
    return block["type"] != "thinking" or bool(block.get("signature"))


def finished_blocks(content: list[Block]) -> list[Block]:
    """Return the blocks of a broken answer that stand on their own: no calls, for nobody can tell whether they came whole, and
    of server tools only those whose result came, too."""
    answered = {block.get("tool_use_id") for block in content}
    return [block for block in content if block["type"] not in CALLS or block.get("id") in answered]


# --- money ------------------------------------------------------------------------------------------------------------


def cost_of_message(message: Message, at: int) -> Money | None:
    """Return what a whole answer cost, in nano-dollars: the known sum and its bounds; None where a price is not known."""
    return _money(_priced(message, message.get("usage"), at))


def cost_of_part(message: Message, at: int, most: int | None) -> Money | None:
    """Return the likely cost of an answer that broke off, and its bounds: its input is what its beginning reported, its output at
    least what came, and `most` what the whole request may cost."""
    usage = message.get("usage")
    if not isinstance(usage, Mapping):
        return None
    came = sum(len(str(block.get("text") or block.get("thinking") or "")) for block in message["content"] or ())
    reported = usage.get("output_tokens")
    least = max(reported if type(reported) is int else 0, came // CHARACTERS_A_TOKEN)
    low = _money(_priced(message, {**usage, "output_tokens": least}, at))
    return None if low is None or most is None else (low[0], low[0], max(low[0], most))


def _priced(message: Message, usage: Any, at: int) -> Cost | None:
    model = message.get("model")
    if not isinstance(model, str) or not isinstance(usage, Mapping):
        return None
    _, batch, us, fast = message._billing or (0, False, False, False)
    day = max(datetime.fromtimestamp(at / 1000, UTC).date(), as_of())  # a clock that is behind the catalog is wrong
    return cost_of(model, usage, day, batch=batch, us=us, fast=fast)


def _money(cost: Cost | None) -> Money | None:
    if cost is None or cost.known is None or cost.high is None:
        return None
    return cost.known, cost.low, cost.high
