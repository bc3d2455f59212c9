"""Items read from the logs while a job runs: what stood there first, then what comes, each item once.

Whoever iterates reads at their own speed; memory holds no queue of answers, only rows that were passed and not answered yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tercet.schema.answers import OutputFormat
from tercet.toolkit.bulk.columns import Columns
from tercet.toolkit.bulk.items import ResultLine
from tercet.toolkit.bulk.results import ItemMap, LineReader, end_of_lines, log_files, scan
from tercet.toolkit.bulk.rows import JobRows, RowFinder
from tercet.toolkit.bulk.stored import Item, StoredResults, item_of


class LogTail:
    """Follow the logs of a folder. `begin` is called by the runner before it asks anything."""

    def __init__(self, folder: Path, rows: JobRows, output: OutputFormat | None) -> None:
        self._folder, self._rows, self._output = folder, rows, output
        self._seen = bytearray()
        self._read: dict[Path, int] | None = None
        self._finder = RowFinder(rows, self._is_seen)

    def begin(self, found: ItemMap) -> None:
        """Note what stands there."""
        self._read = {file: end_of_lines(file) for file in log_files(self._folder)}
        self._seen = bytearray(bool(code) for code in found.codes)

    def stored(self) -> Iterator[Item]:
        """Yield the items that were answered before."""
        if self._read is None or not any(self._seen):
            return
        for item in StoredResults(self._folder, self._rows, Columns([], self._output, flat=False)).items():
            if self._is_seen(item.number):
                yield item

    def fresh(self) -> Iterator[Item]:
        """Yield the items whose lines came since this was asked last."""
        if self._read is None:
            return
        for file in log_files(self._folder):
            with open(file, "rb") as log:
                log.seek(self._read.get(file, 0))
                for line in log:
                    if not line.endswith(b"\n"):
                        break
                    self._read[file] = self._read.get(file, 0) + len(line)
                    result = msgspec.json.decode(line, type=ResultLine)
                    if not self._is_seen(result.item):
                        self._mark(result.item)
                        yield self._item(result)

    def _item(self, line: ResultLine) -> Item:
        row = self._finder.row(line.item)
        told = line
        if line.same is not None:
            found = scan(self._folder, places=True)
            reader = LineReader(found)
            told = reader.line(line.same) or line
            reader.close()
        message = msgspec.json.decode(told.message) or {}
        return item_of(row if isinstance(row, Mapping) else None, line, message, self._output)

    def _is_seen(self, item: int) -> bool:
        return item < len(self._seen) and bool(self._seen[item])

    def _mark(self, item: int) -> None:
        if item >= len(self._seen):
            self._seen.extend(bytes(max(item + 1 - len(self._seen), len(self._seen) >> 3)))
        self._seen[item] = 1
