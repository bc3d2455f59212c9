"""Ids as the API shapes them: a prefix, a version and base-62 characters. The same seed gives the same ids in order."""

from __future__ import annotations

from hashlib import blake2b
from itertools import count

BASE_62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TO_BASE_62 = bytes(BASE_62[byte % 62] for byte in range(256))


class Ids:
    """A source of ids for one server. Safe for several threads: each id takes one step of one counter."""

    def __init__(self, seed: int = 0) -> None:
        self._key = seed.to_bytes(16, "little", signed=True)
        self._steps = count()

    def make(self, prefix: str, length: int = 22) -> str:
        """The next id: `prefix` and `length` characters (at most 64)."""
        step = next(self._steps).to_bytes(8, "little")
        return prefix + blake2b(step, digest_size=length, key=self._key).digest().translate(_TO_BASE_62).decode()

    def request(self) -> str:
        """The next request id."""
        return self.make("req_011C", 20)

    def message(self, platform: str = "") -> str:
        """The next message id; `platform` is `bdrk_` or `vrtx_` away from the direct API."""
        return self.make(f"msg_{platform}01")
