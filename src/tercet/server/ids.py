"""Ids as the API shapes them: a prefix, a version and base-62 characters. The same seed gives the same ids in order."""

from __future__ import annotations

from random import Random

BASE_62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TO_BASE_62 = bytes(BASE_62[byte % 62] for byte in range(256))


class Ids:
    """A source of ids for one server. Safe for several threads: the bytes of an id are drawn in one step."""

    def __init__(self, seed: int = 0) -> None:
        self._drawn = Random(seed).randbytes

    def make(self, prefix: str, length: int = 22) -> str:
        """Return the next id: `prefix` and `length` characters."""
        return prefix + self._drawn(length).translate(_TO_BASE_62).decode()

    def request(self) -> str:
        """Return the next request id."""
        return self.make("req_011C", 20)

    def message(self, platform: str = "") -> str:
        """Return the next message id; `platform` is `bdrk_` or `vrtx_` away from the direct API."""
        return self.make(f"msg_{platform}01")
