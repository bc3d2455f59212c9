"""Which conversation a thinking block was given out in: newest models refuse it in another one. Bounded, in memory."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import Any

import msgspec

MOST_SIGNATURES = 10_000
THOUGHTS = ("thinking", "redacted_thinking")
Messages = list[dict[str, Any]]


class ThinkingBindings:
    """Signatures of thinking blocks, and digests of what stood before them: system, tools and messages."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, set[bytes]] = OrderedDict()
        self._given: OrderedDict[bytes, None] = OrderedDict()
        """Digests of the blocks that were given out, whoever signed them: a script's signatures are as good as ours."""
        self._lock = Lock()

    def keep(self, request: dict[str, Any], content: Messages) -> None:
        """Remember what the thinking blocks of the answer to `request` belong to."""
        blocks = [block for block in content if block.get("type") in THOUGHTS]
        if not blocks:
            return
        digest = digests(request["messages"], head=head(request))[-1]
        with self._lock:
            for block in blocks:
                self._given[_digest(block)] = None
                if "signature" in block:
                    self._kept.setdefault(block["signature"], set()).add(digest)
            for kept in (self._kept, self._given):
                while len(kept) > MOST_SIGNATURES:
                    kept.popitem(last=False)

    def gave(self, block: dict[str, Any]) -> bool:
        """Return whether this block was given out as it is."""
        return _digest(block) in self._given

    def fits(self, signature: str, digest: bytes) -> bool:
        """Return whether a block with this signature may follow the conversation of this digest. Unknown ones may."""
        known = self._kept.get(signature)
        return known is None or digest in known


def _digest(block: dict[str, Any]) -> bytes:
    told = {key: value for key, value in block.items() if key != "cache_control"}
    return blake2b(msgspec.json.encode(told, order="sorted"), digest_size=16).digest()


def head(request: dict[str, Any]) -> bytes:
    """Return what stands before the messages and binds thinking too: system and tools, without marks for the cache."""
    system = request.get("system") or []
    parts = [[{"type": "text", "text": system}] if type(system) is str else system, request.get("tools") or []]
    unmarked = [[{k: v for k, v in item.items() if k != "cache_control"} for item in part] for part in parts]
    return msgspec.json.encode(unmarked, order="sorted")


def digests(messages: Messages, *, head: bytes = b"") -> list[bytes]:
    """Return the digest of the conversation before each message, and of the whole: one more than there are messages.
    `head` stands before them all."""
    state = blake2b(head, digest_size=16)
    found = [state.digest()]
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if type(content) is str else content
        unmarked = [{key: value for key, value in block.items() if key != "cache_control"} for block in blocks]
        state.update(msgspec.json.encode((message["role"], unmarked), order="sorted"))
        found.append(state.digest())
    return found
