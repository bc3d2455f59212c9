"""Rows of a path, of an iterable of mappings, or of anything with `__arrow_c_stream__`; read one by one, never whole.

JSONL and CSV need nothing; Parquet and Arrow need pyarrow, the extra `parquet`. A row that cannot be read (ragged, not JSON) is
a `BadRow`: an item that fails, and nothing more. What concerns all rows (a header with a name twice) is a BulkError.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sized
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias, cast

import msgspec

from tercet.toolkit.bulk.errors import BulkError

FORMS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
FIELD_LIMIT = 1 << 28
"""Characters of a CSV field; Python's own limit is 128 Ki, less than a page of base64."""
_END = 1 << 16


class BadRow(msgspec.Struct, frozen=True):
    """A row of the source that is none; says why."""

    problem: str


Row: TypeAlias = Mapping[str, Any]


class RowSource:
    """Rows in their order. `rows()` may be called again, unless `once`."""

    once = False
    columns: list[str] | None = None
    """The names of the columns, where they are known before the first row."""
    name: str
    """What people call it."""
    schema: Any = None
    """The Arrow schema, if the source has one."""

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield the rows."""
        raise LookupError(self.name)

    def fingerprint(self) -> dict[str, Any]:
        """Return what tells cheaply that the source is as it was; empty if only its rows can."""
        return {}

    @property
    def path(self) -> Path | None:
        """Return the file that it is, if it is one."""
        return None

    def count_hint(self) -> int | None:
        """Return how many rows there seem to be, for people; None if only reading tells."""
        return None


class FileSource(RowSource):
    """Rows of a JSONL, CSV or Parquet file."""

    def __init__(self, path: Path, form: str) -> None:
        self._path, self.form, self.name = path, form, path.name
        if not path.is_file():
            raise BulkError(f"{path} is no file." if path.exists() else f"{path} does not exist.")
        try:
            if form in ("csv", "tsv"):
                self.columns = self._header()
            elif form == "parquet":
                self.schema = parquet_module().ParquetFile(path).schema_arrow
                self.columns = check_columns(self.schema.names, self.name)
        except OSError as problem:
            raise BulkError(f"{path} cannot be read: {problem}.") from problem

    @property
    def path(self) -> Path | None:
        """Return the file."""
        return self._path

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield the rows of the file."""
        if self.form == "jsonl":
            return _json_rows(self._path)
        if self.form == "parquet":
            return _batches_of_rows(parquet_module().ParquetFile(self._path).iter_batches(batch_size=1024))
        assert self.columns is not None
        return _csv_rows(self._path, self.columns, _delimiter(self.form))

    def fingerprint(self) -> dict[str, Any]:
        """Return path, size, time and the hash of both ends."""
        with open(self._path, "rb") as file:
            stat = os.fstat(file.fileno())
            ends = file.read(_END)
            if stat.st_size > _END:
                file.seek(-_END, os.SEEK_END)
                ends += file.read(_END)
        digest = blake2b(ends, digest_size=16).hexdigest()
        return {"path": str(self._path.resolve()), "size": stat.st_size, "time": stat.st_mtime_ns, "ends": digest}

    def count_hint(self) -> int | None:
        """Return the number of rows, of CSV and JSONL that of the lines."""
        if self.form == "parquet":
            return int(parquet_module().ParquetFile(self._path).metadata.num_rows)
        with open(self._path, "rb", buffering=0) as file:
            lines, last = 0, b"\n"
            while block := file.read(1 << 20):
                lines, last = lines + block.count(b"\n"), block[-1:]
        return max(0, lines + (last != b"\n") - (self.form != "jsonl"))

    def _header(self) -> list[str]:
        with open(self._path, encoding="utf-8-sig", newline="") as file:
            try:
                header = next((line for line in csv.reader(file, delimiter=_delimiter(self.form)) if line), None)
            except (csv.Error, UnicodeDecodeError) as problem:
                raise BulkError(f"{self._path} cannot be read as CSV in UTF-8: {problem}.") from problem
        if header is None:
            raise BulkError(f"{self._path} is empty: a CSV file begins with the names of its columns.")
        return check_columns(header, self.name)


class ArrowSource(RowSource):
    """Rows of a table, frame or reader that exports an Arrow stream."""

    def __init__(self, table: Any) -> None:
        arrow = arrow_module()
        self._table, self.name = table, type(table).__name__
        self.once = isinstance(table, arrow.RecordBatchReader)
        self._reader = arrow.RecordBatchReader.from_stream(table)
        self.schema = self._reader.schema
        self.columns = check_columns(self.schema.names, self.name)

    def count_hint(self) -> int | None:
        """Return the number of rows of a table."""
        held = getattr(self._table, "num_rows", None)
        return held if isinstance(held, int) else None

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield the rows of the stream."""
        reader = self._reader if self.once else arrow_module().RecordBatchReader.from_stream(self._table)
        for batch in reader:
            for start in range(0, batch.num_rows, 1024):
                yield from batch.slice(start, 1024).to_pylist()


class IterableSource(RowSource):
    """Rows of any iterable of mappings. One that is its own iterator can be read once."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows, self.name = rows, f"the {type(rows).__name__}"
        self.once = iter(rows) is rows

    def count_hint(self) -> int | None:
        """Return the number of rows of what has a length."""
        return len(self._rows) if isinstance(self._rows, Sized) else None

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield the rows. What is no mapping is a BadRow; the iterable's own errors end the job."""
        number = 0
        try:
            for number, row in enumerate(self._rows, 1):  # noqa: B007 - the number is told when the next one fails
                yield row if isinstance(row, Mapping) else BadRow(f"a row must be a mapping, not {_shown(row)}")
        except Exception as problem:
            raise BulkError(
                f"{self.name} gave no row {number + 1}: {type(problem).__name__}: {problem}. What was answered is kept."
            ) from problem


