"""Limits at which an answer stops: at a stop sequence, at `max_tokens`, at the end of the context window. Cuts on token boundaries."""

from __future__ import annotations

from typing import Any, NamedTuple

from tercet.server.accounting.tokens import count_answer_block, count_text, first_tokens
from tercet.server.simulated.conversation import Block
from tercet.server.simulated.thinking import shown


class CutAnswer(NamedTuple):
    """Content as cut, and why it stops there."""

    content: list[Block]
    stop_reason: str
    output_tokens: int
    stop_sequence: str | None = None
    thinking_tokens: int = 0


def cut_at_sequence(content: list[Block], sequences: list[str]) -> tuple[list[Block], str | None]:
    """Return the content before the first stop sequence in its text, and that sequence."""
    for place, block in enumerate(content):
        if block.get("type") != "text":
            continue
        text = str(block["text"])
        found = [(text.find(sequence), sequence) for sequence in sequences if sequence and sequence in text]
        if found:
            at, sequence = min(found)
            kept = [{**block, "text": text[:at]}] if at else []
            return [*content[:place], *kept], sequence
    return content, None


def cut_at_tokens(content: list[Block], most: int, model: str, thinking_tokens: int) -> CutAnswer | None:
    """Return the content within `most` tokens; None when all of it fits."""
    used, kept = 0, []
    for block in content:
        thinks = block.get("type") in ("thinking", "redacted_thinking")
        cost = thinking_tokens if thinks else count_answer_block(block, model)
        if used + cost <= most:
            kept.append(block)
            used += cost
            continue
        room = most - used
        part = _part(block, room, model)
        return CutAnswer(
            [*kept, part] if part else kept,
            "max_tokens",
            most,
            thinking_tokens=min(thinking_tokens, room) if thinks else thinking_tokens,
        )
    return None


def _part(block: Block, room: int, model: str) -> Block | None:
    kind = block.get("type")
    if room <= 0:
        return None
    if kind == "text":
        text = first_tokens(str(block["text"]), room, model)
        return {**{key: value for key, value in block.items() if key != "citations"}, "text": text} if text else None
    if kind == "thinking":
        thought = str(block["thinking"])
        return shown(first_tokens(thought, room, model), omitted=not thought)
    if kind == "tool_use":
        return {**block, "input": _part_of_input(block["input"], room - count_text(str(block["name"]), model), model)}
    return None


def _part_of_input(input_: dict[str, Any], room: int, model: str) -> dict[str, Any]:
    """Return the properties that were written when the answer stopped; the last string may be cut."""
    kept: dict[str, Any] = {}
    for key, value in input_.items():
        before = {"type": "tool_use", "name": "", "input": kept}
        if count_answer_block({**before, "input": {**kept, key: value}}, model) <= room:
            kept[key] = value
            continue
        left = room - count_answer_block(before, model) - count_text(key, model) - 2
        if isinstance(value, str) and left > 0:
            kept[key] = first_tokens(value, left, model)
        break
    return kept
