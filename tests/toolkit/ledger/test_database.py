"""Files that are no ledger, or cannot be used now, are told in one sentence, and left as they were."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, MESSAGE, Script
from tests.toolkit.ledger.journals import entry, journal

import tercet
from tercet.toolkit.ledger import database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.db"


def test_a_ledger_that_is_not_there_has_no_rows_and_is_not_made(path: Path) -> None:
    ledger = tercet.Ledger(path)

    assert ledger.cost() == ledger.calls() == ledger.savings() == ledger.sql("select 1") == ledger.reprice() == []
    assert (ledger.forget(user="u1"), ledger.lost, ledger.merge()) == (0, 0, 0)
    assert not path.exists()


def test_an_empty_file_becomes_a_ledger_when_there_is_something_to_merge(path: Path) -> None:
    path.touch()
    assert tercet.Ledger(path).cost() == []

    journal(path, entry())
    assert len(tercet.Ledger(path).cost()) == 1


def test_the_file_is_ours_alone_and_says_what_it_is(path: Path) -> None:
    journal(path, entry())
    tercet.Ledger(path).merge()

    connection = sqlite3.connect(path)
    found = [connection.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version")]
    strict = [row[0] for row in connection.execute("select strict from pragma_table_list where type = 'table' and schema = 'main' and name not like 'sqlite%'")]  # fmt: skip
    connection.close()
    assert found == [database.APPLICATION, database.VERSION]
    assert set(strict) == {1}
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ledger_that_another_process_makes_meanwhile_is_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal(path, entry())
    made: list[tercet.Ledger] = []
    connect = sqlite3.connect

    class Between:
        """A connection before each of whose statements another process may have made the ledger."""

        def __init__(self, connection: sqlite3.Connection, statements: int) -> None:
            self._connection, self._left = connection, statements

        def execute(self, *arguments: object) -> object:
            self._left -= 1
            if self._left == 0 and not made:
                made.append(tercet.Ledger(path))
                made[0].merge()
            return self._connection.execute(*arguments)  # type: ignore[arg-type]

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

    for statements in range(1, 4):  # up to its own lock on the file
        path.unlink(missing_ok=True)
        made.clear()
        first = iter([True])
        monkeypatch.setattr(
            sqlite3,
            "connect",
            lambda *a, s=statements, f=first, **k: Between(connect(*a, **k), s) if next(f, False) else connect(*a, **k),
        )
        assert tercet.Ledger(path).cost(by=())[0]["calls"] == 1
        assert made


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table notes(text)")
    connection.commit()
    connection.close()
    journal(path, entry())
    before = path.read_bytes()

    with pytest.raises(tercet.LedgerError, match=r"is no ledger: it is a database of another program"):
        tercet.Ledger(path).cost()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"some notes of mine " * 40, b"\0" * 5000])
def test_a_file_that_is_no_database_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(tercet.LedgerError, match=r"is no ledger|cannot be used as a ledger"):
        tercet.Ledger(path).cost()
    assert path.read_bytes() == content


def test_a_ledger_of_a_later_version_is_refused(path: Path) -> None:
    journal(path, entry())
    tercet.Ledger(path).merge()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma user_version = 9")
    connection.close()

    with pytest.raises(tercet.LedgerError, match="written by a newer Tercet: its form is 9, and this one knows 2"):
        tercet.Ledger(path).cost()


def test_a_damaged_ledger_is_told(path: Path) -> None:
    journal(path, *(entry(number) for number in range(2000)))
    tercet.Ledger(path).merge()
    content = bytearray(path.read_bytes())
    content[4096 : len(content) - 4096] = b"\x55" * (len(content) - 8192)
    path.write_bytes(content)

    with pytest.raises(tercet.LedgerError, match=r"cannot be used as a ledger: .*malformed"):
        tercet.Ledger(path).cost()


def test_a_directory_is_no_ledger(path: Path) -> None:
    path.mkdir()

    with pytest.raises(tercet.LedgerError, match="cannot be used as a ledger"):
        tercet.Ledger(path).cost()


@pytest.mark.parametrize("value", [3, "", "a\0b", b"x", object()])
def test_what_is_no_path_is_refused(value: object) -> None:
    with pytest.raises(tercet.LedgerError, match="ledger must be"):
        tercet.Ledger(value)  # type: ignore[arg-type]


def test_a_locked_ledger_is_told_and_nothing_is_lost(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.01)
    monkeypatch.setattr("tercet.toolkit.ledger.merge.PATIENCE", 0.01)
    journal(path, entry(0))
    tercet.Ledger(path).merge()
    journal(path, entry(1), name="b")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin exclusive")

    with pytest.raises(tercet.LedgerBusyError, match="locked by another process"):
        tercet.Ledger(path).cost()
    other.execute("rollback")
    other.close()
    assert tercet.Ledger(path).cost(by=())[0]["calls"] == 2


def test_a_ledger_that_was_taken_away_while_it_was_used_is_told(path: Path) -> None:
    journal(path, entry(0))
    ledger = tercet.Ledger(path)
    assert len(ledger.cost()) == 1

    path.unlink()
    with pytest.raises(tercet.LedgerError, match="removed or replaced while it was in use; open the ledger anew"):
        ledger.cost()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_on_a_full_disk_there_is_what_was_there_and_a_warning(path: Path) -> None:
    journal(path, entry(0))
    tercet.Ledger(path).merge()
    more = journal(path, *(entry(number, tags={"text": "x" * 5000}) for number in range(1, 200)), name="b")
    code = (
        "import resource, sys, warnings, tercet; ledger = tercet.Ledger(sys.argv[1]); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always'); print(ledger.cost(by=())[0]['calls'], [str(each.message) for each in told])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.startswith("1 ['Of the ledger"), done.stderr
    assert "are in no sum, for the file cannot be written" in done.stdout
    assert more.exists()
    assert tercet.Ledger(path).cost(by=())[0]["calls"] == 200


def test_a_ledger_of_the_version_before_is_brought_up_to_date(path: Path) -> None:
    journal(path, entry(0))
    tercet.Ledger(path).merge()
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "drop table bodies",
        "alter table changed drop column lines",
        "insert into changed values (20000)",
        "pragma user_version = 1",
    ):
        connection.execute(statement)
    connection.close()

    journal(path, entry(1), name="b")
    ledger = tercet.Ledger(path, keep="bodies")
    assert ledger.cost(by="day")[0]["calls"] == 2
    assert [row["request"] for row in ledger.calls(bodies=True)] == [None, None]


def _other_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table things(a)")
    connection.close()


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"pragma application_id = {database.APPLICATION}")
        connection.execute("pragma user_version = 99")
    connection.close()


def _directory(path: Path) -> None:
    path.mkdir()


def _text(path: Path) -> None:
    path.write_text("hello " * 500)


def _short_text(path: Path) -> None:
    path.write_text("hi")


@pytest.mark.parametrize("make", [_text, _short_text, _other_program, _newer, _directory])
def test_calls_go_on_with_one_warning_where_the_file_is_no_ledger_and_what_is_in_no_sum_is_counted(
    path: Path, make: Any
) -> None:
    make(path)
    client = Script((200, JSON, MESSAGE)).client(ledger=path)

    with pytest.warns(tercet.LedgerWarning, match=r"Calls go on.*tercet\.Ledger\(\.\.\.\)\.lost") as told:
        answers = [client.messages.create(**ASK).id for _ in range(3)]
    assert len(answers) == 3
    assert len(told) == 1
    ledger = tercet.Ledger(path)
    assert ledger.lost == 3
    with pytest.raises(tercet.LedgerError):
        ledger.cost()


def test_a_new_database_without_tables_and_a_ledger_need_no_warning(
    path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    sqlite3.connect(path).execute("pragma journal_mode = delete").connection.close()
    for _ in range(2):
        Script((200, JSON, MESSAGE)).client(ledger=path).messages.create(**ASK)
        assert tercet.Ledger(path).lost == 0
    assert tercet.Ledger(path).cost(by=())[0]["calls"] == 2
    assert not recwarn.list
