"""Identifiers that look like the API's and follow from the request, so that equal requests give equal answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.server.cached import cached_attribute

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Identity:
    """A source of identifiers for one request."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = request
        self._used = 0

    @cached_attribute
    def digest(self) -> bytes:
        """A hash of the whole request, made when the first identifier is needed."""
        return hashlib.sha256(msgspec.json.encode(self._request, order="deterministic")).digest()

    def new(self, prefix: str) -> str:
        """Return the next identifier, such as `toolu_01…`."""
        self._used += 1
        number = int.from_bytes(hashlib.sha256(self.digest + self._used.to_bytes(4, "big")).digest()[:17], "big")
        letters = []
        for _ in range(22):
            number, rest = divmod(number, len(ALPHABET))
            letters.append(ALPHABET[rest])
        return f"{prefix}_01{''.join(letters)}"
