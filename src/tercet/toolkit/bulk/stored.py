"""Results that stand in the logs, with their rows: as rows of the output, and as items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tercet.catalog.cost import in_dollars
from tercet.schema.answers import OutputFormat
from tercet.toolkit.bulk.answers import value_again
from tercet.toolkit.bulk.columns import Columns
from tercet.toolkit.bulk.items import ItemError, ResultLine, Status
from tercet.toolkit.bulk.results import LineReader, scan
from tercet.toolkit.bulk.rows import JobRows
from tercet.wire.responses.message import Message


class Item(msgspec.Struct, frozen=True):
    """One item of a job: its row, the answer, the value made of it, its cost in US dollars, and why there is none."""

    row: Mapping[str, Any] | None
    """None for a row of the source that could not be read."""
    message: Message | None
    value: Any
    """The text; with `answer=`, a value of that type; None where nothing of it came."""
    error: ItemError | None
    cost: Decimal | None
    number: int
    """The row's place in the source, from 0."""
    status: Status

    @property
    def text(self) -> str:
        """Return the text of the answer, empty if there is none."""
        return "" if self.message is None else self.message.text


class StoredResults:
    """Read the results of a folder again, in the order of the source."""

    def __init__(self, folder: Path, rows: JobRows, columns: Columns) -> None:
        self._folder, self._rows, self.columns = folder, rows, columns

    def output_rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row of the output for each row of the source that has a result."""
        for row, line, message in self._lines(lambda code: True):
            yield {**(row or {}), **self.columns.values(line, message)}

    def items(self, codes: frozenset[int] | None = None) -> Iterator[Item]:
        """Yield the items whose code is one of these, or all that have a result."""
        for row, line, message in self._lines(lambda code: codes is None or code in codes):
            yield item_of(row, line, message, self.columns.output)

    def _lines(
        self, wanted: Callable[[int], bool]
    ) -> Iterator[tuple[Mapping[str, Any] | None, ResultLine, Mapping[str, Any]]]:
        found = scan(self._folder, places=True, most=self._rows.sums.known)
        reader = LineReader(found)
        try:
            for number, row in self._rows.all():
                code = found.of(number)
                if not code or not wanted(code):
                    continue
                line = reader.line(number)
                assert line is not None
                told = line if line.same is None else (reader.line(line.same) or line)
                yield (row if isinstance(row, Mapping) else None), line, msgspec.json.decode(told.message) or {}
        finally:
            reader.close()


def item_of(
    row: Mapping[str, Any] | None, line: ResultLine, message: Mapping[str, Any], output: OutputFormat | None
) -> Item:
    """Return the item of a line."""
    return Item(
        row,
        Message(message) if message else None,
        value_again(message, line.status, output) if message else None,
        line.error,
        None if line.nano is None else in_dollars(line.nano),
        line.item,
        line.status,
    )
