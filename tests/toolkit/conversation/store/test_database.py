"""Files that hold no conversations, or cannot be used now, are told in one sentence, and left as they were."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.toolkit.conversation.store.test_stored_log import opened, said

import tercet
from tercet.toolkit.conversation.entries import LogStep
from tercet.toolkit.conversation.store import database
from tercet.toolkit.conversation.store.database import ConversationFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.db"


def step(id: int, text: str = "Hi") -> LogStep:
    return LogStep(entries=[said(id, text)], tip=id)


def test_the_file_is_ours_alone_and_says_what_it_is(path: Path) -> None:
    opened(path).commit(step(1), 0)
    connection = sqlite3.connect(path)
    found = [connection.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version")]
    strict = [row[0] for row in connection.execute("select strict from pragma_table_list where type = 'table' and schema = 'main' and name not like 'sqlite%'")]  # fmt: skip
    connection.close()
    assert found == [database.APPLICATION, database.VERSION]
    assert set(strict) == {1}
    if sys.platform != "win32":
        modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        assert modes == {0o600}


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table notes(text)")
    connection.commit()
    connection.close()
    before = path.read_bytes()

    with pytest.raises(
        tercet.ConversationError, match=r"database of another program, and was left alone\. Choose another"
    ):
        tercet.Conversations(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"some notes of mine " * 40, b"\0" * 5000, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_file_that_is_no_database_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(tercet.ConversationError, match=r"holds no conversations|is damaged|cannot be used"):
        tercet.Conversations(path)
    assert path.read_bytes() == content


def test_a_file_of_a_later_version_is_refused(path: Path) -> None:
    opened(path).file.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma user_version = 9")
    connection.close()

    with pytest.raises(tercet.ConversationError, match=r"written by a newer Tercet: its form is 9, .* Update tercet"):
        tercet.Conversations(path)


def test_what_is_no_file_and_a_folder_that_is_not_there_are_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(tercet.ConversationError, match="it is a directory, and not a file"):
        tercet.Conversations(path)
    with pytest.raises(tercet.ConversationError, match="No such file or directory"):
        tercet.Conversations(path.parent / "not" / "there.db")
    with pytest.raises(tercet.ConversationError, match="cannot hold conversations"):
        tercet.Conversations("a\0b")


def test_a_damaged_file_is_told_and_what_stands_elsewhere_is_read(path: Path) -> None:
    log, other = opened(path), opened(path, id="t2")
    for number in range(1, 40):
        log.commit(step(number, "x" * 3000), number - 1)
    other.commit(step(1), 0)
    log.file.close()
    other.file.close()
    content = bytearray(path.read_bytes())
    at = content.index(b"x" * 3000)
    page = at - at % database.PAGE
    content[page : page + database.PAGE] = b"\xff" * database.PAGE
    path.write_bytes(content)

    with pytest.raises(tercet.ConversationError, match=r"is damaged .*go on with a backup"):
        opened(path).load()
    assert len(opened(path, id="t2").load().entries) == 1


def test_a_file_that_was_cut_short_is_damaged(path: Path) -> None:
    log = opened(path)
    for number in range(1, 40):
        log.commit(step(number, "x" * 3000), number - 1)
    log.file.close()
    os.truncate(path, database.PAGE * 12)

    with pytest.raises(tercet.ConversationError, match="is damaged"):
        opened(path).load()


def test_a_full_disk_is_told_and_nothing_of_the_step_is_there(path: Path) -> None:
    log = opened(path)
    log.commit(step(1), 0)
    with log.file.reading() as connection:
        pages = connection.execute("pragma page_count").fetchone()[0]
    with log.file.alone() as connection:
        connection.execute(f"pragma max_page_count = {pages}")

    with pytest.raises(tercet.ConversationError, match=r"its disk is full\. Nothing of this step was stored"):
        log.commit(step(2, "x" * 100_000), 1)
    assert len(log.load().entries) == 1
    assert log.commit(step(2, "x" * 100_000), 1) == 2


def test_a_file_that_may_only_be_read_is_told(path: Path) -> None:
    log = opened(path)
    with log.file.alone() as connection:
        connection.execute("pragma query_only = on")  # root may write whatever the mode is

    with pytest.raises(tercet.ConversationError, match="may only be read by this user, so nothing was stored: allow"):
        log.commit(step(1), 0)


@pytest.mark.parametrize("lock", ["begin immediate", "begin exclusive"])
def test_a_file_that_another_program_holds_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    log = opened(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(lock)

    with pytest.raises(tercet.ConversationBusyError, match="nothing was written: try again"):
        log.commit(step(1), 0)
    other.close()
    assert log.commit(step(1), 0) == 1


def test_whoever_of_us_holds_it_for_too_long_makes_it_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    log, other = opened(path), ConversationFile(path)
    with other.alone(), pytest.raises(tercet.ConversationBusyError):
        log.commit(step(1), 0)
    assert log.commit(step(1), 0) == 1


@pytest.mark.parametrize("put", [lambda path: None, lambda path: path.touch()])
def test_a_file_that_was_taken_away_is_told_and_no_other_is_written(path: Path, put: Any) -> None:
    log = opened(path)
    os.unlink(path)
    put(path)
    before = path.stat().st_size if path.exists() else None

    for _ in range(2):
        with pytest.raises(tercet.ConversationError, match="was removed or replaced while it was in use: open it anew"):
            log.commit(step(1), 0)
    assert (path.stat().st_size if path.exists() else None) == before


def test_what_raises_within_a_transaction_undoes_it(path: Path) -> None:
    log = opened(path)

    def interrupted() -> None:
        with log.file.writing() as connection:
            connection.execute("delete from conversations")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert log.load().revision == 0


def test_threads_take_turns(path: Path) -> None:
    log = opened(path)
    logs = [opened(path, id=f"t{number}") for number in range(4)]
    for each in logs:
        each.file = log.file

    def write(mine: Any) -> None:
        for number in range(1, 30):
            mine.commit(step(number), number - 1)

    threads = [threading.Thread(target=write, args=(each,)) for each in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(each.load().entries) for each in logs] == [29] * 4


def test_the_write_ahead_log_stays_small(path: Path) -> None:
    log = opened(path)
    for number in range(1, 400):
        log.commit(step(number, "x" * 3000), number - 1)
    assert path.with_name("chats.db-wal").stat().st_size < 1.2 * database.CHECKPOINT * database.PAGE
