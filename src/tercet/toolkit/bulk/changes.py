"""Whether a job's source and requests are what they were when it was begun, and what changed.

Every row that is read leaves eight bytes in `rows.sum`, before its result can stand in a log. A file whose path, size, time
and ends are as they were is taken at its word; of anything else the rows are read and compared before anything is sent. More rows
at the end are welcome; any other change is refused with the first row that differs.

Requests are compared by samples: those that `ask` made of rows 0, 1, 2, 4, 8 … stand in `job.json` with their rows, where a
row is plain JSON. `ask` is code: what it makes of these rows now is what tells whether it changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from tercet.toolkit.bulk.errors import JobChangedError
from tercet.toolkit.bulk.folder import JobRecord
from tercet.toolkit.bulk.items import NumberedRequest
from tercet.toolkit.bulk.sources import BadRow, Row, RowSource, row_hash
from tercet.wire.requests.json_body import encode_json

WIDTH = 8
LARGEST_SAMPLE = 64 << 10
"""Bytes of a request or row that is kept to show what changed; of larger ones there is the hash."""
MOST_CHANGES = 8


class RowSums:
    """The hashes of all rows that were read, eight bytes each, in `rows.sum`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rows.sum"
        self._fresh = bytearray()
        self.known = 0
        """How many rows stand in the file."""
        with suppress(FileNotFoundError):
            self.known = self.path.stat().st_size // WIDTH

    def __len__(self) -> int:
        return self.known + len(self._fresh) // WIDTH

    def add(self, row: Row | BadRow) -> None:
        """Take in the next row."""
        self._fresh += row_hash(row)

    def write(self) -> None:
        """Write what was taken in. Before results of these rows are written."""
        if self._fresh:
            with open(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600), "wb", buffering=0) as file:
                file.seek(self.known * WIDTH)
                file.truncate()
                file.write(self._fresh)
            self.known += len(self._fresh) // WIDTH
            self._fresh.clear()

    def first_that_differs(self, rows: Iterator[Row | BadRow]) -> int | None:
        """Return the number of the first row that is not what it was, None if all are. Reads as many as there were."""
        if not self.known:
            return None
        with open(self.path, "rb", buffering=1 << 16) as file:
            number = -1
            for number, row in enumerate(islice(rows, self.known)):
                if file.read(WIDTH) != row_hash(row):
                    return number
        return None if number + 1 == self.known else number + 1


def check_source(source: RowSource, record: JobRecord, sums: RowSums) -> Iterator[Row | BadRow] | None:
    """Raise JobChangedError unless the source is what it was, with more rows at most.

    Returns the rest of the rows of a source that can be read only once: those that were never read.
    """
    if (
        source.columns is not None
        and record.columns is not None
        and record.columns[: len(source.columns)] != source.columns
    ):
        raise JobChangedError(
            f"{source.name} has other columns than when this job was begun: {', '.join(source.columns)} now, "
            f"{', '.join(record.columns)} then. Give another to=, or the source as it was."
        )
    now = source.fingerprint()
    if now and now == record.source:
        return None
    rows = source.rows()
    differs = sums.first_that_differs(rows)
    if differs is not None:
        raise JobChangedError(
            f"Row {differs + 1} of {source.name} is not what it was when this job was begun. Rows may be added at the end; for "
            "another source give another to=, or delete the job's folder."
        )
    return rows if source.once else None


# --- requests --------------------------------------------------------------------------------------------------------


def is_sample(item: int) -> bool:
    """Return whether the request of this item is kept: 0, 1, 2, 4, 8 …"""
    return item & (item - 1) == 0


def sample_of(request: NumberedRequest, row: Row) -> dict[str, Any]:
    """Return what is kept of a request: its hash, itself and its row if they are small and plain."""
    encoded = request.encoded()
    made: dict[str, Any] = {"item": request.item, "hash": blake2b(encoded, digest_size=16).hexdigest()}
    if len(encoded) <= LARGEST_SAMPLE:
        made["request"] = msgspec.json.decode(encoded)
    with suppress(TypeError, ValueError, RecursionError):
        as_json = encode_json(dict(row))
        if len(as_json) <= LARGEST_SAMPLE and msgspec.json.decode(as_json) == dict(row):
            made["row"] = msgspec.json.decode(as_json)
    return made


def check_requests(record: JobRecord, make: Callable[[int, Row], NumberedRequest], first: Row | None) -> None:
    """Raise JobChangedError, with what changed, unless `make` makes of the samples' rows what it made then."""
    for sample in record.requests:
        row = sample.get("row", first if sample.get("item") == 0 else None)
        if not isinstance(row, Mapping):
            continue
        now = make(int(sample.get("item", 0)), row)
        encoded = now.encoded()
        if blake2b(encoded, digest_size=16).hexdigest() == sample.get("hash"):
            continue
        kept = sample.get("request")
        if kept is None:
            changes: tuple[str, ...] = ("it has another hash, and is too large to be kept",)
        else:
            changes = tuple(islice(differences(kept, msgspec.json.decode(encoded)), MOST_CHANGES))
        if not changes:
            continue  # the same in another order
        raise JobChangedError(
            f"The requests are not what they were when this job was begun; of row {sample.get('item', 0) + 1}: {'; '.join(changes)}. "
            "Give another to= for another job; to keep what is answered and ask the rest the new way, say --continue "
            "(continue_changed=True).",
            changes,
        )


def differences(before: Any, now: Any, place: str = "") -> Iterator[str]:
    """Yield a line for each place in which two JSON values differ."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in {**before, **now}:
            inner = f"{place}.{name}" if place else name
            if name not in now:
                yield f"{inner} is there no more (it was {_short(before[name])})"
            elif name not in before:
                yield f"{inner} is new: {_short(now[name])}"
            else:
                yield from differences(before[name], now[name], inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from differences(one, other, f"{place}[{index}]")
    elif before != now or type(before) is not type(now):
        yield f"{place} was {_short(before)}, and is {_short(now)}"


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:60]} … ({len(text)} characters)"
