"""Where a budget is kept while its holders are killed, and what its account must say for the requests that a server saw.

Knows files and Redis servers; what happens to them is the rows' matter (`state_*.py`).
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import Any

from tests.faults import bodies
from tests.faults.server import FaultServer, response
from tests.faults.subject import KEY

import tercet
from tercet.flow.budget import Account, Budget, turn_over
from tercet.flow.store.memory import MemoryStore
from tercet.flow.store.redis import RedisStore
from tercet.flow.store.sqlite import SQLiteStore
from tercet.flow.store.store import Store

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 20,
    "messages": [{"role": "user", "content": "Say a word."}],
}
COST = 12 * 3_000 + 9 * 15_000
"""Nano-dollars of each answer: 12 tokens in, 9 out, by claude-sonnet-4-6."""
ANSWER = (response(bodies.dumped(bodies.MESSAGE)),)
LEASE = 60.0
ACCOUNT = Budget(usd=100).key()
"""Where the money of clients without a tag is kept."""


class File:
    """A budget's file."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self.path = path

    def named(self) -> Any:
        """What `store=` is given."""
        return str(self.path)

    @contextlib.contextmanager
    def clean(self) -> Iterator[File]:
        """A file beside it that is not there yet, and is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.path.parent) as folder:
            yield File(Path(folder) / "budget.db")

    def store(self, *, ahead: float = 0.0, lease: float = LEASE) -> Store:
        """A store of it, on a clock that is so many seconds ahead."""
        return SQLiteStore(self.path, durable=True, lease=lease, clock=lambda: time.monotonic() + ahead)

    def damage(self) -> list[str]:
        """What SQLite itself finds wrong with the file."""
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        except sqlite3.Error as error:
            found = [str(error)]
        connection.close()
        return [] if found == ["ok"] else [f"integrity: {found}"]


class OnRedis:
    """A budget on a Redis server."""

    name = "redis"

    def __init__(self, url: str) -> None:
        self.url = url

    def named(self) -> Any:
        """What `store=` is given."""
        return self.url

    @contextlib.contextmanager
    def clean(self) -> Iterator[OnRedis]:
        """The same server with nothing on it, by another address: who knew it before would miss what it knew."""
        with contextlib.closing(import_module("redis").Redis.from_url(self.url)) as control:
            control.flushdb()
        yield OnRedis(f"{self.url}?client_name={token_hex(4)}")

    def store(self, *, ahead: float = 0.0, lease: float = LEASE, timeout: float = 5.0) -> Store:
        """A store of it, on a clock that is so many seconds ahead."""
        store = RedisStore(self.url, durable=True, lease=lease, timeout=timeout)
        theirs = store.now
        store.now = lambda: theirs() + ahead  # type: ignore[method-assign]
        return store

    def damage(self) -> list[str]:
        """A server that answers is whole."""
        return []


class Memory:
    """A budget in this process."""

    name = "memory"

    def __init__(self) -> None:
        self._store = MemoryStore()

    def named(self) -> Any:
        """What `store=` is given."""
        return self._store

    @contextlib.contextmanager
    def clean(self) -> Iterator[Memory]:
        """Another one, with nothing in it."""
        yield Memory()


Place = File | OnRedis


def client_of(server: FaultServer, store: Store | None, *, tag: str = "", usd: Any = 100, **more: Any) -> Any:
    """A client whose money is kept there. None: a client without a budget."""
    options = {"api_key": KEY, "base_url": server.url, "timeout": 30.0, "max_retries": 0, **more}
    if store is not None:
        options["budget"] = Budget(usd=usd, tag=tag or None, store=store)
    return tercet.Anthropic(**options)


def asked(client: Any) -> str:
    """What one call says, or the name of its error."""
    try:
        client.messages.create(**ASK)
    except (tercet.AnthropicError, ValueError) as error:
        return type(error).__name__
    return "answered"


def account(place: Place, tag: str = "", *, ahead: float = 0.0) -> Account:
    """The account as it is kept; `ahead`: as it would be so many seconds later."""
    store, budget = place.store(ahead=ahead), Budget(usd=100, tag=tag or None)

    def read(found: Account) -> Account:
        if ahead:
            turn_over(found, budget, time.time(), store.now(), store.epoch)
        return found

    try:
        return store.update(budget.key(), Account, read)
    finally:
        store.close()


def audit(place: Place, accepted: int, tag: str = "", *, exactly: bool = False) -> list[str]:
    """What is wrong with an account after the server has accepted so many requests: never may it say less than they cost."""
    found, cost = account(place, tag), accepted * COST
    held = sum(hold.amount.nano_usd for hold in found.holds.values())
    counted = found.spent.nano_usd + found.uncertain.nano_usd + held
    problems = place.damage()
    if counted < cost:
        problems.append(f"{accepted} requests cost {cost} and {counted} are counted")
    if found.held.nano_usd != held:
        problems.append(f"{found.held.nano_usd} are reserved for {len(found.holds)} requests that hold {held}")
    if exactly and (found.spent.nano_usd, found.uncertain.nano_usd, held) != (cost, 0, 0):
        problems.append(f"{accepted} requests cost {cost}; booked: {found}")
    return problems


def comes_back(place: Place, tag: str = "") -> list[str]:
    """What is wrong once the leases of those who are gone have run out: nothing is reserved, and nothing was given back."""
    before = account(place, tag)
    after = account(place, tag, ahead=LEASE + 1)
    kept = before.uncertain.plus(before.held)
    problems = [] if not after.holds and not after.held.nano_usd else [f"still reserved: {after.holds}"]
    return problems + [f"{kept} were uncertain, now {after.uncertain}"] * (after.uncertain != kept)
