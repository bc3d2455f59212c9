"""Journals become rows: each line once, of the living and the dead, whatever else lies in the folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolkit.ledger.journals import dead_pid, entry, journal, ns, text

import tercet
from tercet.toolkit.ledger import merge as merging
from tercet.toolkit.ledger.lines import COLUMNS, read_row

NOW = ns("2026-11-20T12:00:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.db"


def ids(path: Path) -> list[str]:
    return [row["id"] for row in tercet.Ledger(path).sql("select id from calls order by at")]


def test_every_line_of_living_and_dead_processes_is_read_once(path: Path) -> None:
    living = journal(path, entry(0), entry(1))
    dead = journal(path, entry(2), pid=dead_pid())

    assert ids(path) == ["call-0", "call-1", "call-2"]
    assert ids(path) == ["call-0", "call-1", "call-2"]
    assert (living.exists(), dead.exists()) == (True, False)

    with living.open("ab") as file:
        file.write(text(entry(3)))
    assert ids(path) == ["call-0", "call-1", "call-2", "call-3"]


def test_the_same_attempt_in_two_files_is_one_row(path: Path) -> None:
    journal(path, entry(0), entry(0, attempt=1), name="a")
    journal(path, entry(0, nano_usd=1), name="b")

    assert tercet.Ledger(path).sql("select attempt, nano_usd from calls") == [
        {"attempt": 0, "nano_usd": 30_000_000},
        {"attempt": 1, "nano_usd": 30_000_000},
    ]


def test_a_file_whose_process_began_another_is_deleted_when_it_is_merged(path: Path) -> None:
    ended = journal(path, entry(0), {"tercet_ledger_end": 1}, name="a")

    assert ids(path) == ["call-0"]
    assert not ended.exists()
    assert tercet.Ledger(path).lost == 0


def test_a_line_is_read_when_it_has_its_end_and_dropped_if_its_process_died_over_it(path: Path) -> None:
    half, rest = text(entry(1))[:100], text(entry(1))[100:]
    living = journal(path, entry(0), half)
    dead = journal(path, entry(2), half, pid=dead_pid())

    assert ids(path) == ["call-0", "call-2"]
    assert not dead.exists()
    with living.open("ab") as file:
        file.write(rest)
    assert ids(path) == ["call-0", "call-1", "call-2"]
    assert tercet.Ledger(path).lost == 0


def test_a_line_may_be_split_at_every_byte(path: Path) -> None:
    whole = text(entry(0, tags={"user": "Bjørn"}), entry(1))
    for cut in range(0, len(whole), 37):
        here = path.with_name(f"cut-{cut}.db")
        file = journal(here, whole[:cut])
        tercet.Ledger(here).merge()
        with file.open("ab") as more:
            more.write(whole[cut:])
        assert ids(here) == ["call-0", "call-1"]


BAD: list[Any] = [
    b"{\n", b"[]\n", b"null\n", b'"text"\n', b"\xff\xfe\n", b'{"id": "x"}\n', b"NaN\n", b"[" * 100_000 + b"\n",
    entry(1, attempt=-1), entry(1, at=-1), entry(1, at=2**63), entry(1, input=-5), entry(1, nano_usd=2**62),
    entry(1, input=1.5), entry(1, tags=[]), entry(1, tags={"user": {"a": 1}}), entry(1, certainty=7), entry(1, origin="moon"),
    entry(1, id=""), entry(1, id="x" * 5000), entry(1, kind=None), entry(1, status="200"), entry(1, price_day=5),
    entry(1, model_served="\ud800"), b"x" * 1_500_000 + b"\n",
]  # fmt: skip


@pytest.mark.parametrize("line", BAD, ids=lambda line: str(line)[:40] if isinstance(line, bytes) else "")
def test_a_line_that_makes_no_sense_is_counted_and_told_and_the_others_are_read(path: Path, line: Any) -> None:
    journal(path, entry(0), line, entry(2))
    ledger = tercet.Ledger(path)

    with pytest.warns(tercet.LedgerWarning, match=r"1 lines of its journals make no sense.*ledger\.lost"):
        ledger.merge()
    assert ids(path) == ["call-0", "call-2"]
    assert ledger.lost == 1


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=80) | st.from_regex(rb'\{"id":.{0,60}\}', fullmatch=True))
def test_any_bytes_are_a_row_or_none(line: bytes) -> None:
    row = read_row(line)

    assert row is None or len(row) == len(COLUMNS)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=6)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(COLUMNS), JSON, max_size=6))
def test_whatever_is_a_row_can_be_written_and_asked_for(fields: dict[str, Any]) -> None:
    import sqlite3

    from tercet.toolkit.ledger.database import _schema

    row = read_row(json.dumps(entry(1, **fields)).encode())
    if row is not None:
        memory = sqlite3.connect(":memory:", isolation_level=None)
        for statement in _schema():
            memory.execute(statement)
        memory.execute(f"insert into calls values ({', '.join('?' * len(COLUMNS))})", row)
        assert memory.execute("select count(*), sum(nano_usd), sum(input) from calls").fetchone()[0] == 1
        memory.close()


def test_a_file_that_is_none_of_ours_is_left_alone_and_told_once(path: Path) -> None:
    foreign = journal(path)
    foreign.write_bytes(b"somebody's\nnotes\n")
    newer = journal(path, name="newer")
    newer.write_bytes(newer.read_bytes().replace(b'"tercet_ledger": 1', b'"tercet_ledger": 2'))

    with pytest.warns(tercet.LedgerWarning, match="2 lines"):
        tercet.Ledger(path).merge()
    assert tercet.Ledger(path).merge() == 0
    assert foreign.read_bytes() == b"somebody's\nnotes\n"
    assert newer.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_links_and_fifos_are_not_followed_and_hold_nobody_up(path: Path, tmp_path: Path) -> None:
    folder = journal(path, entry(0)).parent
    elsewhere = journal(tmp_path / "other.db", entry(9))
    (folder / "1-1-link.jsonl").symlink_to(elsewhere)
    os.mkfifo(folder / "1-1-fifo.jsonl")

    assert ids(path) == ["call-0"]


def test_many_groups_of_a_file_are_one_story(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "GROUP", 1500)
    journal(path, *(entry(number) for number in range(50)), pid=dead_pid())

    assert len(ids(path)) == 50


def test_a_line_longer_than_a_group_is_passed_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "GROUP", 1500)
    journal(path, entry(0), b"x" * 4000 + b"\n", entry(1))

    with pytest.warns(tercet.LedgerWarning):
        tercet.Ledger(path).merge()
    assert ids(path) == ["call-0", "call-1"]


def test_who_dies_between_two_groups_leaves_what_the_next_one_goes_on_from(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "GROUP", 1500)
    journal(path, *(entry(number) for number in range(20)))
    insert, count = merging._insert, iter(range(100))

    def dies(*arguments: Any) -> None:
        insert(*arguments)
        if next(count) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as here:
        here.setattr(merging, "_insert", dies)
        with pytest.raises(KeyboardInterrupt):
            tercet.Ledger(path).merge()
    assert len(ids(path)) == 20
    assert tercet.Ledger(path).cost(by=())[0]["calls"] == 20


def test_several_processes_may_merge_and_read_at_once(path: Path) -> None:
    for number in range(6):
        lines = (entry(number * 1000 + place) for place in range(300))
        journal(path, *lines, pid=dead_pid(), name=f"n{number}")
    code = "import sys, tercet; print(sum(row['calls'] for row in tercet.Ledger(sys.argv[1]).cost()))"
    readers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    assert [reader.communicate(timeout=100)[0].strip() for reader in readers] == ["1800"] * 4
    assert list(path.with_name("calls.db.d").iterdir()) == []


WRITER = """
import sys
from tercet.flow.ledger.journal import journal_at
journal = journal_at(sys.argv[1])
for line in sys.stdin:
    journal.write(line.encode(), int(sys.argv[2]))
    print("written", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no flock: there the number of the process says so")
def test_a_writer_whose_process_nobody_sees_lives_as_long_as_it_holds_its_file(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(NOW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None

        def write(number: int) -> None:
            assert writer.stdin is not None
            assert writer.stdout is not None
            writer.stdin.write(text(entry(number)).decode())
            writer.stdin.flush()
            assert writer.stdout.readline() == "written\n"

        write(0)
        (file,) = path.with_name("calls.db.d").iterdir()
        elsewhere = file.rename(
            file.with_name(file.name.replace(f"-{writer.pid}-", f"-{dead_pid()}-"))
        )  # as another container sees it
        assert ids(path) == ["call-0"]
        assert elsewhere.exists()
        write(1)
        assert ids(path) == ["call-0", "call-1"]
        write(2)
        reused = elsewhere.rename(
            elsewhere.with_name(elsewhere.name.replace(elsewhere.name.split("-")[1], str(os.getpid())))
        )
        writer.kill()  # and its number is somebody else's here, who lives
        writer.wait()

    assert ids(path) == ["call-0", "call-1", "call-2"]
    assert not reused.exists()
    assert tercet.Ledger(path).lost == 0
