"""Has msgspec learn a class once, by one thread. It builds what it knows of a class when it first decodes one; two
threads that come first together can crash the process (msgspec 0.22). What is made at import needs none of this."""

from __future__ import annotations

from threading import RLock
from typing import Any, TypeVar

T = TypeVar("T")
WARMUP_LOCK = RLock()
"""Held by whoever makes a decoder of a class, or converts to one, that may be new."""
_warm: set[Any] = set()


def warm_up(kind: type[T]) -> type[T]:
    """Return `kind`, safe to decode from now on by any number of threads."""
    if kind not in _warm:
        with WARMUP_LOCK:
            import msgspec

            msgspec.json.Decoder(kind)
            _warm.add(kind)
    return kind
