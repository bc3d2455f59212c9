"""States on a Redis server, for several machines. Needs the extra `redis`. Knows nothing of what the states mean.

A state is one value, replaced only if it is still the one that was read (compare and set, in a script of five lines);
within a process one thread writes, all that was asked for at once. The server's clock is everybody's clock.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from tercet.flow.store.group_commit import GroupCommitStore, Pending, copy_error
from tercet.flow.store.store import LEASE
from tercet.wire.errors.limits import SharedStateBusyError, SharedStateError

PATIENCE = 5.0
_SWAP = """
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""
_CLOCK_KEPT = 60.0
"""Seconds after which the server's clock is asked again."""


class RedisStore(GroupCommitStore):
    """Keep states on the server at `url`, as `redis://user:password@host:6379/0`. Keys begin with `prefix`.

    The server must keep what it is told: no eviction of these keys (`noeviction` or `volatile-*`), and for budgets a
    persistent file (`appendonly yes`). `durable`: a state that the server had and has no more is an error.
    """

    epoch = "redis"

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "tercet:",
        durable: bool = False,
        lease: float = LEASE,
        timeout: float = PATIENCE,
    ) -> None:
        self._url, self._prefix, self.lease, self._timeout = url, prefix, lease, timeout
        self._ahead: tuple[float, float] | None = None
        self._durable = durable
        self._kept: set[str] = set()
        """The keys that the server had from us: one that is gone was lost."""
        self._gave_up = float("-inf")
        """When the server last left somebody without an answer (`time.monotonic`)."""
        self._client: Any = None
        super().__init__(f"Redis server #{hash((url, prefix)):x}")

    def now(self) -> float:
        """Return the server's clock, carried on by ours for a minute."""
        ours = time.monotonic()
        if self._ahead is None or ours - self._ahead[1] > _CLOCK_KEPT:
            seconds, microseconds = self._ask(lambda client: client.time())
            self._ahead = (seconds + microseconds / 1e6 - ours, ours)
        return ours + self._ahead[0]

    def _write(self, group: list[Pending]) -> None:
        by_key: dict[str, list[Pending]] = {}
        for pending in group:
            by_key.setdefault(pending.key, []).append(pending)
        for key, pendings in by_key.items():
            try:
                self._write_key(key, pendings)
            except SharedStateError as error:  # the other keys' were written, or will be
                for pending in pendings:
                    pending.error = copy_error(error)

    def _write_key(self, key: str, group: list[Pending]) -> None:
        """Apply them to the state, and again if another machine was faster."""
        asked = max(pending.asked for pending in group)
        if asked < self._gave_up:  # they queued behind somebody who waited in vain, and as long
            raise SharedStateError("the Redis server does not answer")
        until = time.monotonic() + self._timeout
        while True:
            before = after = self._read(key)
            for pending in group:
                after = pending.apply(after or None, "the Redis server") or b""
            if after == before or self._swap(key, before, after):
                return
            if time.monotonic() >= until:
                raise SharedStateBusyError(f"other machines kept changing {key!r} for {self._timeout} s")
            time.sleep(random.uniform(0.0, 0.002))

    def _read(self, key: str) -> bytes:
        value: bytes = self._ask(lambda client: client.get(self._prefix + key)) or b""
        if not value and self._durable and key in self._kept:
            raise SharedStateError(f"the Redis server has lost {key!r} (evicted, flushed, or not written down)")
        return value

    def _swap(self, key: str, before: bytes, after: bytes) -> bool:
        try:
            swapped = bool(self._ask(lambda client: client.eval(_SWAP, 1, self._prefix + key, before, after)))
        except SharedStateError as error:
            error.may_be_written = True
            raise
        if swapped:
            self._kept.add(key)
        return swapped

    def _ask(self, ask: Callable[[Any], Any]) -> Any:
        redis = _library()
        try:
            if self._client is None:
                self._client = self._connect(redis)
            return ask(self._client)
        except redis.ResponseError as error:  # such as OOM, READONLY, MISCONF (its disk is full)
            raise SharedStateError(f"the Redis server refuses: {str(error)[:200]}") from error
        except redis.RedisError as error:
            self._gave_up = time.monotonic()
            raise SharedStateError(f"the Redis server does not answer ({type(error).__name__})") from error

    def _connect(self, redis: Any) -> Any:
        try:
            timeouts = {"socket_timeout": self._timeout, "socket_connect_timeout": self._timeout}
            return redis.Redis.from_url(self._url, **timeouts)
        except ValueError:  # its text may hold a part of the password
            why = "store= is no redis:// URL that can be read; user and password must be percent-encoded"
            raise SharedStateError(why) from None

    def after_fork(self) -> None:
        """Begin anew in a forked child, with connections of our own."""
        self._client = None
        super().after_fork()

    def close(self) -> None:
        """Write what is left, and give the connections up."""
        self.flush()
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def __repr__(self) -> str:
        return "RedisStore(…)"


def _library() -> Any:
    from importlib import import_module

    try:
        return import_module("redis")
    except ImportError:
        raise SharedStateError("a redis:// store needs the extra: pip install 'tercet[redis]'") from None