def source_of(source: Any) -> RowSource:
    """Return the source that a path, an iterable of mappings or an Arrow object is."""
    if isinstance(source, str | os.PathLike):
        path = Path(os.fspath(cast("str | os.PathLike[str]", source)))
        return FileSource(path, form_of(path, "source"))
    if hasattr(source, "__arrow_c_stream__"):
        return ArrowSource(source)
    if isinstance(source, Mapping | bytes) or not isinstance(source, Iterable):
        raise BulkError(
            f"A source is a path, an iterable of mappings, or an Arrow table, not {type(source).__name__} {_shown(source)}."
        )
    return IterableSource(source)


def form_of(path: Path, what: str) -> str:
    """Return the form of a file by its name's end. BulkError for one that we do not know."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise BulkError(
            f"The {what} {str(path)!r} must be .jsonl (or .ndjson), .csv, .tsv or .parquet; {path.suffix or 'no suffix'!r} is none of them."
        )
    return form


def check_columns(names: Iterable[str], where: str) -> list[str]:
    """Return the names. BulkError if one is empty or there twice."""
    found = list(names)
    for place, name in enumerate(found, 1):
        if not name.strip():
            raise BulkError(f"Column {place} of {where} has no name; give it one.")
        if name in found[: place - 1]:
            raise BulkError(f"{where} has two columns of the name {name!r}; rename one of them.")
    return found


# --- files that need nothing -----------------------------------------------------------------------------------------


def _json_rows(path: Path) -> Iterator[Row | BadRow]:
    decode = msgspec.json.Decoder().decode
    with open(path, "rb", buffering=1 << 18) as file:
        for number, line in enumerate(file):
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            if line.isspace():
                continue
            try:
                row = decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
                yield BadRow(f"line {number + 1} of {path.name} is not JSON: {problem}")
                continue
            yield (
                row
                if type(row) is dict
                else BadRow(f"line {number + 1} of {path.name} is no JSON object: {_shown(row)}")
            )


def _csv_rows(path: Path, columns: list[str], delimiter: str) -> Iterator[Row | BadRow]:
    if csv.field_size_limit() < FIELD_LIMIT:
        csv.field_size_limit(FIELD_LIMIT)
    width = len(columns)
    with open(path, encoding="utf-8-sig", newline="", buffering=1 << 18) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            next(line for line in reader if line)  # the header
            for line in reader:
                if len(line) == width:
                    yield dict(zip(columns, line, strict=True))
                elif line:
                    yield BadRow(
                        f"line {reader.line_num} of {path.name} has {len(line)} fields, where the header names {width}"
                    )
        except (csv.Error, UnicodeDecodeError) as problem:
            raise BulkError(
                f"{path} cannot be read as CSV in UTF-8 after line {reader.line_num}: {problem}. What was answered is kept."
            ) from problem


def _delimiter(form: str) -> str:
    return "\t" if form == "tsv" else ","


# --- Arrow -----------------------------------------------------------------------------------------------------------


def _batches_of_rows(batches: Iterable[Any]) -> Iterator[Row | BadRow]:
    for batch in batches:
        yield from batch.to_pylist()


def arrow_module() -> Any:
    """Return pyarrow. BulkError names what to install where it is missing."""
    return _imported("pyarrow")


def parquet_module() -> Any:
    """Return pyarrow.parquet."""
    return _imported("pyarrow.parquet")


def _imported(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as missing:
        raise BulkError(f"Parquet and Arrow need pyarrow ({missing}): pip install 'tercet[parquet]'.") from missing


def _shown(value: Any) -> str:
    return f"{value!r:.60}"


# --- rows that are told apart ----------------------------------------------------------------------------------------


def _name_unknown(value: object) -> str:
    """Return what tells a value that is no JSON from others, in this run and the next: its address does not."""
    said = repr(value)
    return type(value).__name__ if " at 0x" in said else said


_ENCODER = msgspec.json.Encoder(enc_hook=_name_unknown)


def row_hash(row: Row | BadRow) -> bytes:
    """Return eight bytes that tell a row from others."""
    value = row.problem if isinstance(row, BadRow) else row if type(row) is dict else dict(row)
    try:
        encoded = _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError):
        encoded = repr(value).encode("utf-8", "surrogatepass")
    return blake2b(encoded, digest_size=8).digest()
