"""Which conversation a thinking block was given out in: newest models refuse it in another one. Bounded, in memory."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import Any

import msgspec

MOST_SIGNATURES = 10_000
Messages = list[dict[str, Any]]


class ThinkingBindings:
    """Signatures of thinking blocks, and digests of the conversations before them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, set[bytes]] = OrderedDict()
        self._lock = Lock()

    def keep(self, messages: Messages, content: Messages) -> None:
        """Remember what an answer's thinking blocks belong to."""
        signatures = [
            block["signature"] for block in content if block.get("type") == "thinking" and "signature" in block
        ]
        if not signatures:
            return
        digest = digests(messages)[-1]
        with self._lock:
            for signature in signatures:
                self._kept.setdefault(signature, set()).add(digest)
            while len(self._kept) > MOST_SIGNATURES:
                self._kept.popitem(last=False)

    def fits(self, signature: str, digest: bytes) -> bool:
        """Return whether a block with this signature may follow the conversation of this digest. Unknown ones may."""
        known = self._kept.get(signature)
        return known is None or digest in known


def digests(messages: Messages) -> list[bytes]:
    """Return the digest of the conversation before each message, and of the whole: one more than there are messages."""
    state = blake2b(digest_size=16)
    found = [state.digest()]
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if type(content) is str else content
        unmarked = [{key: value for key, value in block.items() if key != "cache_control"} for block in blocks]
        state.update(msgspec.json.encode((message["role"], unmarked), order="sorted"))
        found.append(state.digest())
    return found
