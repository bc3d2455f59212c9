"""The copy of a history that is worked on: messages as lists of blocks, each of which knows where it stood."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tercet.toolkit.conversation.validity.problems import Problems

DEEPEST = 200
"""Levels of nesting that are kept: more than any history has, few enough for every encoder."""
LARGEST = 1 << 63
"""Whole numbers from here on are no JSON for most readers."""
Json = dict[str, Any]
NAMED = {"human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant", "developer": "system"}
"""Roles as other libraries call them."""


@dataclass(slots=True)
class PlacedBlock:
    """A block, and where it stood."""

    block: Json
    place: tuple[int, int | None]

    @property
    def kind(self) -> str:
        """The block's type; empty for what is no block."""
        kind = self.block.get("type") if isinstance(self.block, dict) else None
        return kind if type(kind) is str else ""


@dataclass(slots=True)
class PlacedMessage:
    """A message. `plain` says that its content was a string, and is to be one again if nothing changes."""

    role: str
    pieces: list[PlacedBlock]
    index: int
    plain: bool = False

    def message(self) -> Json:
        """Return it as it is sent."""
        blocks = [piece.block for piece in self.pieces]
        if self.plain and len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
            return {"role": self.role, "content": blocks[0]["text"]}
        return {"role": self.role, "content": blocks}


def items_of(messages: Any) -> Iterator[Any]:
    """Yield the messages of whatever a user has. Raises TypeError for what is no list of messages."""
    if isinstance(messages, str):
        yield ("user", messages)
        return
    if isinstance(messages, Mapping) and ("role" in messages or "content" in messages):
        yield messages
        return
    if isinstance(messages, bytes | Mapping) or not isinstance(messages, Iterable):
        raise TypeError(
            f"messages must be a list of messages (dicts, Message objects, pairs of role and content, strings), not "
            f"{type(messages).__name__}"
        )
    yield from messages


def as_mapping(item: Any) -> Any:
    """Return a message as a mapping: of an answer its role and content alone, of a pair, of the user's words."""
    if isinstance(item, str):
        return {"role": "user", "content": item}
    if isinstance(item, list | tuple) and len(item) == 2 and isinstance(item[0], str):
        return {"role": item[0], "content": item[1]}
    return dumped(item)


def dumped(value: Any) -> Any:
    """Return what an object of a library gives for itself; of an answer's object what may be sent of it."""
    to_param = getattr(value, "to_param", None)
    try:
        if callable(to_param):
            return to_param()
        if not isinstance(value, dict) and callable(dump := getattr(value, "model_dump", None)):
            made: Any = dump(mode="json", exclude_none=True)
            is_answer = isinstance(made, Mapping) and made.get("type") == "message" and "usage" in made
            return {"role": made.get("role"), "content": made.get("content")} if is_answer else made
    except Exception:  # somebody else's class
        return value
    return value


def plain(value: Any, problems: Problems, place: tuple[int, int | None], depth: int = 0) -> Any:
    """Return a copy of JSON values alone. What has no JSON form becomes text, and is told."""
    if value is None or type(value) in (bool,):
        return value
    if isinstance(value, str):
        return _text(str.__str__(value), problems, place)
    if isinstance(value, int) and abs(value) < LARGEST:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if depth < DEEPEST:
        value = dumped(value)
        if isinstance(value, Mapping):
            items = list(value.items())
            return {_key(key, problems, place): plain(item, problems, place, depth + 1) for key, item in items}
        if isinstance(value, list | tuple):
            return [plain(item, problems, place, depth + 1) for item in value]
    what = f"{type(value).__name__} has no form in JSON here"
    problems.tell(place, "not_json", f"a value of the type {what}", "it becomes text")
    return _shown(value)


def _key(key: Any, problems: Problems, place: tuple[int, int | None]) -> str:
    if isinstance(key, str):
        return _text(str.__str__(key), problems, place)
    problems.tell(place, "not_json", f"a key is {type(key).__name__}, and keys are strings", "it becomes one")
    return _shown(key)


def _text(text: str, problems: Problems, place: tuple[int, int | None]) -> str:
    if text.isascii():
        return text
    clean = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if clean != text:
        problems.tell(place, "not_json", "a text holds half of a character", "a sign for what is unknown stands there")
    return clean


def _shown(value: Any) -> str:
    try:
        shown = f"<{type(value).__name__}>" if isinstance(value, Mapping | list | tuple) else repr(value)[:200]
    except Exception:  # somebody else's class
        shown = f"<{type(value).__name__}>"
    return shown.encode("utf-8", "replace").decode()


def text_block(text: str) -> Json:
    """Return a block of text."""
    return {"type": "text", "text": text}


def words_of(content: Any, most: int = 20_000) -> str:
    """Return the text in a content; calls of tools are told in words, of what else is there its type."""
    if isinstance(content, str):
        return content[:most]
    if isinstance(content, Mapping):
        text = content.get("text")
        if isinstance(text, str):
            return text[:most]
        if str(content.get("type")).endswith("tool_use"):
            return call_in_words(content)[:most]
        inner = content.get("content")
        return words_of(inner, most) if inner else f"[{str(content.get('type', 'something'))[:40]}]"
    if isinstance(content, list):
        return "\n".join(words_of(each, most) for each in content)[:most]
    return "" if content is None else str(content)[:most]


def call_in_words(block: Mapping[str, Any]) -> str:
    """Return a call as text, for where it cannot stand as one."""
    given = block.get("input")
    return f"[A call of the tool {str(block.get('name'))[:80]!r} stood here, with the input {shown(given, 2_000)}]"


def shown(value: Any, most: int = 60) -> str:
    """Return a value as short JSON, for those who read."""
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, RecursionError, ValueError):
        text = f"<{type(value).__name__}>"
    return text if len(text) <= most else f"{text[: most - 1]}…"
