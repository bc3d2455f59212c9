"""The journal of one ledger: files that only grow, and what is lost without harm."""

from __future__ import annotations

import json
import os
import shutil
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

from tercet.flow.ledger import journal as module
from tercet.flow.ledger.journal import LedgerJournal, LedgerWarning, folder_of, journal_at

NOW = 1_800_000_000_000_000_000
SECOND = 1_000_000_000


def files(journal: LedgerJournal) -> list[list[dict[str, Any]]]:
    """Return the files of a ledger in the order of their names, each as its lines."""
    found = sorted(folder_of(journal.path).iterdir())
    return [[json.loads(line) for line in file.read_bytes().splitlines()] for file in found]


def test_a_file_says_whose_it_is_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    journal = LedgerJournal(tmp_path / "deep" / "calls.db")
    journal.write(b'{"a":1}\n', NOW)

    ((header, line),) = files(journal)
    assert (header["tercet_ledger"], header["pid"], header["start"], line) == (1, os.getpid(), NOW, {"a": 1})
    folder = folder_of(journal.path)
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert file.name.startswith(f"{NOW}-{os.getpid()}-")


def test_one_place_has_one_journal_and_opens_nothing_before_there_is_a_line(tmp_path: Path) -> None:
    one, other = journal_at(tmp_path / "calls.db"), journal_at(f"{tmp_path}/x/../calls.db")

    assert one is other
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("why", ["size", "age"])
def test_a_file_that_is_full_or_old_says_that_another_follows(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = LedgerJournal(tmp_path / "calls.db")
    journal.write(b'{"a":1}\n', NOW)
    if why == "size":
        monkeypatch.setattr(module, "MOST_BYTES", 50)
    later = NOW + (SECOND if why == "size" else module.DAY)
    journal.write(b'{"a":2}\n', later)

    first, second = files(journal)
    assert first[1:] == [{"a": 1}, {"tercet_ledger_end": later}]
    assert second[1:] == [{"a": 2}]


def test_a_folder_taken_away_is_made_again_and_what_was_in_it_is_counted(tmp_path: Path) -> None:
    journal = LedgerJournal(tmp_path / "calls.db")
    journal.write(b'{"a":1}\n', NOW)
    journal.write(b'{"a":2}\n', NOW + 1)
    shutil.rmtree(folder_of(journal.path))

    with pytest.warns(LedgerWarning, match="deleted while it was used"):
        journal.write(b'{"a":3}\n', NOW + SECOND)
    assert (journal.lost, [lines[1:] for lines in files(journal)]) == (2, [[{"a": 3}]])


@pytest.mark.parametrize("what", ["a folder", "a fifo", "a file for a folder", "a read-only folder"])
def test_a_place_that_cannot_be_written_is_told_once_and_counted(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "calls.db"
    if what == "a folder":
        path.mkdir()
    elif what == "a fifo":
        os.mkfifo(path)
    elif what == "a file for a folder":
        folder_of(path).write_bytes(b"")
    else:

        def refuse(*_: object, **__: object) -> int:
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(os, "open", refuse)
    journal = LedgerJournal(path)
    with pytest.warns(LedgerWarning) as told:
        journal.write(b"{}\n", NOW)
    for number in range(1, 5):  # a second warning would be an error here
        journal.write(b"{}\n", NOW + number * SECOND)

    assert (journal.lost, len(told)) == (5, 1)
    assert str(path) in str(told[0].message)


def test_a_warning_that_is_an_error_does_not_take_the_answer_s_place(tmp_path: Path) -> None:
    (tmp_path / "calls.db").mkdir()
    journal = LedgerJournal(tmp_path / "calls.db")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        journal.write(b"{}\n", NOW)

    assert journal.lost == 1


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = LedgerJournal(tmp_path / "calls.db")
    journal.write(b'{"a":1}\n', NOW)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:3]))
    with pytest.warns(LedgerWarning, match="No space left"):
        journal.write(b'{"a":2}\n', NOW + 1)
    monkeypatch.setattr(os, "write", write)
    journal.write(b'{"a":3}\n', NOW + 2)

    assert (journal.lost, [lines[1:] for lines in files(journal)]) == (1, [[{"a": 1}, {"a": 3}]])


def test_a_file_closed_by_a_program_that_closes_all_is_begun_anew(tmp_path: Path) -> None:
    journal = LedgerJournal(tmp_path / "calls.db")
    journal.write(b'{"a":1}\n', NOW)
    os.close(journal._file)
    with pytest.warns(LedgerWarning):
        journal.write(b'{"a":2}\n', NOW + 1)
    journal.write(b'{"a":3}\n', NOW + SECOND)

    assert [line for lines in files(journal) for line in lines[1:]] == [{"a": 1}, {"a": 3}]


def test_a_child_has_a_file_of_its_own_and_ids_of_its_own(tmp_path: Path) -> None:
    journal = journal_at(tmp_path / "calls.db")
    journal.write(b'{"by":"parent"}\n', NOW)
    before = journal.next_id()
    child = os.fork()
    if child == 0:
        try:
            journal.write(json.dumps({"by": "child", "id": journal.next_id()}).encode() + b"\n", NOW + 1)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    journal.write(b'{"by":"parent"}\n', NOW + 2)

    first, second = files(journal)
    assert [line["by"] for line in first[1:]] == ["parent", "parent"]
    assert (second[0]["pid"], second[1]["by"]) == (child, "child")
    assert second[1]["id"].partition("-")[0] != before.partition("-")[0]


def test_threads_write_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10_000)
    monkeypatch.setattr(module, "LOOKED_EVERY", 0)
    journal = LedgerJournal(tmp_path / "calls.db")

    def write(thread: int) -> None:
        for number in range(200):
            journal.write(json.dumps({"n": thread * 1_000 + number, "x": "x" * 100}).encode() + b"\n", NOW)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = [line["n"] for lines in files(journal) for line in lines if "n" in line]
    assert sorted(numbers) == sorted(thread * 1_000 + number for thread in range(8) for number in range(200))


def test_what_a_collector_left_is_written_after_the_line_at_hand(tmp_path: Path) -> None:
    journal = LedgerJournal(tmp_path / "calls.db")
    journal.late.append(lambda: journal.write(b'{"a":"late"}\n', NOW))
    journal.write(b'{"a":"now"}\n', NOW)
    journal.late.append(lambda: journal.write(b'{"a":"later"}\n', NOW))
    journal.close()

    ((_, *lines),) = files(journal)
    assert [line.get("a") for line in lines] == ["now", "late", "later", None]
