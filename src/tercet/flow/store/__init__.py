"""Stores in which limits are kept: in this process, in a file between processes, or on a Redis server between machines.

    store.py         what a store is     memory.py  one process     sqlite.py  one machine     redis.py  several (extra `redis`)
    group_commit.py  what is asked for at once is written at once (the last two)
    leases.py        keeps what this process holds alive while it lives

What the states mean, and every decision, stands with pacing and budgets.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from tercet.flow.store.store import Store

_shared: WeakValueDictionary[tuple[str, bool], Any] = WeakValueDictionary()


def store_at(place: Any, *, durable: bool = False) -> Store:
    """Return the store that `place` names: None (this process), a path, a `redis://` URL, or a store.

    `durable`: a file that must survive a loss of power, as money must. Those of one place share a store, and its writing.
    """
    if place is None:
        from tercet.flow.store.memory import MemoryStore

        return MemoryStore()
    if hasattr(place, "update") and hasattr(place, "lease"):
        store: Store = place
        return store
    if not isinstance(place, str | os.PathLike | bytes):
        raise TypeError(f"store must be a path, a redis:// URL or a store, not {type(place).__name__} {place!r}")
    text = os.fsdecode(place)
    if text.startswith(("redis://", "rediss://", "unix://")):
        from tercet.flow.store.redis import RedisStore

        server: RedisStore | None = _shared.get((text, durable))
        if server is None:
            server = _shared[text, durable] = RedisStore(text, durable=durable)
        return server
    if text in ("", ":memory:"):
        raise ValueError(f"store must be a path, not {text!r}; store=None keeps it in this process")
    if "://" in text:
        raise ValueError(f"store must be a path, a redis:// URL or a store, not {text.partition('://')[0]}://…")
    from tercet.flow.store.sqlite import SQLiteStore

    key = (os.path.abspath(text), durable)
    shared: SQLiteStore | None = _shared.get(key)
    if shared is None or shared.is_gone():
        shared = _shared[key] = SQLiteStore(text, durable=durable)
    return shared
