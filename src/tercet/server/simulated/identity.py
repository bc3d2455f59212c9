"""Identifiers that look like the API's and follow from the request and its number: runs repeat, ids within one do not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from tercet.server.cached import cached_attribute

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Identity:
    """A source of identifiers for one request. `number` tells equal requests of one server apart."""

    def __init__(self, request: Mapping[str, Any], number: int = 0) -> None:
        self._request, self._number = request, number
        self._used = 0

    @cached_attribute
    def digest(self) -> bytes:
        """A hash of the whole request and its number, made when the first identifier is needed."""
        return hashlib.sha256(msgspec.json.encode((self._request, self._number), order="deterministic")).digest()

    def new(self, prefix: str) -> str:
        """Return the next identifier, such as `toolu_01…`."""
        self._used += 1
        number = int.from_bytes(hashlib.sha256(self.digest + self._used.to_bytes(4, "big")).digest()[:17], "big")
        letters = []
        for _ in range(22):
            number, rest = divmod(number, len(ALPHABET))
            letters.append(ALPHABET[rest])
        return f"{prefix}_01{''.join(letters)}"
