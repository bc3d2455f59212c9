"""What the user says -> content blocks: texts, blocks, and lists of them, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tercet.toolkit.conversation.entries import Block, LogEntry
from tercet.wire.requests.plain_values import plain_value

ROLES = ("user", "assistant", "system")


def said_blocks(content: Sequence[Any], caller: str = "say") -> list[Block]:
    """Return the blocks of what was said. Raises ValueError for empty words, TypeError for what is neither text nor block."""
    if len(content) == 1 and type(content[0]) is str and content[0].strip():
        return [{"type": "text", "text": content[0]}]
    blocks = [block for item in content for block in _blocks(item, caller)]
    if not blocks:
        raise ValueError(f"{caller}() needs something to say: a text, or blocks such as tercet.image(...)")
    return blocks


def _blocks(item: Any, caller: str) -> list[Block]:
    if isinstance(item, str):
        return [{"type": "text", "text": _words(item, caller)}]
    if isinstance(item, list | tuple):
        return [block for each in item for block in _blocks(each, caller)]
    block = plain_value([item], "blocks", name=f"{caller}()")[0]
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        raise TypeError(
            f"{caller}() takes texts and content blocks, not {type(item).__name__}; a file becomes a block by "
            "tercet.image(path) or tercet.document(path)"
        )
    if block["type"] == "text":
        _words(block.get("text"), caller)
    return [block]


def _words(text: Any, caller: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{caller}() was given a text block whose text is {type(text).__name__}")
    if not text.strip():
        raise ValueError(f"{caller}() was given empty words, which the API refuses; nothing was sent")
    return str(text)


def example_messages(examples: Iterable[Any]) -> list[dict[str, Any]]:
    """Return pairs of a question and its answer as messages; messages among them stay as they are."""
    made: list[dict[str, Any]] = []
    for number, example in enumerate(examples):
        if isinstance(example, Mapping):
            made.append({"role": example.get("role"), "content": foreign_blocks(example, f"examples[{number}]")})
            continue
        if isinstance(example, str) or not isinstance(example, Sequence) or len(example) != 2:
            raise TypeError(f"examples[{number}] must be a pair (question, answer), not {example!r:.80}")
        for role, words in zip(("user", "assistant"), example, strict=True):
            made.append({"role": role, "content": said_blocks([words], f"examples[{number}]")})
    return made


def foreign_entries(messages: Iterable[Any], parent: int | None, last_id: int, at: int) -> list[LogEntry]:
    """Return messages of a history that was made elsewhere as entries. Raises ValueError for what is no message."""
    made: list[LogEntry] = []
    for index, message in enumerate(messages):
        plain = message if type(message) is dict else plain_value(message, "message", name=f"messages[{index}]")
        role = plain.get("role") if isinstance(plain, dict) else None
        if role not in ROLES:
            raise ValueError(
                f"messages[{index}] has the role {role!r}; a message is a user's, an assistant's or a system's"
            )
        blocks = foreign_blocks(plain, f"messages[{index}]")
        last_id += 1
        starts = role == "user" and any(block.get("type") != "tool_result" for block in blocks)
        made.append(LogEntry(id=last_id, parent=parent, role=role, content=blocks, starts_turn=starts, at=at))
        parent = last_id
    return made


def foreign_blocks(message: Mapping[str, Any], name: str) -> list[Block]:
    """Return a message's content as a list of blocks."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks = plain_value(content, "blocks", name=f"{name}.content")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) and "type" in block for block in blocks):
        raise TypeError(f"{name}.content must be a text or a list of content blocks, not {type(content).__name__}")
    return blocks
