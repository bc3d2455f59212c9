"""An address as text that also knows its parts, by the names that HTTP libraries have for them."""

from __future__ import annotations

from urllib.parse import urlsplit


class URL(str):
    """`https://api.anthropic.com/v1`: a string with `.scheme`, `.host`, `.port`, `.path` and `.query`."""

    __slots__ = ()

    @property
    def scheme(self) -> str:
        """Such as https."""
        return urlsplit(self).scheme

    @property
    def host(self) -> str:
        """The host, without its port."""
        return urlsplit(self).hostname or ""

    @property
    def port(self) -> int | None:
        """The port, if the address names one."""
        return urlsplit(self).port

    @property
    def path(self) -> str:
        """The path, `/` at least."""
        return urlsplit(self).path or "/"

    @property
    def query(self) -> bytes:
        """What follows the question mark."""
        return urlsplit(self).query.encode()
