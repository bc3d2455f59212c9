"""The file between processes: who may read it, and what happens when it is locked, full, gone, or not what it should be."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from tercet.flow.store import sqlite as module
from tercet.flow.store.group_commit import Pending
from tercet.flow.store.sqlite import SQLiteStore
from tercet.wire.errors.limits import SharedStateBusyError, SharedStateError


class Tally(msgspec.Struct):
    count: int = 0
    text: str = ""

    def renew(self, tokens: Iterable[str], until: float) -> None: ...

    def after_fork(self) -> None: ...


def added(tally: Tally) -> int:
    tally.count += 1
    return tally.count


def test_the_file_and_its_journal_are_the_owner_s_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SQLiteStore(tmp_path / "state.db").update("key", Tally, added)
    finally:
        os.umask(before)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("durable", [False, True])
def test_it_is_a_rollback_journal(tmp_path: Path, durable: bool) -> None:
    store = SQLiteStore(tmp_path / "state.db", durable=durable)
    store.update("key", Tally, added)
    connection = store._connection

    assert connection is not None
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2 if durable else 0,)


def test_who_holds_it_too_long_is_named_as_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    store.update("key", Tally, added)
    holder = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(module, "PATIENCE", 0.05)

    with pytest.raises(SharedStateBusyError, match="locked"):
        store.update("key", Tally, added)
    holder.execute("ROLLBACK")
    holder.close()
    assert store.update("key", Tally, added) == 2


def test_who_queued_while_others_waited_in_vain_has_waited_as_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    store.update("key", Tally, added)
    tries: list[float] = []

    def tried(act: Callable[[], object], until: float) -> None:
        tries.append(until)
        raise sqlite3.OperationalError("as if it were locked")

    monkeypatch.setattr(module, "patiently", tried)
    monkeypatch.setattr(module, "is_busy", lambda error: True)
    group = [Pending("key", Tally, added, trails=False) for _ in range(3)]
    for pending, asked in zip(group, (1.0, 3.0, 2.0), strict=True):
        pending.asked = asked
    with pytest.raises(SharedStateBusyError):
        store._write(group)

    assert tries == [3.0 + module.PATIENCE]


def test_ctrl_c_at_any_step_leaves_the_file_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = SQLiteStore(tmp_path / "state.db"), SQLiteStore(tmp_path / "state.db")
    store.update("key", Tally, added)
    patiently = module.patiently

    def interrupted(act: Callable[[], object], until: float) -> None:
        patiently(act, until)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "patiently", interrupted)
    waiting = store.begin("key", Tally, added, trails=True)
    with pytest.raises(KeyboardInterrupt):
        store.flush()
    with pytest.raises(SharedStateError, match="interrupted") as told:
        waiting.result(10)
    assert told.value.may_be_written
    monkeypatch.undo()
    monkeypatch.setattr(module, "PATIENCE", 0.0)

    assert other.update("key", Tally, added) == 2
    assert store.update("key", Tally, added) == 3


def test_a_file_cut_anywhere_is_never_taken_for_one_in_which_nothing_happened(tmp_path: Path) -> None:
    whole = tmp_path / "state.db"
    SQLiteStore(whole).update("key", Tally, added)
    data = whole.read_bytes()
    for length in range(100, len(data), 61):
        part = tmp_path / f"{length}.db"
        part.write_bytes(data[:length])
        with pytest.raises(SharedStateError, match=str(part)):
            SQLiteStore(part).update("key", Tally, added)


def test_no_file_is_made_at_the_end_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere.db")

    with pytest.raises(SharedStateError, match="cannot be used"):
        SQLiteStore(tmp_path / "link.db").update("key", Tally, added)
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_path_may_hold_any_characters(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#%41ü.db"

    assert SQLiteStore(path).update("key", Tally, added) == 1
    assert SQLiteStore(path).update("key", Tally, added) == 2


def test_a_file_that_cannot_grow_changes_nothing_and_goes_on_when_it_can(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    store.update("key", Tally, added)
    assert store._connection is not None
    store._connection.execute("PRAGMA max_page_count = 2")

    def grown(tally: Tally) -> None:
        tally.count, tally.text = 9, "x" * 100_000

    with pytest.raises(SharedStateError, match="full"):
        store.update("key", Tally, grown)
    assert store._connection is None  # a connection of its own begins anew, without the limit
    assert store.update("key", Tally, lambda tally: (tally.count, tally.text)) == (1, "")


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_taken_away_is_not_made_anew(tmp_path: Path, replaced: bool) -> None:
    path = tmp_path / "state.db"
    store = SQLiteStore(path)
    store.update("key", Tally, added)
    path.rename(tmp_path / "elsewhere.db")
    if replaced:
        SQLiteStore(path).update("key", Tally, added)

    for _ in range(2):
        with pytest.raises(SharedStateError, match=r"removed or replaced"):
            store.update("key", Tally, added)
    assert path.exists() is replaced


def test_something_else_than_a_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"not a database, but somebody's letter" * 100)

    with pytest.raises(SharedStateError, match=r"state\.db cannot be used"):
        SQLiteStore(path).update("key", Tally, added)
    assert path.read_bytes().startswith(b"not a database")


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "state.db")
    connection.execute(f"PRAGMA application_id = {module.APPLICATION}")
    connection.execute(f"PRAGMA user_version = {module.VERSION + 1}")
    connection.close()

    with pytest.raises(SharedStateError, match="newer Tercet"):
        SQLiteStore(tmp_path / "state.db").update("key", Tally, added)


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SharedStateError, match=r"nowhere.*cannot be used"):
        SQLiteStore(tmp_path / "nowhere" / "state.db").update("key", Tally, added)


HOLD = """
import sys, time
from tercet.flow.budget import Account
from tercet.flow.store.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
def change(account):
    account.period += 1
    if account.period == 3:
        print("inside", flush=True)
        time.sleep(60)
for _ in range(3):
    store.update("key", Account, change)
"""


def test_a_process_killed_inside_a_change_leaves_the_state_before_it(tmp_path: Path) -> None:
    from tercet.flow.budget import Account

    path = str(tmp_path / "state.db")
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"inside\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert SQLiteStore(path).update("key", Account, lambda account: account.period) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from tercet.flow.budget import Account\n"
        "from tercet.flow.store.sqlite import SQLiteStore\n"
        "store = SQLiteStore(sys.argv[1])\n"
        "def change(account):\n"
        "    account.period += 1\n"
        "    return account.period\n"
        "store.update('key', Account, change)\n"
        "mine = store._connection\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    store.update('key', Account, change)\n"
        "    os._exit(0 if store._connection is not mine else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "print(store.update('key', Account, change))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "state.db"], capture_output=True, text=True, check=True
    )

    assert told.stdout == "3\n"
