"""The rows of a job, numbered: read once in order, remembered by their hashes, and found again for the output.

Where the source can be read only once, the rows themselves are kept beside their hashes, as JSON.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tercet.toolkit.bulk.changes import RowSums, check_source
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.folder import JobRecord
from tercet.toolkit.bulk.outputs import json_line
from tercet.toolkit.bulk.results import ItemMap
from tercet.toolkit.bulk.sources import BadRow, Row, RowSource

MOST_COLUMNS = 10_000
Numbered = tuple[int, Row | BadRow]


class JobRows:
    """The rows of one job. `check` comes first, in each run; then they may be read."""

    def __init__(self, folder: Path, source: RowSource) -> None:
        self.source = source
        self._folder = folder
        self._rest: Iterator[Row | BadRow] | None = None
        """What was never read of a source that can be read only once."""
        self._begin()

    def _begin(self) -> None:
        self.sums = RowSums(self._folder)
        self._kept = KeptRows(self._folder / "rows.jsonl") if self.source.once else None
        self._columns: list[str] = []
        self._names: set[str] = set()

    def check(self, record: JobRecord) -> None:
        """Raise JobChangedError unless the source is what it was, with more rows at most."""
        self._begin()
        if self._rest is None:
            self._rest = check_source(self.source, record, self.sums)
        if self._kept is not None:
            self._kept.cut(self.sums.known)
        self._columns = [*(record.columns or self.source.columns or [])]
        self._names = set(self._columns)

    @property
    def columns(self) -> list[str]:
        """Return the names that rows have, as far as they were read."""
        return self._columns

    def all(self) -> Iterator[Numbered]:
        """Yield every row that was read, from the first on."""
        return enumerate(islice(self._again(), len(self.sums)))

    def due(self, found: ItemMap, again: Container[int], at_end: Callable[[int], object]) -> Iterator[Numbered]:
        """Yield the rows that have no result, or are to be asked again; remember those that are new. `at_end` hears how
        many rows there are."""
        known, number = self.sums.known, -1
        rows = chain(islice(self._again(), known), self._rest) if self._rest is not None else self.source.rows()
        for number, row in enumerate(rows):
            if number >= known:
                self._remember(row)
            if found.of(number) and number not in again:
                continue
            yield number, row
        at_end(number + 1)

    def forward(self) -> Iterator[Row | BadRow]:
        """Yield the rows from the first on, also those that are read meanwhile."""
        return self.source.rows() if self._kept is None else self._kept.follow()

    def write(self) -> None:
        """Write what is known of the rows that were read. Before results of these rows are written."""
        if self._kept is not None:
            self._kept.write()
        self.sums.write()

    def close(self) -> None:
        """Write what is left, and close the files."""
        self.write()
        if self._kept is not None:
            self._kept.close()

    def _again(self) -> Iterator[Row | BadRow]:
        return self.source.rows() if self._kept is None else self._kept.rows()

    def _remember(self, row: Row | BadRow) -> None:
        self.sums.add(row)
        if self._kept is not None:
            self._kept.add(row)
        if isinstance(row, Mapping) and not self._names.issuperset(row):
            fresh = [str(name) for name in row if name not in self._names]
            self._columns += fresh
            self._names.update(fresh)
            if len(self._columns) > MOST_COLUMNS:
                raise BulkError(f"The rows of {self.source.name} have more than {MOST_COLUMNS:,} different fields.")


class RowFinder:
    """Find rows by their numbers, mostly forward; those that were passed are held until they are asked for.

    `unwanted` says of which nobody will ask.
    """

    def __init__(self, rows: JobRows, unwanted: Callable[[int], bool]) -> None:
        self._rows = rows.forward()
        self._unwanted = unwanted
        self._passed: dict[int, Row | BadRow] = {}
        self._next = 0

    def row(self, number: int) -> Row | BadRow | None:
        """Return the row of this number, None if it is not there."""
        while self._next <= number:
            row = next(self._rows, None)
            if row is None:
                return None
            if self._next == number or not self._unwanted(self._next):
                self._passed[self._next] = row
            self._next += 1
        return self._passed.pop(number, None)


class KeptRows:
    """Rows in a file of their own, one a line: `[row]`, or `[null,"why it is none"]`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def cut(self, count: int) -> None:
        """Leave the first `count` rows, and no others."""
        if not self.path.exists():
            return
        with open(self.path, "rb+") as file:
            size = 0
            for line in islice(file, count):
                size += len(line)
            file.truncate(size)

    def add(self, row: Row | BadRow) -> None:
        """Append a row."""
        if self._file is None:
            self._file = open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb")  # noqa: SIM115 - `close`
        line = f"[null,{json_line(row.problem)[:-1]}]\n" if isinstance(row, BadRow) else f"[{json_line(row)[:-1]}]\n"
        self._file.write(line.encode("utf-8", "surrogatepass"))

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield the rows."""
        self.write()
        if not self.path.exists():
            return
        with open(self.path, "rb", buffering=1 << 18) as file:
            for line in file:
                read: list[Any] = msgspec.json.decode(line)
                yield read[0] if read[0] is not None else BadRow(str(read[1]))

    def follow(self) -> Iterator[Row | BadRow]:
        """Yield the rows, also those that are written meanwhile; ask for none that is not."""
        with open(self.path, "rb") as file:
            while line := file.readline():
                read: list[Any] = msgspec.json.decode(line)
                yield read[0] if read[0] is not None else BadRow(str(read[1]))

    def write(self) -> None:
        """Give what was added to the system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
