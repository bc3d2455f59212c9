"""Outputs: whole or not at all, ours and nobody else's; every value has a place in each form."""

import csv
import errno
import json
import os
from datetime import UTC, datetime

import pytest

from tercet.toolkit.bulk import outputs
from tercet.toolkit.bulk.columns import Columns
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.outputs import check_output, identity, json_line, write_output

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

OURS = {"answer": "a", "status": "ok", "stop_reason": "end_turn", "usage": {"n": 1}, "cost": "0.1", "error": None}
ROWS = [
    {"text": 'x,"y"\n', "n": 1, **OURS},
    {"text": None, "n": None, **OURS, "error": {"type": "E", "message": "no"}, "usage": None},
]


def write(to, rows, names=("text", "n"), schema=None):
    heard = []
    write_output(to, Columns(names, None, flat=True), lambda: iter(rows), schema, heard.append)
    assert heard == [identity(to)]
    assert [each.name for each in to.parent.iterdir()] == [to.name]


def test_jsonl_has_the_rows_as_they_are(tmp_path):
    write(tmp_path / "out.jsonl", ROWS)
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == ROWS


def test_csv_has_json_where_a_value_is_no_text_and_nothing_for_null(tmp_path):
    write(tmp_path / "out.csv", ROWS)
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        one, other = csv.DictReader(file)
    assert one == {**OURS, "text": 'x,"y"\n', "n": "1", "usage": '{"n":1}', "error": ""}
    assert (other["text"], other["error"], other["usage"]) == ("", '{"type":"E","message":"no"}', "")


def test_parquet_has_types(tmp_path):
    write(tmp_path / "out.parquet", ROWS)
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.schema.field("n").type == pyarrow.int64()
    assert table.column("usage").to_pylist() == ['{"n":1}', None]
    assert table.column("text").to_pylist() == ['x,"y"\n', None]


def test_a_parquet_column_of_several_kinds_becomes_text(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "ROWS_IN_GROUP", 2)
    rows = [
        {"text": "a", "n": 1, **OURS},
        {"text": "b", "n": 2, **OURS},
        {"text": "c", "n": "three", **OURS},
        {"n": [4], **OURS},
    ]
    write(tmp_path / "out.parquet", rows)
    assert parquet.read_table(tmp_path / "out.parquet").column("n").to_pylist() == ["1", "2", "three", "[4]"]


def test_a_column_that_is_empty_at_first_takes_what_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "ROWS_IN_GROUP", 1)
    write(tmp_path / "out.parquet", [{"n": None, **OURS}, {"n": 5, **OURS}])
    assert parquet.read_table(tmp_path / "out.parquet").column("n").to_pylist() == [None, "5"]


def test_parquet_keeps_the_types_of_an_arrow_source(tmp_path):
    schema = pyarrow.schema([("text", pyarrow.string()), ("n", pyarrow.int8())])
    write(tmp_path / "out.parquet", ROWS, schema=schema)
    assert parquet.read_schema(tmp_path / "out.parquet").field("n").type == pyarrow.int8()


def test_no_rows_are_an_output_with_columns(tmp_path):
    for name in ("out.csv", "out.parquet", "out.jsonl"):
        folder = tmp_path / name
        folder.mkdir()
        write(folder / name, [])
    assert (tmp_path / "out.csv" / "out.csv").read_text().startswith("text,n,answer,")
    assert parquet.read_schema(tmp_path / "out.parquet" / "out.parquet").names[:3] == ["text", "n", "answer"]


def test_values_that_are_no_json_are_written_as_text():
    line = json_line({"at": datetime(2026, 1, 1, tzinfo=UTC), "x": {1, 2}, "big": 2**70, "bad": "\ud800", "c": 1j})
    read = json.loads(line)
    assert read["at"] == "2026-01-01T00:00:00Z"
    assert read["c"] == "1j"
    assert line.count("\n") == 1


def test_an_output_that_breaks_leaves_the_one_before(tmp_path):
    to = tmp_path / "out.jsonl"
    to.write_text("before")

    def rows():
        yield ROWS[0]
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(BulkError, match=r"cannot be written: No space left on device. All results are kept"):
        write_output(to, Columns([], None, flat=False), rows, None, lambda _: None)
    assert to.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"]


def test_what_is_there_and_not_ours_is_refused(tmp_path):
    (tmp_path / "there.csv").write_text("x")
    (tmp_path / "source.csv").write_text("x")
    (tmp_path / "folder.csv").mkdir()
    os.symlink(tmp_path / "source.csv", tmp_path / "link.csv")
    for name, said in (
        ("there.csv", "is there already"), ("source.csv", "is the source"), ("link.csv", "is the source"),
        ("folder.csv", "is a folder"), ("none/out.csv", "there is no folder"), ("out.txt", "none of them"),
    ):  # fmt: skip
        with pytest.raises(BulkError, match=said):
            check_output(tmp_path / name, tmp_path / "source.csv", [])
    check_output(tmp_path / "there.csv", None, [[*identity(tmp_path / "there.csv"), 5]])
    check_output(tmp_path / "new.csv", tmp_path / "source.csv", [])
