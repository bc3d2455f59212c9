"""Rows of an output become a JSONL, CSV or Parquet file: into a temporary file beside it, then renamed in its place.

An output that is there is written over only if it is ours: the folder knows what it wrote last.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

import msgspec

from tercet.toolkit.bulk.columns import Columns
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.sources import arrow_module, form_of, parquet_module
from tercet.toolkit.bulk.templates import text_of_value
from tercet.wire.requests.json_body import encode_json

OutputRow = Mapping[str, Any]
ROWS_IN_GROUP = 10_000


def check_output(to: Path, source: Path | None, written: Iterable[list[int]]) -> None:
    """Raise BulkError unless the output can be written: to a file of a known form, not the source, and nobody else's."""
    form_of(to, "output")
    if to.is_dir():
        raise BulkError(f"The output {to} is a folder; name a file.")
    if not to.parent.is_dir():
        raise BulkError(f"The output {to} cannot be written: there is no folder {to.parent}.")
    if source is not None and (to.resolve() == source.resolve() or (to.exists() and to.samefile(source))):
        raise BulkError(f"The output {to} is the source; name another file.")
    if to.exists() and identity(to) not in [each[:3] for each in written]:
        raise BulkError(
            f"{to} is there already, and is not what this job wrote last; move it away, or name another output."
        )


def identity(path: Path) -> list[int]:
    """Return what tells a file that we wrote from others: inode, size and time."""
    stat = path.stat()
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns]


def write_output(
    to: Path,
    columns: Columns,
    rows: Callable[[], Iterator[OutputRow]],
    schema: Any,
    before: Callable[[list[int]], object],
) -> None:
    """Write all rows, whole or not at all. `schema`: the source's Arrow schema, if it has one.

    `before` hears what the file is, before it stands in its place.
    """
    made = to.with_name(f".{to.name}.{os.getpid()}.tmp")
    form = form_of(to, "output")
    try:
        if form == "parquet":
            write_parquet(made, columns, rows, schema)
        else:
            with open(made, "w", encoding="utf-8", newline="", errors="surrogatepass") as file:
                (write_jsonl if form == "jsonl" else write_csv)(
                    file, columns.all, rows(), "\t" if form == "tsv" else ","
                )
        with open(made, "rb+") as file:
            os.fsync(file.fileno())
        before(identity(made))
        os.replace(made, to)
    except OSError as problem:
        raise BulkError(
            f"The output {to} cannot be written: {problem.strerror or problem}. All results are kept."
        ) from problem
    finally:
        with suppress(OSError):
            made.unlink()


def write_jsonl(file: TextIO, columns: list[str], rows: Iterator[OutputRow], _: str = "") -> None:
    """Write an object a line, with the fields that its row has."""
    for row in rows:
        file.write(json_line(row))


def json_line(row: Any) -> str:
    """Return a row, or another value, as a line of JSON. Values that JSON does not have are written as text."""
    try:
        return msgspec.json.encode(row, enc_hook=str).decode() + "\n"
    except (TypeError, ValueError, OverflowError, RecursionError):
        plain = {str(name): _plain(value) for name, value in row.items()} if isinstance(row, Mapping) else _plain(row)
        return encode_json(plain).decode() + "\n"


def _plain(value: Any) -> Any:
    try:
        return msgspec.json.decode(msgspec.json.encode(value, enc_hook=str))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return str(value)


def write_csv(file: TextIO, columns: list[str], rows: Iterator[OutputRow], delimiter: str = ",") -> None:
    """Write a header and a line a row; what is no text or number is JSON, nothing is empty."""
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([text_of_value(row.get(name)) for name in columns])


# --- Parquet ---------------------------------------------------------------------------------------------------------


def write_parquet(path: Path, columns: Columns, rows: Callable[[], Iterator[OutputRow]], schema: Any) -> None:
    """Write row groups of one schema. A column whose values turn out to be of several kinds is written as text, all of it."""
    arrow = arrow_module()
    types = {"string": arrow.string(), "integer": arrow.int64(), "number": arrow.float64(), "boolean": arrow.bool_()}
    known = {} if schema is None else {field.name: field.type for field in schema}
    known |= {name: types[kind] for name, kind in columns.kinds.items() if kind in types}
    texts = {name for name, kind in columns.kinds.items() if kind == "string"}
    while (mixed := _try_parquet(path, columns.all, rows(), known, texts)) is not None:
        texts.add(mixed)


def _try_parquet(
    path: Path, columns: list[str], rows: Iterator[OutputRow], known: Mapping[str, Any], texts: set[str]
) -> str | None:
    """Write the file; return the column that did not fit its type, if one did not."""
    arrow = arrow_module()
    groups = iter(lambda: list(islice(rows, ROWS_IN_GROUP)), [])
    first = next(groups, [])
    fields = []
    for name in columns:
        kind = arrow.string() if name in texts else known.get(name) or _kind_of([row.get(name) for row in first])
        if kind is None:
            texts.add(name)
        fields.append(arrow.field(name, arrow.string() if kind is None else kind))
    schema = arrow.schema(fields)
    with parquet_module().ParquetWriter(path, schema) as writer:
        for group in chain([first], groups):
            arrays = []
            for field in schema:
                values = [row.get(field.name) for row in group]
                if field.name in texts:
                    values = [None if value is None else text_of_value(value) for value in values]
                try:
                    arrays.append(arrow.array(values, field.type))
                except (arrow.ArrowException, TypeError, ValueError, OverflowError):
                    if field.name in texts:
                        raise
                    return str(field.name)
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
    return None


def _kind_of(values: list[Any]) -> Any:
    """Return the Arrow type of some values; None if they have none in common, or are objects of different fields."""
    arrow = arrow_module()
    if all(value is None for value in values):
        return arrow.string()
    if any(isinstance(value, Mapping) for value in values):
        return None
    try:
        return arrow.infer_type(values)
    except (arrow.ArrowException, TypeError, ValueError, OverflowError):
        return None


def table_of(columns: Columns, rows: Callable[[], Iterator[OutputRow]], source: Any) -> Any:
    """Return the rows as an Arrow table."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="tercet-bulk-") as folder:
        path = Path(folder) / "table.parquet"
        write_parquet(path, columns, rows, source)
        return parquet_module().read_table(path, memory_map=False)
