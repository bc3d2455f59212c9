"""The append-only logs of a job: written by groups, scanned for what is answered, read again by place.

A group is one `write` of whole lines to one file that nobody else writes; `fdatasync` follows within a second, on the
engine's order. A kill can tear the last line of a file and nothing else: it is cut off before the file is written to again, and
readers pass over it. A file is left after 64 MB and never written to again.

A scan reads the head of each line, never its message: a million lines take about half a second.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from tercet.toolkit.bulk.errors import JobStoppedError
from tercet.toolkit.bulk.items import CODES, FAILED, STATUSES, ResultLine, Status

LARGEST_FILE = 64 << 20
_CODE = {status.encode(): code for status, code in CODES.items()}
_HEAD, _STATUS, _NANO = len(b'{"item":'), len(b'"status":"'), len(b'"nano":')
_FILE_BITS = 40
"""A place is a file's number above these bits, and an offset in the file below them."""


def log_files(folder: Path) -> list[Path]:
    """Return the logs of a folder, in the order in which they were begun."""
    return sorted(folder.glob("results-*.log"))


class ItemMap:
    """Know of every item what became of it: a byte an item, and on demand the place of its line."""

    def __init__(self, *, places: bool = False) -> None:
        self.codes = bytearray()
        self.nano = 0
        """Nano-dollars of all lines, of those that were replaced as well: it was paid all the same."""
        self.unpriced = 0
        """Lines whose cost nobody knows."""
        self.counts = [0] * (len(STATUSES) + 1)
        self.torn = 0
        """Lines that could not be read, but for a torn last one."""
        self.files: list[Path] = []
        self.places: array[int] | None = array("Q") if places else None

    def add(self, item: int, code: int, nano: int | None, place: int = 0) -> None:
        """Take in one line. A failure does not replace an answer."""
        if item >= len(self.codes):
            self._grow(item + 1)
        if nano is None:
            self.unpriced += 1
        else:
            self.nano += nano
        before = self.codes[item]
        if code == FAILED and before not in (0, FAILED):
            return
        self.codes[item] = code
        self.counts[before] -= 1
        self.counts[code] += 1
        if self.places is not None:
            self.places[item] = place

    def _grow(self, size: int) -> None:
        more = max(size - len(self.codes), len(self.codes) >> 3)
        self.codes.extend(bytes(more))
        if self.places is not None:
            self.places.frombytes(bytes(more * self.places.itemsize))

    def count(self, *statuses: Status) -> int:
        """Return how many items have one of these statuses; of all there are, if none is named."""
        return sum(self.counts[CODES[status]] for status in statuses or STATUSES)

    def of(self, item: int) -> int:
        """Return the code of an item, 0 if it has no line."""
        return self.codes[item] if item < len(self.codes) else 0

    def status(self, item: int) -> Status | None:
        """Return the status of an item, None if it has no line."""
        code = self.of(item)
        return STATUSES[code - 1] if code else None

    def items(self, codes: Iterable[int]) -> Iterator[int]:
        """Yield the items that have one of these codes, in order."""
        wanted = frozenset(codes)
        return (item for item, code in enumerate(self.codes) if code in wanted)


def scan(folder: Path, *, places: bool = False, most: int | None = None) -> ItemMap:
    """Return what the logs of a folder say of each item. `most`: items from there on are none of this job."""
    found = ItemMap(places=places)
    for file in log_files(folder):
        _scan_file(file, found, 1 << 62 if most is None else most)
        found.files.append(file)
    return found


def _scan_file(path: Path, found: ItemMap, most: int) -> None:
    place = len(found.files) << _FILE_BITS
    add, codes = found.add, _CODE
    with open(path, "rb", buffering=1 << 20) as file:
        for line in file:
            try:
                item_part, status, nano_part, _ = line.split(b",", 3)
                item, code = int(item_part[_HEAD:]), codes[status[_STATUS:-1]]
                nano = None if nano_part.endswith(b"null") else int(nano_part[_NANO:].rstrip(b"}\n"))
            except (ValueError, KeyError):
                head = _short_head(line)
                if head is None:
                    found.torn += line.endswith(b"\n")
                    place += len(line)
                    continue
                item, code, nano = head
            if line.endswith(b"}\n") and 0 <= item < most:
                add(item, code, nano, place)
            else:
                found.torn += line.endswith(b"\n")
            place += len(line)


def _short_head(line: bytes) -> tuple[int, int, int | None] | None:
    """Return the head of a line that has nothing behind its cost, or that was written in another order."""
    try:
        read = msgspec.json.decode(line, type=ResultLine)
    except msgspec.MsgspecError:
        return None
    return read.item, CODES[read.status], read.nano


class ResultLog:
    """Append groups of lines to the newest log of a folder. One writer a file: whoever holds the folder's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None
        self._size = 0
        self.unsynced = False

    def write(self, lines: list[bytes]) -> None:
        """Append whole lines. What cannot be written whole is taken back, and JobStoppedError says why."""
        if self._file is None or self._size >= LARGEST_FILE:
            self._next()
        assert self._file is not None
        content = memoryview(b"".join(lines))
        try:
            written = 0
            while written < len(content):
                written += os.write(self._file, content[written:])
        except OSError as problem:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise JobStoppedError(
                f"The results could not be written to {self.folder}: {problem.strerror}. What stands there is whole; make room, "
                "and run the job again: it goes on."
            ) from problem
        self._size += written
        self.unsynced = True

    def sync(self) -> None:
        """Put what was written onto the disk."""
        if self._file is not None and self.unsynced:
            self.unsynced = False
            try:
                getattr(os, "fdatasync", os.fsync)(self._file)
            except OSError as problem:
                raise JobStoppedError(
                    f"The results in {self.folder} could not be put onto the disk: {problem.strerror}. Run the job again: it goes on."
                ) from problem

    def close(self) -> None:
        """Put everything onto the disk, and write no more."""
        if self._file is not None:
            try:
                self.sync()
            finally:
                os.close(self._file)
                self._file = None

    def _next(self) -> None:
        """Open the newest file if it has room, its torn tail cut off; else begin another."""
        self.close()
        files = log_files(self.folder)
        if files and (room := end_of_lines(files[-1])) < LARGEST_FILE:
            path = files[-1]
        else:
            number = int(files[-1].stem.partition("-")[2]) + 1 if files else 0
            path, room = self.folder / f"results-{number:05}.log", 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(self._file, room)
        self._size = room


def end_of_lines(path: Path) -> int:
    """Return the size of a log without its torn last line."""
    with open(path, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - (1 << 16))
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at != -1:
                return start + at + 1
            end = start
    return 0


class LineReader:
    """Read single lines of the logs again, by the places of an `ItemMap`. Close it."""

    def __init__(self, found: ItemMap) -> None:
        assert found.places is not None
        self._map, self._places = found, found.places
        self._files: dict[int, BinaryIO] = {}

    def line(self, item: int) -> ResultLine | None:
        """Return the line of an item, None if it has none. JobStoppedError for one that cannot be read."""
        if not self._map.of(item):
            return None
        number, offset = divmod(self._places[item], 1 << _FILE_BITS)
        file = self._files.get(number)
        if file is None:
            file = self._files[number] = open(self._map.files[number], "rb")  # noqa: SIM115 - `close` closes it
        if file.tell() != offset:
            file.seek(offset)
        try:
            return msgspec.json.decode(file.readline(), type=ResultLine)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise JobStoppedError(
                f"{self._map.files[number]} is damaged at byte {offset}: the result of item {item} cannot be read ({problem}). "
                "Delete that line, and run the job again: the item is asked again."
            ) from problem

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
