"""Rows 121–123, 126, 127, 130, 131 on a budget's file: full and failing disks, holders of the lock, damage, and lost power.

Nothing may be sent once a reservation cannot be written, and no file may count less than it had acknowledged.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.faults.children import WRITES, can_trace, failing_at, in_child, traced
from tests.faults.held import ACCOUNT, ANSWER, COST, File, account, asked, audit, client_of
from tests.faults.server import FaultServer

from tercet.flow.budget import Account, Amount
from tercet.flow.store import sqlite
from tercet.wire.errors.limits import SharedStateError

Problems = Iterator[tuple[str, list[str]]]
NOBODY = 65_534
HOW = {"signal=KILL": "118 killed", "error=EIO": "122 an I/O error", "error=ENOSPC": "121 a full disk"}
BOUND = 4.0
"""So many times the patience with others: who waits longer waits without bound."""


def full(server: FaultServer, place: File) -> Problems:
    """121, 122: the file cannot grow, before a request and between a request and its answer; then it can."""
    server.play([ANSWER])
    yield "122 no byte can be written (EFBIG)", in_child(lambda: _without_room(server, place))
    yield "122 no byte can be written for an answer", in_child(lambda: _no_room_for_the_answer(server, place))
    yield "121 no page is left (SQLITE_FULL)", _without_pages(server, place)


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _without_room(server: FaultServer, place: File) -> list[str]:
    client = client_of(server, place.store())
    said = [asked(client)]
    before = account(place)
    for size in (0, 100, 1000, 5000):  # nothing, within the journal's header, within its pages
        _limit(size)
        said.append(asked(client))
    _limit(resource.RLIM_INFINITY)
    problems = [] if account(place) == before else ["what failed has changed the account"]
    said.append(asked(client))
    if said != ["answered", *["SharedStateError"] * 4, "answered"]:
        problems.append(f"the calls ended with {said}")
    return problems + audit(place, 2, exactly=True)


def _no_room_for_the_answer(server: FaultServer, place: File) -> list[str]:
    client = client_of(server, _FullFrom(place, 2), tag="answer")
    said = [asked(client), asked(client)]
    _limit(resource.RLIM_INFINITY)
    said.append(asked(client))
    problems = audit(place, 2, "answer")
    if said != ["answered", "SharedStateError", "answered"]:
        problems.append(f"the calls ended with {said}")
    return problems


class _FullFrom(sqlite.SQLiteStore):
    """A store on a disk that is full from the change of this number on."""

    def __init__(self, place: File, number: int) -> None:
        super().__init__(place.path, durable=True)
        self._number = number

    def begin(self, key, kind, change, *, trails=False):  # type: ignore[no-untyped-def]
        self._number -= kind is Account
        if self._number == 0:
            _limit(0)
        return super().begin(key, kind, change, trails=trails)


def _without_pages(server: FaultServer, place: File) -> list[str]:
    store = place.store()
    assert isinstance(store, sqlite.SQLiteStore)
    client = client_of(server, store, tag="x" * 3000)
    store.update("another", Account, lambda found: None)
    store._connection.execute("PRAGMA max_page_count = 2")  # type: ignore[union-attr]
    before = server.requests
    with client:
        said = asked(client)
        sent = server.requests - before
        problems = [] if (said, sent) == ("SharedStateError", 0) else [f"{said}, {sent} requests"]
        if (said := asked(client)) != "answered":
            problems.append(f"with room again: {said}")
    return problems + place.damage()


def locked(server: FaultServer, place: File, *, threads: int = 16) -> Problems:
    """123: another process holds the lock for longer than anybody waits, to many threads at once."""
    server.play([ANSWER])
    client = client_of(server, place.store(), tag="locked")
    said, seconds = [asked(client)], 0.0
    holder = sqlite3.connect(place.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    ended: list[str] = []
    waiting = [threading.Thread(target=lambda: ended.append(asked(client))) for _ in range(threads)]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    seconds = time.monotonic() - began
    holder.execute("ROLLBACK")
    holder.close()
    said.append(asked(client))
    client.close()
    problems = [] if said == ["answered", "answered"] else [f"before and afterwards: {said}"]
    if ended != ["SharedStateBusyError"] * threads:
        problems.append(f"they ended with {ended}")
    if seconds > BOUND * sqlite.PATIENCE + 5:  # five for a slow machine
        problems.append(f"the last of them waited for {seconds:.0f} s")
    yield f"123 locked for {threads} threads", problems + audit(place, server.requests, "locked", exactly=True)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1500)


def _garbled(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"X" * 16)


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _elsewhere(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def _replaced(path: Path) -> None:
    _elsewhere(path)
    path.touch()


def _by_another(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"somebody's letter\n" * 500)


SPOILT: dict[str, Callable[[Path], None]] = {
    "127 cut short": _cut,
    "127 a corrupt header": _garbled,
    "127 removed": _elsewhere,
    "127 replaced": _replaced,
    "127 somebody else's": _by_another,
    "127 a folder": lambda path: (path.unlink(), path.mkdir())[1],
    "127 a link to nowhere": lambda path: (path.unlink(), path.symlink_to(path.with_name("nowhere")))[1],
    "130 of a newer version": _newer,
}
IN_USE_ONLY = ("127 removed", "127 replaced")
"""Of what is gone a new process can know nothing."""


def spoilt(server: FaultServer, place: File) -> Problems:
    """127, 130: what is not the file that it was is not used, and not made anew, by those who had it open or come later."""
    server.play([ANSWER])
    for name, spoil in SPOILT.items():
        for path in place.path.parent.glob("spoilt*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        path = place.path.with_name("spoilt.db")
        store = File(path).store()
        client = client_of(server, store)
        asked(client)
        store.close()
        before = server.requests
        spoil(path)
        clients = [client] if name in IN_USE_ONLY else [client, client_of(server, File(path).store())]
        problems = [f"{said} is said" for each in clients if (said := asked(each)) != "SharedStateError"]
        if server.requests != before:
            problems.append(f"{server.requests - before} requests were sent")
        problems += [f"no path in: {said}" for said in [_said(client)] if str(path) not in said]
        for each in clients:
            each.close()
        yield name, problems


def _said(client: object) -> str:
    try:
        client.messages.create(model="claude-sonnet-4-6", max_tokens=5, messages=[{"role": "user", "content": "a"}])  # type: ignore[attr-defined]
    except SharedStateError as error:
        return str(error)
    return "no error"


def read_only(server: FaultServer, place: File) -> Problems:
    """127: a file that may be read and not be written."""
    server.play([ANSWER])
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "budget.db"
        with client_of(server, File(path).store()) as client:
            asked(client)
        path.chmod(0o444)

        def as_nobody() -> list[str]:
            if os.getuid() == 0:  # whom no mode keeps from anything
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            said = _said(client_of(server, File(path).store()))
            return [] if str(path) in said and "readonly" in said else [said]

        problems = in_child(as_nobody)
    yield "127 read-only", problems + [f"{server.requests - 1} requests were sent"] * (server.requests > 1)


def syscalls(server: FaultServer, place: File, names: Sequence[str] = WRITES) -> Problems:
    """118, 121, 122: every single write to the disk fails, or is the last thing that the process does."""
    if not can_trace():
        return
    server.play([ANSWER])
    with client_of(server, place.store()) as client:
        asked(client)
    for how, row in HOW.items():
        count, problems = 0, []
        for call in names:
            number, reached = 1, True
            while reached:
                found, reached = _failing_at(server, place, call, number, how)
                problems += [f"at {call} {number}: {each}" for each in found]
                number += 1
            count += number - 2
        yield f"{row} at each of {count} writes to the disk", problems


def _failing_at(server: FaultServer, place: File, call: str, number: int, how: str) -> tuple[list[str], bool]:
    server.play([ANSWER])
    tag = f"{call} {number} {how}"
    child, reached = failing_at(lambda: _two_calls(server, place, tag), call, number, how)
    problems = audit(place, server.requests, tag)
    if "KILL" in how:
        return problems + [f"the child ended with {child.status}"] * (
            reached and child.status != -signal.SIGKILL
        ), reached
    first, second = child.told if isinstance(child.told, list) and len(child.told) == 2 else (child.told, None)
    if {first, second} - {"answered", "SharedStateError"} or (first != "answered" != second):
        problems.append(f"its calls ended with {child.told}")
    return problems, reached


def _two_calls(server: FaultServer, place: File, tag: str) -> list[str]:
    client = client_of(server, place.store(), tag=tag)
    return [asked(client), asked(client)]


def hot_journals(server: FaultServer, place: File, *, step: int = 37) -> Problems:
    """126: a journal that a killed process left behind is cut anywhere, garbled in any sector, or deleted."""
    if not can_trace():
        return
    path = place.path.with_name("hot.db")
    _spend(path, 6)
    _, trace = traced(lambda: _spend(path, 7), ["-e", "trace=ftruncate"])
    child, _ = failing_at(lambda: _spend(path, 8), "ftruncate", trace.count("ftruncate("), "signal=KILL")
    journal = path.with_name("hot.db-journal")
    data, left = path.read_bytes(), journal.read_bytes()
    problems = [] if left and child.status == -signal.SIGKILL else ["the killed process left no journal"]
    for at in range(0, len(left), step):
        sector = at // 512 * 512  # what a disk loses; SQLite's sums of a journal look at every 200th byte
        for spoilt in (left[:at], left[:sector] + b"\xff" * 512 + left[sector + 512 :]):
            path.write_bytes(data)
            journal.write_bytes(spoilt)
            problems += [f"{len(spoilt)} bytes, garbled from {at}: {each}" for each in _not_less(path, 7)]
    path.write_bytes(data)
    journal.unlink(missing_ok=True)
    yield "126 a cut, garbled or deleted journal", problems + _not_less(path, 7)


def _spend(path: Path, requests: int) -> None:
    """Let as many requests have been paid."""
    store = File(path).store()
    spent = Amount(requests * COST, requests)
    store.update(ACCOUNT, Account, lambda found: setattr(found, "spent", spent))
    store.close()


def _not_less(path: Path, requests: int) -> list[str]:
    """The file says that at least so many requests were paid, or that it is damaged."""
    store = File(path).store()
    try:
        found = store.update(ACCOUNT, Account, lambda found: found.spent.tokens)
    except SharedStateError:
        return []
    finally:
        store.close()
    return [f"{found} requests are booked of {requests}"] * (found < requests) + File(path).damage()


CHECKS = (full, locked, spoilt, read_only, syscalls, hot_journals)
