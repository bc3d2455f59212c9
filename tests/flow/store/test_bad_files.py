"""Files that are no store of ours: one sentence that names them, nothing sent or counted, and nothing done to them."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.flow.races import ANSWER, ASK, once
from tests.flow.store.test_sqlite import Tally, added

from tercet.flow.budget import Budget
from tercet.flow.drivers import run
from tercet.flow.effects import Lost, Reply
from tercet.flow.limits import LimitLayer
from tercet.flow.store import sqlite as module
from tercet.flow.store.sqlite import APPLICATION, VERSION, SQLiteStore
from tercet.wire.errors.limits import SharedStateError
from tercet.wire.http import Headers


def database(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def ours(path: Path) -> bytes:
    SQLiteStore(path).update("key", Tally, added)
    return path.read_bytes()


def cut(path: Path) -> None:
    path.write_bytes(ours(path)[:-1500])


def garbled(path: Path) -> None:
    data = bytearray(ours(path))
    data[4100:4500] = b"\xff" * 400
    path.write_bytes(data)


def socketed(path: Path) -> None:
    os.chdir(path.parent)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)


FOREIGN = "it is a database of another program"
MADE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a directory": (Path.mkdir, "it is a directory"),
    "a FIFO": (os.mkfifo, "it is a FIFO"),
    "a socket": (socketed, "it is a socket"),
    "a device": (lambda path: path.symlink_to("/dev/null"), "it is a device"),
    "a symlink loop": (lambda path: path.symlink_to(path), "symbolic links"),
    "a link to nowhere": (lambda path: path.symlink_to(path.with_name("nowhere")), "No such file"),
    "a text file": (lambda path: path.write_text("Dear Sir or Madam, " * 300), "not a database"),
    "a short text file": (lambda path: path.write_text("Dear Sir"), "not a database"),
    "cut within a page": (cut, "malformed|damaged"),
    "garbled": (garbled, "malformed|damaged"),
    "newer": (
        lambda path: database(path, f"PRAGMA application_id={APPLICATION}", f"PRAGMA user_version={VERSION + 1}"),
        f"newer Tercet .version {VERSION + 1}",
    ),
    "another program's tables": (lambda path: database(path, "CREATE TABLE people (name TEXT)"), FOREIGN),
    "another program's application_id": (lambda path: database(path, "PRAGMA application_id = 7"), FOREIGN),
    "another program's version": (lambda path: database(path, "PRAGMA user_version = 1"), FOREIGN),
    "another program's table of our name": (
        lambda path: database(path, "CREATE TABLE state (key TEXT, value TEXT)", "PRAGMA user_version = 1"),
        FOREIGN,
    ),
    "another program's, with a write-ahead log": (
        lambda path: database(path, "PRAGMA journal_mode = WAL", "CREATE TABLE people (name TEXT)"),
        FOREIGN,
    ),
}


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    before = os.getcwd()
    yield
    os.chdir(before)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("name", MADE)
def test_what_is_not_ours_is_named_and_left_alone(name: str, tmp_path: Path) -> None:
    make, said = MADE[name]
    path = tmp_path / "budget.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    sent: list[object] = []
    admission = LimitLayer((), [Budget(usd=1, store=path)])
    outcome = run(admission.layer()(ASK, once), lambda request: sent.append(request) or Reply(200, Headers(), ANSWER))

    assert isinstance(outcome, Lost)
    assert isinstance(outcome.raise_as, SharedStateError)
    assert str(path) in str(outcome.raise_as)
    with pytest.raises(SharedStateError, match=said):
        raise outcome.raise_as
    assert sent == []
    assert (path.read_bytes() if path.is_file() else None) == before


def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    """As a process leaves it that was killed when it had just made it."""
    (tmp_path / "state.db").touch()

    assert SQLiteStore(tmp_path / "state.db").update("key", Tally, added) == 1


def test_a_path_that_no_system_takes_is_named(tmp_path: Path) -> None:
    for name in ("a\0b", "x" * 300):
        with pytest.raises(SharedStateError, match=r"cannot be used: .*(null|too long)"):
            SQLiteStore(str(tmp_path / name)).update("key", Tally, added)


def test_a_file_of_version_1_becomes_one_of_ours_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = SQLiteStore(path)
    store.update("key", Tally, added)
    store.close()
    database(path, "PRAGMA application_id = 0", "PRAGMA user_version = 1")

    assert SQLiteStore(path).update("key", Tally, added) == 2
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    connection.close()


def test_a_file_that_is_cut_while_it_is_used_is_used_no_more(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = SQLiteStore(path)
    whole = len(ours(path))
    for length in (whole - 1, whole - 1500, whole - 4096, 5000, 50):
        store.update("key", Tally, added)
        data = path.read_bytes()
        os.truncate(path, length)
        with pytest.raises(SharedStateError, match="cannot be used"):
            store.update("key", Tally, added)
        path.write_bytes(data)  # the same file


def test_a_file_removed_during_a_commit_is_said_to_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.db"
    store = SQLiteStore(path)
    store.update("key", Tally, added)
    monkeypatch.setattr(module.SQLiteStore, "is_gone", lambda self: False)
    path.unlink()

    with pytest.raises(SharedStateError, match="cannot be used"):
        store.update("key", Tally, added)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="no mode keeps root from anything")
def test_a_folder_that_takes_no_journal_is_said(tmp_path: Path) -> None:
    ours(tmp_path / "state.db")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(SharedStateError, match="folder must be writable"):
            SQLiteStore(tmp_path / "state.db").update("key", Tally, added)
    finally:
        tmp_path.chmod(0o700)
