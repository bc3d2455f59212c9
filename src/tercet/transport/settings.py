"""What a transport is told: frozen, hashable, so that equal settings share connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """`proxy`: a URL, "" for none, None for what the environment says. `verify`: True, a path to CAs, False, or an
    SSLContext. `http2` needs the portable transport and the package h2."""

    proxy: str | None = field(default=None, repr=False)
    verify: bool | str | ssl.SSLContext = True
    http2: bool = False
    most_connections: int = 1000
    most_idle: int = 100


DEFAULT = TransportSettings()
