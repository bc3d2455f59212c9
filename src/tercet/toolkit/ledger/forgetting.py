"""Deletes rows so that no byte of them is left: in the table, its free pages, its journal, and the lines they came from.

Lines of journals are overwritten where they stand, with spaces: their file keeps its length, so that a process that is
writing into it notices nothing, and nothing that was read is read again. Readers pass over blank lines.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from tercet.flow.store.sqlite import patiently
from tercet.toolkit.ledger.alerts import is_about
from tercet.toolkit.ledger.database import PATIENCE
from tercet.toolkit.ledger.lines import COLUMNS, FILE_NAME, LONGEST_LINE, read_bodies, read_row
from tercet.toolkit.ledger.merge import open_journal
from tercet.toolkit.ledger.periods import DAY
from tercet.toolkit.ledger.sums import ALL_LINES, keep_days

_ID, _ATTEMPT = COLUMNS.index("id"), COLUMNS.index("attempt")


def forget(
    connection: sqlite3.Connection,
    folder: str,
    sql: Sequence[str],
    parameters: Sequence[Any],
    chosen: Mapping[str, Any],
) -> int:
    """Delete the rows that these conditions choose, everywhere. Returns how many they were."""
    where = " and ".join(sql)
    patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
    connection.execute(
        f"insert or replace into changed select distinct at / {DAY}, {ALL_LINES} from calls where {where}",
        parameters,
    )
    connection.execute(
        f"delete from bodies where (id, attempt) in (select id, attempt from calls where {where})", parameters
    )
    deleted = connection.execute(f"delete from calls where {where}", parameters).rowcount
    for (alert,) in connection.execute("select distinct alert from told").fetchall():
        if is_about(alert, chosen):
            connection.execute("delete from told where alert = ?", (alert,))
    connection.execute("commit")
    _blank_journals(folder, where, parameters)
    keep_days(connection)
    patiently(lambda: connection.execute("vacuum"), monotonic() + PATIENCE)
    return deleted


def _blank_journals(folder: str, where: str, parameters: Sequence[Any]) -> None:
    """Blank these rows' lines in every journal. Whether a line is one of them, the same condition says as of the table."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    memory.execute(f"create table calls({', '.join(COLUMNS)})")
    insert = f"insert into calls values ({', '.join('?' * len(COLUMNS))})"

    known: set[tuple[object, object]] = set()
    """Attempts whose lines were blanked: their bodies stand behind them."""

    def is_meant(line: bytes) -> bool:
        row = read_row(line)
        if row is None:
            bodies = read_bodies(line)
            return bodies is not None and (bodies.tercet_body, bodies.attempt) in known
        memory.execute("delete from calls")
        memory.execute(insert, row)
        meant = memory.execute(f"select 1 from calls where {where}", parameters).fetchone() is not None
        if meant:
            known.add((row[_ID], row[_ATTEMPT]))
        return meant

    try:
        _blank_all(folder, is_meant)
    finally:
        memory.close()


def forget_old_bodies(connection: sqlite3.Connection, folder: str, now: int) -> None:
    """Delete the bodies whose time is over (`now`: ns since 1970), in the table and in journals."""
    if connection.execute("select 1 from bodies where until < ? limit 1", (now,)).fetchone() is None:
        return
    patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
    connection.execute("delete from bodies where until < ?", (now,))
    connection.execute("commit")
    _blank_all(folder, lambda line: (bodies := read_bodies(line)) is not None and bodies.until < now)


def _blank_all(folder: str, is_meant: Callable[[bytes], bool]) -> None:
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        if FILE_NAME.fullmatch(entry.name):
            with suppress(FileNotFoundError):  # merged and deleted meanwhile
                _blank(entry.path, is_meant)


def _blank(path: str, is_meant: Callable[[bytes], bool]) -> None:
    with open_journal(path, os.O_RDWR) as file:
        while True:
            start = file.tell()
            line = file.readline(LONGEST_LINE)
            if not line:
                break
            if line.endswith(b"\n") and is_meant(line):
                file.seek(start)
                file.write(b" " * (len(line) - 1))
                file.seek(start + len(line))
        file.flush()
        os.fsync(file.fileno())
