"""Thinking is bound to what stood before it: which thinking blocks of a path can still be read, and which cannot. Pure.

The newest models refuse a thinking block, or forget it, where system, tools or any earlier message is not as it was when it
was thought; other models' thinking they may not read at all. An answer that thinks is kept with a digest of all that was
sent before it (`LogEntry.prefix`), so that a request knows before it is sent.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.catalog.models import find
from tercet.toolkit.conversation.entries import Block, LogEntry
from tercet.toolkit.conversation.errors import ThinkingInvalidatedWarning
from tercet.wire.requests.json_body import encode_json

THOUGHTS = frozenset(("thinking", "redacted_thinking"))
SINCE = {"fable": "5.1", "mythos": "5.1"}
"""Line of models -> the first generation that binds thinking to its conversation."""
SINCE_ELSEWHERE = "5.5"
LOST: Block = {"type": "text", "text": "[thinking that can no longer be read]"}
Message: TypeAlias = dict[str, Any]


class InvalidatedThinking(msgspec.Struct, frozen=True):
    """Thinking blocks of one answer that the model of the next request will not read."""

    entry: int
    """Id of the answer."""
    blocks: int
    """How many."""
    reason: Literal["prefix", "model"]
    """`prefix`: what stood before them is not as it was. `model`: another model thought them."""


def binds(model: str) -> bool:
    """Return whether a model refuses thinking whose conversation was changed; one that is not known is taken to."""
    facts = find(model)
    if facts is None or facts.generation is None:
        return True
    return facts.generation >= SINCE.get(facts.line or "", SINCE_ELSEWHERE)


def asks_to_drop(arguments: Mapping[str, Any]) -> bool:
    """Return whether the API is asked to leave out by itself what does not fit."""
    thinking = arguments.get("thinking")
    binding = thinking.get("block_binding") if isinstance(thinking, Mapping) else None
    return isinstance(binding, Mapping) and binding.get("prefix_mismatch_behavior") == "drop_block"


def thoughts_in(content: Sequence[Block]) -> int:
    """Return how many thinking blocks there are."""
    return sum(block.get("type") in THOUGHTS for block in content)


def head_of(arguments: Mapping[str, Any], before: Sequence[Message]) -> bytes:
    """Return the digest of what stands before the path: system, tools, and messages that are not of the log."""
    held = {"system": arguments.get("system"), "tools": arguments.get("tools"), "messages": list(before)}
    return _digest(b"", held)


class PathDigests:
    """Digests of what was sent before each entry of a path, for one head. Kept and prolonged as the path grows."""

    def __init__(self) -> None:
        self._head: tuple[bytes, bool] | None = None
        self._messages: list[Message] = []
        self._sums: list[bytes] = []
        self.unbound: list[int] = []
        """The entries of the path whose thinking does not fit what is before them now, by index."""

    def follow(self, head: bytes, path: Sequence[LogEntry], messages: Sequence[Message], *, drops: bool) -> bytes:
        """Go along a path, whose entries are sent as `messages`, and return the digest of all of it.

        `drops` says that thinking that does not fit is left out; it is then no part of what later thinking is bound to.
        """
        if self._head != (head, drops):
            self._head, self._messages, self._sums, self.unbound = (head, drops), [], [head], []
        known = min(len(self._messages), len(path))
        while known and self._messages[known - 1] is not messages[known - 1]:
            known -= 1
        del self._messages[known:], self._sums[known + 1 :]
        self.unbound = [index for index in self.unbound if index < known]
        for index in range(known, len(path)):
            self._add(path[index], messages[index], index, drops)
        return self._sums[-1]

    def _add(self, entry: LogEntry, message: Message, index: int, drops: bool) -> None:
        sent = message
        if entry.prefix is not None and entry.prefix != self._sums[-1] and thoughts_in(message["content"]):
            self.unbound.append(index)
            sent = without_thoughts(message) if drops else message
        self._messages.append(message)
        self._sums.append(_digest(self._sums[-1], sent))


def without_thoughts(message: Message) -> Message:
    """Return a message without thinking; with a word about it where nothing else is left."""
    kept = [block for block in message["content"] if block.get("type") not in THOUGHTS]
    return {**message, "content": kept or [LOST]}


def invalidated(path: Sequence[LogEntry], unbound: Sequence[int], model: str) -> list[InvalidatedThinking]:
    """Return the thinking in a path that this model will not read: what is not bound any more, and that of other models."""
    known = find(model)
    binding = binds(model)
    found: list[InvalidatedThinking] = []
    lost = set(unbound) if binding else set[int]()
    for index, entry in enumerate(path):
        count = thoughts_in(entry.content) if entry.role == "assistant" else 0
        if not count:
            continue
        other = find(str((entry.answer or {}).get("model") or model))
        if index in lost:
            found.append(InvalidatedThinking(entry.id, count, "prefix"))
        elif known is not None and other is not None and other.id != known.id:
            found.append(InvalidatedThinking(entry.id, count, "model"))
    return found


def warn_of(found: Sequence[InvalidatedThinking], told: set[int]) -> None:
    """Warn of what was not told before, in one warning; note it as told."""
    new = [each for each in found if each.entry not in told]
    if not new:
        return
    told.update(each.entry for each in new)
    count = sum(each.blocks for each in new)
    changed = any(each.reason == "prefix" for each in new)
    why = "what stood before them is not what it was" if changed else "another model thought them"
    many = f"{count} thinking block{'s' if count > 1 else ''}"
    warnings.warn(
        f"{many} of this conversation will not be read by the model: {why}. The words of the answers are sent all the same",
        ThinkingInvalidatedWarning,
        stacklevel=2,
    )


def _digest(before: bytes, value: Any) -> bytes:
    return blake2b(before + encode_json(unmarked(value)), digest_size=16).digest()


def unmarked(value: Any) -> Any:
    """Return blocks without the marks of the cache, which bind nothing."""
    if isinstance(value, Mapping):
        return {name: unmarked(item) for name, item in value.items() if name != "cache_control"}
    return [unmarked(item) for item in value] if isinstance(value, list | tuple) else value
