"""Lines of journals become rows, each once, in groups.

Theory of operation. A group is one transaction: the rows of some lines, and how far their file has been read. So whoever is
killed leaves both or neither, and two who merge at once take turns at the lock, the second finding the first one's lines read.
A row that is there already is left as it is. A file is deleted after its last group is committed, and only if nothing can
follow: its process said so, or was dead before that group was read. What has no newline yet is not read: its process is at
it, or died at it. What makes no sense is counted, told once, and left behind.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import BinaryIO, NamedTuple

import msgspec

from tercet.flow.ledger.journal import is_locked
from tercet.flow.store.sqlite import boot_id, patiently
from tercet.toolkit.ledger.database import PATIENCE
from tercet.toolkit.ledger.lines import (
    COLUMNS,
    FILE_NAME,
    LONGEST_LINE,
    Header,
    is_end,
    read_bodies,
    read_header,
    read_row,
    whole_lines,
)

GROUP = 8_000_000
"""Bytes of lines that are merged at once."""
DAY = 86_400_000_000_000
_AT = COLUMNS.index("at")
_INSERT_BODIES = "insert or ignore into bodies values (?, ?, ?, ?, ?, ?)"
_CHANGED = "insert into changed values (?, ?) on conflict(day) do update set lines = lines + excluded.lines"
_INSERT = f"insert or ignore into calls values ({', '.join('?' * len(COLUMNS))})"


class Merged(NamedTuple):
    """Count the lines that a merge read, and those among them that made no sense."""

    lines: int
    unreadable: int


def merge(connection: sqlite3.Connection, folder: str) -> Merged:
    """Merge every line that is written, of living processes and dead ones."""
    lines = unreadable = 0
    here, names = boot_id(), _names(folder)
    known = {name: (read, ended) for name, read, ended in connection.execute("select name, read, ended from files")}
    for name in names:
        path = os.path.join(folder, name)
        with suppress(FileNotFoundError):  # merged to its end and deleted by another one
            merged = _merge_file(connection, path, name, here, known.get(name, (-1, 0)))
            lines, unreadable = lines + merged.lines, unreadable + merged.unreadable
    if gone := known.keys() - names:
        connection.executemany("delete from files where name = ?", [(name,) for name in gone])
    return Merged(lines, unreadable)


def _names(folder: str) -> list[str]:
    try:
        found = [entry.name for entry in os.scandir(folder) if FILE_NAME.fullmatch(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found)


def is_over(file: BinaryIO, name: str, header: Header, here: str) -> bool:
    """Return whether the process that writes this file is gone. Its lock says so where there is one, else its number."""
    locked = is_locked(file.fileno()) if header.lock else None
    return is_dead(name, header.boot, here) if locked is None else not locked


def is_dead(name: str, boot: str | None, here: str) -> bool:
    """Return whether the process that writes this file is gone: no such process, or one of an earlier run of the machine."""
    if boot is not None and boot != here and len(boot) == len(here) == len("00000000-0000-0000-0000-000000000000"):
        return True
    found = FILE_NAME.fullmatch(name)
    if found is None:
        return False
    try:
        os.kill(int(found[2]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's, or a number that is no process: nobody can say
        return False
    return False


def _merge_file(connection: sqlite3.Connection, path: str, name: str, here: str, known: tuple[int, int]) -> Merged:
    """Merge what a file holds beyond what is `known` of it: how far it was read, and whether it had ended then."""
    try:
        file = open_journal(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        return Merged(0, 0)  # a link, or not ours to read
    lines = unreadable = 0
    with file:
        header = read_header(file.readline(LONGEST_LINE))
        if header is None or header.tercet_ledger != 1:
            return Merged(0, _foreign(connection, name, file))
        over = is_over(file, name, header, here)
        if not over and known == (os.fstat(file.fileno()).st_size, 0):
            return Merged(0, 0)
        while True:
            merged, more, ended = _merge_group(connection, file, name)
            lines, unreadable = lines + merged.lines, unreadable + merged.unreadable
            if not more:
                break
    if over or ended:
        with suppress(FileNotFoundError):
            os.unlink(path)
        connection.execute("delete from files where name = ?", (name,))
    return Merged(lines, unreadable)


def open_journal(path: str, flags: int = os.O_RDONLY) -> BinaryIO:
    """Open a journal: no link is followed, and what is no plain file is not waited for."""
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no plain file")
    return open(descriptor, "rb" if flags == os.O_RDONLY else "r+b")


def _foreign(connection: sqlite3.Connection, name: str, file: BinaryIO) -> int:
    """Count a file that is none of ours, or of a later form, once; it is left where it is. An empty one may become ours."""
    size = os.fstat(file.fileno()).st_size
    if size == 0 or connection.execute("select 1 from files where name = ?", (name,)).fetchone():
        return 0
    file.seek(0)
    if b"\n" not in file.read(LONGEST_LINE):
        return 0  # its header is being written
    patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
    connection.execute("insert or ignore into files values (?, ?, 0)", (name, size))
    connection.execute("update unreadable set lines = lines + 1")
    connection.execute("commit")
    return 1


def waiting_lines(folder: str) -> int:
    """Return how many lines of attempts there are in journals."""
    count = 0
    for name in _names(folder):
        with suppress(OSError), open_journal(os.path.join(folder, name)) as file:
            count += sum(1 for line in file if line.endswith(b"\n") and read_row(line) is not None)
    return count


def _merge_group(connection: sqlite3.Connection, file: BinaryIO, name: str) -> tuple[Merged, bool, bool]:
    """Merge the next lines of a file. Returns what that came to, whether there may be more, and whether the file is ended."""
    patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
    try:
        found = connection.execute("select read, ended from files where name = ?", (name,)).fetchone()
        start, ended = found or (0, 0)
        file.seek(start)
        data = file.read(GROUP)
        whole = data.rfind(b"\n") + 1
        if not whole and len(data) == GROUP:
            whole = GROUP  # a line without an end in sight is passed over in pieces, each of which makes no sense
        rows, bodies, unreadable, ends = _rows(data[:whole], start == 0)
        if whole:
            _insert(connection, rows, unreadable)
            connection.executemany(_INSERT_BODIES, bodies)
            ended = int(ended or ends)
            connection.execute("insert or replace into files values (?, ?, ?)", (name, start + whole, ended))
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    return Merged(len(rows) + unreadable, unreadable), whole > 0 and len(data) == GROUP, bool(ended)


def _rows(data: bytes, first: bool) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], int, bool]:
    """Return the rows of these lines, those of their bodies, how many lines make no sense, and whether the file ends."""
    rows: list[tuple[object, ...]] = []
    bodies: list[tuple[object, ...]] = []
    unreadable, ended = 0, False
    lines = iter(whole_lines(data))
    if first:
        next(lines, None)  # the header
    for line in lines:
        row = read_row(line) if len(line) <= LONGEST_LINE else None
        if row is not None:
            rows.append(row)
        elif is_end(line):
            ended = True
        elif (kept := read_bodies(line)) is not None:
            bodies.append(msgspec.structs.astuple(kept))
        else:
            unreadable += 1
    return rows, bodies, unreadable, ended


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]], unreadable: int) -> None:
    connection.executemany(_INSERT, rows)
    days = Counter(int(row[_AT]) // DAY for row in rows)  # type: ignore[call-overload]
    connection.executemany(_CHANGED, days.items())
    if unreadable:
        connection.execute("update unreadable set lines = lines + ?", (unreadable,))
